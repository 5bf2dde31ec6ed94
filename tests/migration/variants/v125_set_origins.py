from flask import Flask, jsonify
from flask_cors import CORS

app = Flask(__name__)
CORS(app, origins={"https://app.example", "https://b.example"})

@app.route("/a", methods=["GET", "POST"])
def a():
    return jsonify(1)
