from flask import Flask, jsonify
from flask_cors import CORS

app = Flask(__name__)
CORS(app, resources={r"/api/.*": {"origins": ["https://app.example"]}, r"/auth/(login|logout)$": {"origins": ["https://app.example"], "supports_credentials": True}})

@app.route("/api/a", methods=["GET", "POST"])
def a():
    return jsonify(1)
@app.route("/auth/login", methods=["POST"])
def b():
    return jsonify(1)
@app.route("/auth/logout", methods=["POST"])
def c():
    return jsonify(1)
