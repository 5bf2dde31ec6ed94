from flask import Flask, jsonify
from flask_cors import CORS

class Config:
    def __init__(self):
        self.CORS_ORIGINS = ["https://app.example"]

app = Flask(__name__)
app.config.from_object(Config())
CORS(app)

@app.route("/api/a", methods=["GET", "POST"])
def a():
    return jsonify(1)
