from flask import Flask, jsonify
from flask_cors import CORS

app = Flask(__name__)
CORS(app, origins="https://app.example", methods="GET, POST, OPTIONS", allow_headers="Content-Type",
     expose_headers="X-A, X-B", max_age="3600")


@app.route("/x", methods=["GET", "POST"])
def x():
    return jsonify(x=1), 200, {"X-A": "1", "X-B": "2"}
