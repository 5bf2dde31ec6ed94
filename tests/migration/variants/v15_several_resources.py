from flask import Flask, jsonify
from flask_cors import CORS

app = Flask(__name__)
CORS(app, resources={
    r"/public/*": {"origins": "*"},
    # The partners.
    r"/api/*": {
        "origins": ["https://app.example"],
        "supports_credentials": True,
        "methods": ["GET", "POST"],  # no others
    },
})


@app.route("/api/x", methods=["GET", "POST"])
def x():
    return jsonify(x=1)


@app.get("/public/x")
def y():
    return "y"


@app.get("/z")
def z():
    return "z"
