from flask import Flask, jsonify
from flask_cors import CORS

app = Flask(__name__)
CORS(app, resources={r"/api*": {"origins": "*"}})


@app.route("/api/x", methods=["GET", "POST"])
def x():
    return jsonify(x=1)


@app.get("/apidocs")
def docs():
    return "docs"
