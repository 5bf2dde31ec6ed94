from flask import Flask, jsonify
from flask_cors import CORS, cross_origin

app = Flask(__name__)

@app.route("/a", methods=["GET", "POST"])
@cross_origin(support_credentials=True)
def a():
    return jsonify(1)
