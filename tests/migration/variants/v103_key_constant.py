from flask import Flask, jsonify
from flask_cors import CORS

KEY = "CORS_ORIGINS"
app = Flask(__name__)
app.config[KEY] = ["https://app.example"]
CORS(app)

@app.route("/api/a", methods=["GET", "POST"])
def a():
    return jsonify(1)
