"""Applications that answer as told: what the model of a browser judges is in their headers alone."""

from __future__ import annotations

from flask_corsguard.testing import Browser

APP = "https://app.example"
API = "https://api.example"
THIRD = "https://third.example"

ALLOWED = {"Access-Control-Allow-Origin": APP}
ANYONE = {"Access-Control-Allow-Origin": "*"}
TRUSTED = {**ALLOWED, "Access-Control-Allow-Credentials": "true"}


def pairs(headers):
    """Give headers as pairs, however they are written."""
    return list(headers.items() if isinstance(headers, dict) else headers)


def answering(headers=(), preflight=None, *, status=200, preflight_status=204, body=b"hello", paths=()):
    """Give an application that answers with *headers*, and asked by a preflight with *preflight*.

    :param paths: answers of their own, by path: (status, headers) or (status, headers, body).
    """
    paths = dict(paths)

    def application(environ, start_response):
        asks = "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in environ and environ["REQUEST_METHOD"] == "OPTIONS"
        said = (status, headers, body)
        if asks and preflight is not None:
            said = (preflight_status, preflight, b"")
        elif environ["PATH_INFO"] in paths:
            said = (*paths[environ["PATH_INFO"]], body)[:3]
        start_response(f"{said[0]} Said", pairs(said[1]))
        return [said[2]]

    return application


def page_of(app, *, at=APP, engine=None, **about):
    """Give a page in a browser that asks *app*."""
    return Browser(app, engine=engine).open(at, **about)


def asked(browser):
    """Give what reached the application: method, origin."""
    return [(exchange.method, exchange.origin) for exchange in browser.log]


def methods(browser):
    """Give the methods of what reached the application."""
    return " ".join(exchange.method for exchange in browser.log)
