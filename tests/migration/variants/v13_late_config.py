from flask import Flask, jsonify
from flask_cors import CORS

app = Flask(__name__)
CORS(app)
app.config["CORS_ORIGINS"] = ["https://app.example"]


@app.route("/x", methods=["GET", "POST"])
def x():
    return jsonify(x=1)
