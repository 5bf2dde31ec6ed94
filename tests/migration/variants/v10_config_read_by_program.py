from flask import Flask, jsonify
from flask_cors import CORS

app = Flask(__name__)
app.config["CORS_ORIGINS"] = ["https://app.example"]
CORS(app)


@app.route("/x", methods=["GET", "POST"])
def x():
    return jsonify(origins=app.config["CORS_ORIGINS"])
