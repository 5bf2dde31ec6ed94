from flask import Flask, jsonify
from flask_cors import CORS

BASE = {"supports_credentials": True}
app = Flask(__name__)
CORS(app, **{**BASE, "origins": ["https://app.example"]})

@app.route("/a", methods=["GET", "POST"])
def a():
    return jsonify(1)
