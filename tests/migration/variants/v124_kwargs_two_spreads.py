from flask import Flask, jsonify
from flask_cors import CORS

BASE = dict(supports_credentials=True)
ORIGINS = dict(origins=["https://app.example"])
app = Flask(__name__)
CORS(app, **BASE, **ORIGINS)

@app.route("/a", methods=["GET", "POST"])
def a():
    return jsonify(1)
