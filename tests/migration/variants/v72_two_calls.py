from flask import Flask, jsonify
from flask_cors import CORS

app = Flask(__name__)
CORS(app, origins=["https://app.example"])
CORS(app, resources={r"/api/*": {"origins": ["https://app.example"]}})

@app.route("/api/a", methods=["GET", "POST"])
def a():
    return jsonify(1)
