"""A Flask application behind a proxy, with a ``ProxyFix`` inside the guard or outside of it."""

from __future__ import annotations

import pytest
from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from cases import EVIL, VARY, A, allow
from flask_corsguard import CorsGuard, CrossOriginRefused, cors
from guard_cases import BEHIND_PROXY
from harness import assert_headers_exactly, call


def add_guard_and_proxy_fix(app, *, first):
    """Give *app* a guard, and a ProxyFix that is applied before it or after it."""
    if first:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_host=1, x_proto=1)
    CorsGuard(app)
    if not first:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_host=1, x_proto=1)


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize(
    ("origin", "passes"),
    [
        ("https://bank.example", True),
        ("http://bank.example", False),
        (EVIL, False),
        ("https://10.0.0.7:8000", False),
    ],
)
def test_the_own_origin_is_the_forwarded_one_wherever_proxy_fix_is(first, origin, passes):
    """Host and scheme are the forwarded ones, whichever of the two layers was applied first."""
    app, effects = Flask(__name__), []
    app.add_url_rule("/x", "x", lambda: effects.append(1) or "done", methods=["POST"])
    add_guard_and_proxy_fix(app, first=first)

    result = call(app, "POST", "/x", {**BEHIND_PROXY, "Origin": origin})

    assert result.code == (200 if passes else 403)
    assert len(effects) == passes


@pytest.mark.parametrize("first", [True, False])
def test_the_forwarded_host_is_matched_wherever_proxy_fix_is(first):
    """The verdict, the answer to a refused request and the answer to a preflight use the forwarded host."""
    app, effects = Flask(__name__, host_matching=True, static_host="bank.example"), []
    view = cors(origins=[A])(lambda: effects.append(1) or "done")
    app.add_url_rule("/x", "bank", view, methods=["PUT"], host="bank.example")
    app.register_error_handler(CrossOriginRefused, lambda error: (error.decision.reason, 403))
    add_guard_and_proxy_fix(app, first=first)

    allowed = call(app, "PUT", "/x", {**BEHIND_PROXY, "Origin": A})
    refused = call(app, "PUT", "/x", {**BEHIND_PROXY, "Origin": A, "Cookie": "a=1"})
    asked = {**BEHIND_PROXY, "Origin": A, "Access-Control-Request-Method": "PUT"}

    assert (allowed.code, refused.code, refused.body) == (200, 403, b"cookie-not-allowed")
    assert_headers_exactly(refused.headers, [allow(A), VARY])
    assert call(app, "OPTIONS", "/x", asked).get("Access-Control-Allow-Methods") == "PUT"
    assert len(effects) == 1
