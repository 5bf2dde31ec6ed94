import re
from flask import Flask, jsonify
from flask_cors import CORS

app = Flask(__name__)
CORS(app, origins=[re.compile(r"^https://[a-z0-9-]+\.example\.com$"), "http://localhost:3000"])

@app.route("/api/a", methods=["GET", "POST"])
def a():
    return jsonify(1)
