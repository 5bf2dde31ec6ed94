from flask import Flask, jsonify
from flask_cors import cross_origin

app = Flask(__name__)

@cross_origin()
@app.route("/a", methods=["GET", "POST"])
def a():
    return jsonify(1)
