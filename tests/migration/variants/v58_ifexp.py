import os

from flask import Flask, jsonify
from flask_cors import CORS

PRODUCTION = bool(os.environ.get("PRODUCTION"))
app = Flask(__name__)
CORS(app, origins=["https://app.example"] if PRODUCTION else "*")


@app.route("/x", methods=["GET", "POST"])
def x():
    return jsonify(x=1)
