from flask import Flask, jsonify
from flask_cors import CORS

app = Flask(__name__)
app.config.setdefault("CORS_ORIGINS", ["https://app.example"])
CORS(app)

@app.route("/api/a", methods=["GET", "POST"])
def a():
    return jsonify(1)
