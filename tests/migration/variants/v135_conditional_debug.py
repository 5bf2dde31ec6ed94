from flask import Flask, jsonify
from flask_cors import CORS

app = Flask(__name__)
DEBUG = True
if DEBUG:
    CORS(app)

@app.route("/api/a", methods=["POST", "GET"])
def a():
    return jsonify(1)
