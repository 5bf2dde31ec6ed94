import os
from flask import Flask, jsonify
from flask_cors import CORS

app = Flask(__name__)
app.config.from_mapping(CORS_ORIGINS=os.environ.get("CORS_ORIGINS", "http://localhost:3000").split(","), CORS_SUPPORTS_CREDENTIALS=True)
CORS(app)

@app.route("/a", methods=["GET", "POST", "PUT"])
def a():
    return jsonify(1)
