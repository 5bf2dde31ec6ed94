"""A Flask application under two checkers of PEP 3333, and byte by byte over a socket."""

from __future__ import annotations

from wsgiref.validate import validator

import pytest
from flask import Flask
from werkzeug.middleware.lint import LintMiddleware

from cases import EXAMPLE, A
from flask_corsguard import CorsGuard
from harness import call, raw_exchange, serving

# RFC 9110, section 8.6: a 204 must not have a Content-Length. LintMiddleware asks for one of 0.
pytestmark = pytest.mark.filterwarnings("ignore:204 responses must have an empty content length")

# Nor does it know that the Content-Length of an answer to HEAD is that of a body that is not sent.
METHODS = {validator: ["GET", "HEAD", "POST"], LintMiddleware: ["GET", "POST"]}


@pytest.mark.parametrize("checker", [validator, LintMiddleware])
@pytest.mark.parametrize("status", ["200 OK", "404 Not Found", "500 Internal Server Error"])
def test_a_flask_application_follows_the_protocol(checker, status):
    """The checker is on both sides of the extension."""
    app = Flask(__name__)
    CorsGuard(app, origins=[A])
    app.add_url_rule("/", view_func=lambda: ("text", status), endpoint="index")
    app.wsgi_app.app = checker(app.wsgi_app.app)

    asked = [(method, headers) for method in METHODS[checker] for headers in ({}, {"Origin": A})]
    for method, headers in [
        *asked,
        ("OPTIONS", {"Origin": A}),
        ("OPTIONS", {"Origin": A, "Access-Control-Request-Method": "GET"}),
        ("OPTIONS", {"Origin": "null", "Access-Control-Request-Method": "GET"}),
    ]:
        assert call(checker(app), method, "/", headers).code < 600


@pytest.mark.slow
def test_the_example_preflight_is_answered_to_the_byte():
    """The whole answer is the example's, and what every server adds of itself."""
    app = Flask(__name__)
    CorsGuard(app, EXAMPLE)

    with serving(app) as port:
        status, headers, body = raw_exchange(
            port,
            "OPTIONS /resource HTTP/1.1\n"
            "Host: api.example\n"
            "Origin: http://example.com\n"
            "Access-Control-Request-Method: PUT\n"
            "Access-Control-Request-Headers: content-type\n"
            "Connection: close\n"
            "\n",
        )

    assert status == "HTTP/1.1 204 No Content"
    assert [header for header in headers if header[0] not in {"Date", "Connection", "Server", "Via"}] == [
        ("Access-Control-Allow-Headers", "Authorization, Content-Type"),
        ("Access-Control-Allow-Methods", "GET, POST, PUT, DELETE"),
        ("Access-Control-Allow-Origin", "http://example.com"),
        ("Vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"),
    ]
    assert body == b""
