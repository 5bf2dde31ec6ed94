from flask import Flask, jsonify
from flask_cors import CORS

app = Flask(__name__)
CORS(app, origins=["https://App.Example", "http://localhost:8080", "http://localhost:8080"])

@app.route("/a", methods=["GET", "POST"])
def a():
    return jsonify(1)
