"""Both sides of the layer under two independent checkers of PEP 3333."""

from __future__ import annotations

from wsgiref.validate import validator

import pytest
from flask import Flask
from werkzeug.middleware.lint import LintMiddleware

from cases import ROWS, A
from flask_corsguard import CorsGuard, CorsMiddleware
from harness import SpyApp, assert_headers_exactly, call

# RFC 9110, section 8.6: a 204 must not have a Content-Length. LintMiddleware asks for one of 0.
pytestmark = pytest.mark.filterwarnings("ignore:204 responses must have an empty content length")
# Nor does it know that the Content-Length of an answer to HEAD is that of a body that is not sent.
METHODS = {validator: ["GET", "HEAD", "POST"], LintMiddleware: ["GET", "POST"]}


@pytest.mark.parametrize("checker", [validator, LintMiddleware])
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_both_sides_keep_to_the_protocol(row, checker):
    """Neither what the server sees nor what the application sees is anything that a checker refuses."""
    app = checker(CorsMiddleware(checker(SpyApp()), row.policy))

    result = call(app, row.method, "/", row.headers)

    assert_headers_exactly(result.headers, row.expected)


@pytest.mark.parametrize("checker", [validator, LintMiddleware])
@pytest.mark.parametrize("status", ["200 OK", "404 Not Found", "500 Internal Server Error"])
def test_a_flask_application_keeps_to_the_protocol(checker, status):
    """The extension is checked from both sides as the layer alone is."""
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
