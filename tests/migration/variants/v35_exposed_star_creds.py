from flask import Flask, jsonify
from flask_cors import CORS

app = Flask(__name__)
CORS(app, origins=["https://app.example"], supports_credentials=True, expose_headers="*")


@app.route("/x", methods=["GET", "POST"])
def x():
    return jsonify(x=1), 200, {"X-A": "1"}
