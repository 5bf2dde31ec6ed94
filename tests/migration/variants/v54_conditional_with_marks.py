import os
from flask import Flask, jsonify
from flask_cors import CORS, cross_origin

app = Flask(__name__)
if os.environ.get("DEBUG"):
    CORS(app)


@app.route("/x", methods=["GET", "POST"])
@cross_origin()
def x():
    return jsonify(x=1)
