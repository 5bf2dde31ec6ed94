from flask import Flask, jsonify
from flask_cors import CORS


def create_app(test_config=None):
    app = Flask(__name__, instance_relative_config=True)
    app.config.from_mapping({"SECRET_KEY": "dev", "CORS_ORIGINS": "https://app.example"})
    if test_config is not None:
        app.config.from_mapping(test_config)
    cors = CORS(app)

    @app.route("/x", methods=["GET", "POST"])
    def x():
        return jsonify(x=1)

    return app
