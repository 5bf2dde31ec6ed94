import os
from flask import Flask, jsonify
from flask_cors import CORS

app = Flask(__name__)
allowed = ["http://localhost:5173", os.environ["FRONTEND_URL"]]
CORS(app, origins=allowed, supports_credentials=True)

@app.route("/a", methods=["GET", "POST", "PUT"])
def a():
    return jsonify(1)
