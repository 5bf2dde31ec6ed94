from flask import Flask, jsonify
from flask_cors import CORS

SETTINGS = {"CORS_ORIGINS": ["https://app.example"], "SECRET_KEY": "x"}
app = Flask(__name__)
app.config.update(SETTINGS)
CORS(app)

@app.route("/api/a", methods=["GET", "POST"])
def a():
    return jsonify(1)
