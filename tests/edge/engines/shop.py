"""A Flask application with policies in every place, as gunicorn runs it behind an engine."""

from __future__ import annotations

from flask import Blueprint, Flask

from flask_corsguard import CorsGuard, Policy, cors

APP = "https://app.example"
PARTNER = "https://*.partner.example"


def create_shop() -> Flask:
    """Return the application."""
    app = Flask("shop", static_folder=None)
    api = cors(origins=[APP, PARTNER], methods=["GET", "PUT"], credentials=True, expose_headers=["X-Total"])(
        Blueprint("api", __name__, url_prefix="/api")
    )

    @api.route("/items", methods=["GET", "PUT"])
    def items():
        return {"items": []}

    @api.route("/items/<int:number>", methods=["GET", "PUT"])
    def item(number):
        return {"item": number}

    app.register_blueprint(api)

    @app.get("/rates")
    @cors(origins="*")
    def rates():
        return {"rate": 1}

    @app.put("/rates")
    @cors(origins=[APP])
    def set_rates():
        return {"rate": 2}

    @app.route("/account", methods=["GET", "POST"])
    def account():
        return {"balance": 100}

    @app.after_request
    def mark(response):
        response.headers["X-Reached"] = "1"
        return response

    CorsGuard(app, paths={"/files": Policy(origins=[APP], methods=["GET"])})
    return app


app = create_shop()
