from flask import Flask, jsonify
from flask_cors import CORS

app = Flask(__name__)
CORS(app, resources=(r"/api/*", r"/v1/*"))

@app.route("/api/a", methods=["GET", "POST"])
def a():
    return jsonify(1)
@app.route("/v1/a", methods=["GET", "POST"])
def b():
    return jsonify(1)
