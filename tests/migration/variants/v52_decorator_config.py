from flask import Flask, jsonify
from flask_cors import cross_origin

app = Flask(__name__)
app.config["CORS_ORIGINS"] = ["https://app.example"]
app.config["CORS_HEADERS"] = "Content-Type"


@app.route("/x", methods=["GET", "POST"])
@cross_origin()
def x():
    return jsonify(x=1)
