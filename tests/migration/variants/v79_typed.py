from __future__ import annotations
from typing import Any, Final
from flask import Flask, jsonify
from flask_cors import CORS

OPTIONS: Final[dict[str, Any]] = {"origins": ["https://app.example"], "max_age": 600}

def create_app() -> Flask:
    app: Flask = Flask(__name__)
    cors: CORS = CORS(app, **OPTIONS)

    @app.route("/api/a", methods=["GET", "POST"])
    def a() -> Any:
        return jsonify(1)
    return app
