from flask import Flask, jsonify
from flask_cors import CORS

CORS_OPTIONS = {
    "origins": ["https://app.example"],
    "supports_credentials": True,
    "expose_headers": ["X-Total"],
}

app = Flask(__name__)
CORS(app, **CORS_OPTIONS)


@app.route("/x", methods=["GET", "POST"])
def x():
    return jsonify(x=1)
