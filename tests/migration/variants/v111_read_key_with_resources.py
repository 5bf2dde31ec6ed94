from flask import Flask, jsonify
from flask_cors import CORS

app = Flask(__name__)
app.config["CORS_ORIGINS"] = ["https://app.example"]
print(app.config["CORS_ORIGINS"])
CORS(app, resources={r"/api/*": {"methods": ["GET", "POST"]}})

@app.route("/api/a", methods=["GET", "POST"])
def a():
    return jsonify(1)

@app.route("/b")
def b():
    return "b"
