from flask import Flask, jsonify, abort
from flask_cors import CORS

app = Flask(__name__)
CORS(app)

@app.errorhandler(404)
def nf(e):
    return jsonify(error="x"), 404

@app.route("/a", methods=["GET", "POST"])
def a():
    abort(401)
