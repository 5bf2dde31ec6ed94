from flask import Flask, jsonify
from flask_cors import CORS

app = Flask(__name__)
CORS(app, origins=["https://app.example", "https://admin.example/"])


@app.route("/x", methods=["GET", "POST"])
def x():
    return jsonify(x=1)
