from flask import Flask, jsonify
from flask_cors import CORS

app = Flask(__name__)
CORS(app, origins="https://app.example", max_age="3600", methods="GET,POST", allow_headers="Content-Type")

@app.route("/api/a", methods=["GET", "POST"])
def a():
    return jsonify(1)
