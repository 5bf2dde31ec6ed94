"""Requests behind a proxy: the host and scheme are those that a ``ProxyFix`` inside the layer sets."""

from __future__ import annotations

import pytest
from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from cases import EVIL, VARY, A, allow
from flask_corsguard import SAME_ORIGIN, CorsMiddleware
from flask_corsguard.wsgi.proxy_fix import proxy_fixes
from guard_cases import BEHIND_PROXY, OPEN_TO_A
from harness import SpyApp, assert_headers_exactly, call


def test_a_proxy_fix_inside_other_layers_is_found():
    """The layers may be WSGI middleware, or a Flask application that is wrapped as a whole."""

    class Passing:
        def __init__(self, application):
            self.application = application

        def __call__(self, environ, start_response):
            return self.application(environ, start_response)

    flask = Flask(__name__)
    flask.add_url_rule("/x", "x", lambda: "done", methods=["POST"])
    flask.wsgi_app = ProxyFix(flask.wsgi_app, x_host=1, x_proto=1)
    app = CorsMiddleware(Passing(flask), SAME_ORIGIN)

    assert call(app, "POST", "/x", {**BEHIND_PROXY, "Origin": "https://bank.example"}).code == 200
    assert call(app, "POST", "/x", {**BEHIND_PROXY, "Origin": EVIL}).code == 403


def test_the_application_gets_the_environ_that_its_proxy_fix_makes():
    """The layer passes the server's environ on, so the ``ProxyFix`` changes it once."""
    seen = []

    def app(environ, start_response):
        seen.append((environ["HTTP_HOST"], environ["wsgi.url_scheme"], environ["REMOTE_ADDR"]))
        start_response("200 OK", [])
        return []

    layer = CorsMiddleware(ProxyFix(app, x_host=1, x_proto=1), SAME_ORIGIN)

    call(layer, "POST", "/", {**BEHIND_PROXY, "Origin": "https://bank.example"}, REMOTE_ADDR="10.0.0.1")

    assert seen == [("bank.example", "https", "192.0.2.1")]


def test_a_policy_callable_gets_the_forwarded_host_for_every_kind_of_request():
    """A policy by host is the same for a preflight, for what it allows and for a plain GET."""

    def policy_of(environ):
        return OPEN_TO_A if environ["HTTP_HOST"] == "bank.example" else SAME_ORIGIN

    app = CorsMiddleware(ProxyFix(SpyApp(), x_host=1, x_proto=1), policy_of)
    asked = {**BEHIND_PROXY, "Origin": A}

    assert call(app, "OPTIONS", "/", {**asked, "Access-Control-Request-Method": "PUT"}).code == 204
    assert_headers_exactly(call(app, "PUT", "/", asked).headers, [allow(A), VARY])
    assert_headers_exactly(call(app, "GET", "/", asked).headers, [allow(A), VARY])


def test_layers_in_a_circle_are_not_followed_for_ever():
    """The search for a ``ProxyFix`` ends after a bounded number of layers."""

    class Circle:
        def __init__(self):
            self.app = self

        def __call__(self, environ, start_response):
            start_response("200 OK", [])
            return []

    assert call(CorsMiddleware(Circle(), SAME_ORIGIN), "POST", "/").code == 200


@pytest.mark.parametrize("names", [(), ("x_host",), ("x_proto",), ("x_host", "x_proto")])
def test_a_layer_with_both_settings_is_a_proxy_fix(names):
    """One of them may mean anything."""

    class Layer:
        def __init__(self, app):
            self.app = app
            vars(self).update(dict.fromkeys(names, 1))

        def __call__(self, environ, start_response):
            return self.app(environ, start_response)

    layer = Layer(SpyApp())

    assert proxy_fixes(layer) == ((layer,) if len(names) == 2 else ())
