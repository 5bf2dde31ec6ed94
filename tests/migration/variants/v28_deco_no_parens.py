from flask import Flask, jsonify
from flask_cors import cross_origin

app = Flask(__name__)


@app.route("/api/x", methods=["GET", "POST"])
@cross_origin
def x():
    return jsonify(x=1)
