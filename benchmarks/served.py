"""The application that gunicorn serves: one trivial view, bare, with the library, or with Flask-CORS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .scenarios.flask_sites import flask_cors_site, guarded_site, one_page
from .scenarios.policies import one_policy
from .scenarios.requests import ALLOWED

if TYPE_CHECKING:
    from flask import Flask


def application(library: str) -> Flask:
    """Build the application with that library for CORS."""
    if library == "flask-corsguard":
        return guarded_site(one_page, one_policy("routes"))
    if library == "flask-cors":
        return flask_cors_site(one_page, origins=[ALLOWED])
    return one_page()
