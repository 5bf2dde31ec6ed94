from flask import Flask, jsonify
from flask_cors import CORS

app = Flask(__name__)
CORS(app, origins=["https://app.example", "null"])

@app.route("/api/a", methods=["GET", "POST", "DELETE"])
def a():
    return jsonify(1)
