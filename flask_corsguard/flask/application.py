"""Which applications the extension accepts, and the errors for all other objects."""

from __future__ import annotations

from typing import Any

from flask import Blueprint
from flask.sansio.app import App
from flask.sansio.blueprints import Blueprint as AnyBlueprint
from werkzeug.local import LocalProxy

from flask_corsguard.wsgi.application import ASGI_ADAPTER, is_asgi


def behind_proxy(app: object) -> Any:
    """Return the application behind *app*, if it is ``current_app``.

    Requests come in where that is not set, or is another application.
    """
    return app._get_current_object() if type(app) is LocalProxy else app  # noqa: SLF001 - documented by Flask


def is_flask(app: object) -> bool:
    """Whether *app* is an application of Flask's, for WSGI.

    Tempting: to ask for :class:`flask.Flask`. But instrumentation, such as OpenTelemetry's, puts a subclass
    in its place, and then an application that was made before is not an instance of it.
    """
    return isinstance(app, App) and hasattr(app, "wsgi_app")


def why_not_flask(app: object) -> str:
    """Return why the extension cannot be initialised with *app*, and what to write."""
    if is_asgi(app):
        # Connexion 3 has a Flask application in it, and calls what that was before any extension.
        return f"{app!r} is an ASGI application: write application = {ASGI_ADAPTER} around it."
    for name in ("server", "app"):
        # Dash has its Flask application as one of these, and Connexion 2 as the other.
        if is_flask(getattr(app, name, None)):
            write = f"write CorsGuard(application.{name}, policy)"
            return f"{app!r} is not a Flask application, but has one: {write}."
    return f"{app!r} is not a Flask application: write CorsGuard(app, policy)."


def is_of_quart(target: object) -> bool:
    """Whether *target* is a blueprint, or an application, for ASGI."""
    if isinstance(target, App):
        return not is_flask(target)
    return isinstance(target, AnyBlueprint) and not isinstance(target, Blueprint)
