import re

from flask import Flask, jsonify
from flask_cors import CORS

app = Flask(__name__)
cors = CORS()
cors.init_app(app, resources=[r"/api/*", re.compile("/v[12]/.*")])


@app.route("/api/x", methods=["GET", "POST"])
def x():
    return jsonify(x=1)


@app.get("/v2/x")
def y():
    return "y"
