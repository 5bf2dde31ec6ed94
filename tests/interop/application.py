"""What every server runs: the Flask application and the bare one, chosen by a header of the request."""

from __future__ import annotations

from werkzeug.middleware.proxy_fix import ProxyFix

from interop import bare, in_flask


def application(environ, start_response):
    """Call the application that ``X-App`` names; whatever else comes is for Flask."""
    chosen = bare if environ.get("HTTP_X_APP", "").startswith("bare") else in_flask
    return chosen.application(environ, start_response)


#: Behind nginx as the documentation configures it, which forwards the scheme and nothing else.
proxied = ProxyFix(application, x_for=0, x_proto=1)
