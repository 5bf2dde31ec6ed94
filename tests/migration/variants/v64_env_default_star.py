import os
from flask import Flask, jsonify
from flask_cors import CORS

app = Flask(__name__)
origins = os.environ.get("ORIGINS", "*")
CORS(app, resources={r"/*": {"origins": origins}})

@app.route("/a", methods=["GET", "POST", "PUT"])
def a():
    return jsonify(1)
