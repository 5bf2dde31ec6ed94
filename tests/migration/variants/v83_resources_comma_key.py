from flask import Flask, jsonify
from flask_cors import CORS

app = Flask(__name__)
CORS(app, resources={"/api/*": {"origins": "*"}, r"^/v2/.*$": {"origins": "*"}}, expose_headers=["Content-Disposition", "X-Total-Count"])

@app.route("/api/a", methods=["GET", "POST"])
def a():
    return jsonify(1)

@app.route("/v2/a", methods=["GET", "POST"])
def b():
    return jsonify(1)
