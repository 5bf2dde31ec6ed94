import os
from flask import Flask, jsonify
from flask_cors import CORS

app = Flask(__name__)
if os.environ.get("FLASK_ENV") == "development":
    CORS(app)
else:
    CORS(app, origins=["https://app.example"])

@app.route("/api/a", methods=["GET", "POST"])
def a():
    return jsonify(1)
