from flask import Flask, jsonify
from flask_cors import CORS as FlaskCors

app = Flask(__name__)
FlaskCors(app)


@app.route("/api/items", methods=["GET", "POST"])
def items():
    return jsonify(items=[1])
