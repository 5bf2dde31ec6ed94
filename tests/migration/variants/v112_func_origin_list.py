import os
from flask import Flask, jsonify
from flask_cors import CORS

def get_origins():
    if os.environ.get("PROD"):
        return ["https://app.example"]
    return ["http://localhost:3000", "https://app.example"]

app = Flask(__name__)
CORS(app, origins=get_origins(), supports_credentials=True)

@app.route("/api/a", methods=["GET", "POST"])
def a():
    return jsonify(1)
