import os
from flask import Flask, jsonify
from flask_cors import CORS

app = Flask(__name__)
CORS(app, origins=["https://app.example"], supports_credentials=os.getenv("CREDS", "false").lower() == "true", methods=os.getenv("METHODS", "GET,POST,PUT,DELETE").split(","))

@app.route("/api/a", methods=["GET", "POST", "DELETE"])
def a():
    return jsonify(1)
