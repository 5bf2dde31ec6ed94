"""The application that gunicorn serves: one trivial view, bare, with the library, or with Flask-CORS."""

from __future__ import annotations

from flask import Flask

from .exchanges import ALLOWED


def application(library: str) -> Flask:
    """Build the application with that library for CORS."""
    app = Flask("served", static_folder=None)
    app.add_url_rule("/", "index", lambda: "ok")
    if library == "flask-corsguard":
        from flask_corsguard import CorsGuard

        CorsGuard(app, origins=[ALLOWED])
    elif library == "flask-cors":
        from flask_cors import CORS

        CORS(app, origins=[ALLOWED])
    return app
