from flask import Flask, jsonify
from flask_cors import CORS

from .config import ProductionConfig


def create_app():
    app = Flask(__name__)
    app.config.from_object(ProductionConfig)
    CORS(app)

    @app.route("/x", methods=["GET", "POST"])
    def x():
        return jsonify(x=1)

    return app
