import os
from flask import Flask, jsonify
from flask_cors import CORS

app = Flask(__name__)
app.config["CORS_ORIGINS"] = os.environ["ORIGINS"].split(",")
CORS(app, resources={r"/api/*": {}})

@app.route("/api/a", methods=["GET", "POST"])
def a():
    return jsonify(1)

@app.route("/b")
def b():
    return "b"
