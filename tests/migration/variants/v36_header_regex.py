from flask import Flask, jsonify
from flask_cors import CORS

app = Flask(__name__)
CORS(app, origins=["https://app.example"], allow_headers=["Content-Type", "X-.*"])


@app.route("/x", methods=["GET", "POST"])
def x():
    return jsonify(x=1)
