from flask import Flask, jsonify

try:
    from flask_cors import CORS
except ImportError:
    CORS = None

app = Flask(__name__)
if CORS is not None:
    CORS(app)


@app.get("/x")
def x():
    return jsonify(x=1)
