import os
from flask import Flask, jsonify
from flask_cors import CORS

app = Flask(__name__)
allowed = ["http://localhost:5173"]
if os.getenv("FRONTEND_URL"):
    allowed.append(os.getenv("FRONTEND_URL"))
CORS(app, origins=allowed, supports_credentials=True)

@app.route("/a", methods=["GET", "POST", "PUT"])
def a():
    return jsonify(1)
