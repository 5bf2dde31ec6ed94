from flask import Flask, jsonify
from flask_cors import CORS

class Config:
    CORS_ORIGINS = "https://app.example"
app = Flask(__name__)
app.config.from_mapping(vars(Config))
CORS(app)

@app.route("/api/a", methods=["GET", "POST", "PUT"])
def a():
    return jsonify(1)
