from flask import Flask, jsonify
from flask_cors import CORS, cross_origin

app = Flask(__name__)
cors = CORS(app, resources={r"/*": {"origins": "https://app.example"}})


@app.route("/x", methods=["GET", "POST"])
def x():
    return jsonify(x=1)


@app.route("/y")
@cross_origin(send_wildcard=True)
def y():
    return jsonify(x=1)
