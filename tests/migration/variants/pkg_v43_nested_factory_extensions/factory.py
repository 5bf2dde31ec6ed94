from flask import Flask, jsonify

from .extensions import init_extensions


def create_app():
    app = Flask(__name__)
    app.config["FRONTENDS"] = ["https://app.example"]
    init_extensions(app)

    @app.route("/x", methods=["GET", "POST"])
    def x():
        return jsonify(x=1)

    return app
