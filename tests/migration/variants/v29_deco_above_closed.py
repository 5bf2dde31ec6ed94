from flask import Flask, jsonify
from flask_cors import cross_origin

app = Flask(__name__)


@cross_origin()
@app.route("/api/x", methods=["GET", "POST"])
def x():
    return jsonify(x=1)
