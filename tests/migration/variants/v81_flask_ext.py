from flask import Flask, jsonify
try:
    from flask.ext.cors import CORS
except ImportError:
    from flask_cors import CORS

app = Flask(__name__)
cors = CORS(app, resources=r"/api/*", allow_headers="Content-Type")

@app.route("/api/a", methods=["GET", "POST"])
def a():
    return jsonify(1)
