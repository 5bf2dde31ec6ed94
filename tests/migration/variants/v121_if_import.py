from flask import Flask, jsonify
try:
    from flask_cors import CORS
    HAVE_CORS = True
except ImportError:
    HAVE_CORS = False

app = Flask(__name__)
if HAVE_CORS:
    CORS(app)

@app.route("/a", methods=["GET", "POST"])
def a():
    return jsonify(1)
