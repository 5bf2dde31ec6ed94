from flask import Flask, jsonify
from flask_cors import CORS

app = Flask(__name__)
CORS(app, resources={"/api": {"origins": "*"}})

@app.route("/api", methods=["GET", "POST"])
def a():
    return jsonify(1)
