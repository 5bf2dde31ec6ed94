from __future__ import annotations
from typing import TYPE_CHECKING
from flask import Flask, jsonify
import flask_cors as fc
if TYPE_CHECKING:
    from flask_cors import CORS

cors: CORS | None = None

def create_app() -> Flask:
    global cors
    app = Flask(__name__)
    cors = fc.CORS(app)

    @app.route("/api/a", methods=["GET", "POST"])
    def a():
        return jsonify(1)
    return app
