"""Applications with scripted headers: the model of a browser judges by their responses alone."""

from __future__ import annotations

from flask_corsguard.testing import Browser

APP = "https://app.example"
API = "https://api.example"
THIRD = "https://third.example"

ALLOWED = {"Access-Control-Allow-Origin": APP}
ANYONE = {"Access-Control-Allow-Origin": "*"}
TRUSTED = {**ALLOWED, "Access-Control-Allow-Credentials": "true"}


def pairs(headers):
    """Return headers as pairs, from a mapping or from pairs."""
    return list(headers.items() if isinstance(headers, dict) else headers)


def answering(headers=(), preflight=None, *, status=200, preflight_status=204, body=b"hello", paths=()):
    """Return an application that answers with *headers*, and to a preflight with *preflight*.

    :param paths: other responses, by path: (status, headers) or (status, headers, body).
    """
    paths = dict(paths)

    def application(environ, start_response):
        is_preflight = (
            "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in environ and environ["REQUEST_METHOD"] == "OPTIONS"
        )
        response = (status, headers, body)
        if is_preflight and preflight is not None:
            response = (preflight_status, preflight, b"")
        elif environ["PATH_INFO"] in paths:
            response = (*paths[environ["PATH_INFO"]], body)[:3]
        start_response(f"{response[0]} Scripted", pairs(response[1]))
        return [response[2]]

    return application


def page_of(app, *, at=APP, engine=None, **about):
    """Return a page in a browser in front of *app*."""
    return Browser(app, engine=engine).open(at, **about)


def asked(browser):
    """Return the method and the origin of every request that reached the application."""
    return [(exchange.method, exchange.origin) for exchange in browser.log]


def methods(browser):
    """Return the methods of all requests that reached the application."""
    return " ".join(exchange.method for exchange in browser.log)
