from flask import Flask, jsonify

from .compat import CORS, cross_origin as co


def create_app():
    app = Flask(__name__)
    CORS(app)

    @app.route("/x", methods=["GET", "POST"])
    @co()
    def x():
        return jsonify(x=1)

    return app
