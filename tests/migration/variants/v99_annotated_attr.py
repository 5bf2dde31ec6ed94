from dataclasses import dataclass, field
from flask import Flask, jsonify
from flask_cors import CORS

@dataclass
class Config:
    CORS_ORIGINS: list = field(default_factory=lambda: ["https://app.example"])

app = Flask(__name__)
app.config.from_object(Config())
CORS(app)

@app.route("/api/a", methods=["GET", "POST"])
def a():
    return jsonify(1)
