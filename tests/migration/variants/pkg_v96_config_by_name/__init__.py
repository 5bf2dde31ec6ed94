from flask import Flask, jsonify
from flask_cors import CORS
from .config import config_by_name

def create_app(name="dev"):
    app = Flask(__name__)
    app.config.from_object(config_by_name[name])
    CORS(app)

    @app.route("/api/a", methods=["GET", "POST"])
    def a():
        return jsonify(1)
    return app
