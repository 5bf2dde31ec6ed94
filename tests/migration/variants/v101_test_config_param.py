from flask import Flask, jsonify
from flask_cors import CORS

def create_app(test_config=None):
    app = Flask(__name__)
    app.config.from_mapping(CORS_ORIGINS=["https://app.example"])
    if test_config:
        app.config.update(test_config)
    CORS(app)

    @app.route("/api/a", methods=["GET", "POST"])
    def a():
        return jsonify(1)
    return app
