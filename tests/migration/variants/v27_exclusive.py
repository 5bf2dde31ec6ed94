import os

from flask import Flask, jsonify
from flask_cors import CORS

app = Flask(__name__)
if os.environ.get("PRODUCTION"):
    CORS(app, origins=["https://app.example"])
else:
    CORS(app)


@app.route("/api/x", methods=["GET", "POST"])
def x():
    return jsonify(x=1)
