from flask import Flask, jsonify
from flask_cors import CORS

CORS_ORIGINS = ["https://app.example"]
CORS_METHODS = ["GET", "POST"]
app = Flask(__name__)
app.config.from_object(__name__)
CORS(app)

@app.route("/api/a", methods=["GET", "POST"])
def a():
    return jsonify(1)
