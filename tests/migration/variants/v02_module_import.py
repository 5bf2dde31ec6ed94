import flask_cors
from flask import Flask, jsonify

app = Flask(__name__)
cors = flask_cors.CORS(app, resources=r"/*")


@app.route("/api/items", methods=["GET", "POST"])
@flask_cors.cross_origin()
def items():
    return jsonify(items=[1])
