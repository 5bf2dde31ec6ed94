from flask import Flask, jsonify
from flask_cors import CORS

app = Flask(__name__)
CORS(app, origins=["https://app.example"])


@app.route("/x", methods=["GET", "POST"])
def x():
    response = jsonify(x=1)
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response
