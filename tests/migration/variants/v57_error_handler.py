from flask import Flask, jsonify
from flask_cors import cross_origin

app = Flask(__name__)


@app.errorhandler(404)
@cross_origin()
def missing(error):
    return jsonify(error="missing"), 404
