from flask import Flask, jsonify
from flask_cors import CORS
import os

app = Flask(__name__, root_path=os.path.dirname(__file__))
app.config.from_pyfile("app.cfg")
CORS(app)

@app.route("/api/a", methods=["GET", "POST"])
def a():
    return jsonify(1)
