import os
from flask import Flask, jsonify
from flask_cors import CORS

app = Flask(__name__)
for k, v in os.environ.items():
    if k.startswith("CORS_"):
        app.config[k] = v
CORS(app)

@app.route("/api/a", methods=["GET", "POST"])
def a():
    return jsonify(1)
