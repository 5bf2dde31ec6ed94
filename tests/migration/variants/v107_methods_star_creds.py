from flask import Flask, jsonify
from flask_cors import CORS

app = Flask(__name__)
CORS(app, supports_credentials=True, origins=["https://app.example"], methods=["*"], allow_headers="*", expose_headers="*")

@app.route("/api/a", methods=["GET", "POST", "PUT"])
def a():
    return jsonify(1)
