import json, os
from flask import Flask, jsonify
from flask_cors import CORS

app = Flask(__name__)
with open(os.path.join(os.path.dirname(__file__), "conf.json")) as f:
    app.config.update(json.load(f))
CORS(app)

@app.route("/api/a", methods=["GET", "POST"])
def a():
    return jsonify(1)
