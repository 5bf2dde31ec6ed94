from flask import Flask, jsonify
from flask_cors import CORS

app = Flask(__name__)
for key, value in {"CORS_ORIGINS": ["https://app.example"]}.items():
    app.config[key] = value
CORS(app)

@app.route("/api/a", methods=["GET", "POST"])
def a():
    return jsonify(1)
