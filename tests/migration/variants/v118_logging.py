import logging
from flask import Flask, jsonify
from flask_cors import CORS

logging.getLogger("flask_cors").level = logging.DEBUG
app = Flask(__name__)
CORS(app)

@app.route("/a", methods=["GET", "POST"])
def a():
    return jsonify(1)
