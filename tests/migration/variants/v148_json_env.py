import os, json
from flask import Flask, jsonify
from flask_cors import CORS

app = Flask(__name__)
CORS(app, resources={r"/*": {"origins": json.loads(os.environ["ORIGINS"])}})

@app.route("/api/a", methods=["GET", "POST", "DELETE"])
def a():
    return jsonify(1)
