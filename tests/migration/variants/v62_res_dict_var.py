from flask import Flask, jsonify
from flask_cors import CORS

ORIGINS = ("https://app.example",)
api_v1_cors_config = {
    "origins": ORIGINS,
    "methods": ["OPTIONS", "GET", "POST"],
    "allow_headers": ["Authorization", "Content-Type", "X-Requested-With", "Cache-Control"],
}
app = Flask(__name__)
CORS(app, resources={r"/api/v1/*": api_v1_cors_config, r"/public/*": {"origins": "*"}})

@app.route("/api/v1/x", methods=["GET", "POST"])
def x():
    return jsonify(1)

@app.route("/public/y")
def y():
    return "y"

@app.route("/other")
def z():
    return "z"
