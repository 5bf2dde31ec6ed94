"""Keys that a server may leave out if they are empty (PEP 3333): the answer is that to the empty value."""

from __future__ import annotations

import io

import pytest
from flask import Flask
from werkzeug.exceptions import NotFound
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from cases import EVERYONE, EVIL, LISTED, A
from flask_corsguard import SAME_ORIGIN, CorsGuard, CorsMiddleware, Request, cors
from flask_corsguard.wsgi.environ import request_of
from harness import SpyApp, cors_headers, make_environ


def flask_app(**about):
    """Make an application whose root has a mark, and whose paths have policies."""
    app = Flask(__name__)
    app.debug = True
    app.add_url_rule("/", "root", cors(LISTED)(lambda: "root"), methods=["GET", "POST"])
    app.add_url_rule("/X", "other", cors(EVERYONE)(lambda: "other"), methods=["GET", "POST"])
    CorsGuard(app, SAME_ORIGIN, **about)
    return app


def mounted_app():
    """Make an application that a dispatcher has below the empty prefix of its own layer."""
    app = flask_app()
    app.wsgi_app.app = DispatcherMiddleware(app.wsgi_app.app, {"/x": NotFound()})
    return app


APPS = {
    "a mapping": lambda: CorsMiddleware(SpyApp(), {"/X": EVERYONE, "/": LISTED}, debug=True),
    "a callable": lambda: CorsMiddleware(SpyApp(), lambda environ: LISTED, debug=True),
    "Flask": flask_app,
    "Flask with paths": lambda: flask_app(paths={"/X": EVERYONE, "/": LISTED}),
    "Flask with a mounted application": mounted_app,
}
REQUESTS = [
    (method, headers)
    for origin in (A, EVIL)
    for method, headers in (
        ("GET", {"Origin": origin}),
        ("POST", {"Origin": origin}),
        ("OPTIONS", {"Origin": origin, "Access-Control-Request-Method": "PUT"}),
        ("OPTIONS", {"Origin": origin, "Access-Control-Request-Method": "GET"}),
    )
]


def answer(app, environ):
    """Return what the policy has put onto the response to one request, and what is on the console.

    Flask itself redirects an empty path to its root, and takes a missing one for it.
    """
    started, console = [], io.StringIO()
    environ["wsgi.errors"] = console
    app(environ, lambda status, headers, exc_info=None: started.append(headers))
    headers = [(name, value) for name, value in started[-1] if name in {"Vary", "X-CorsGuard"}]
    return sorted(cors_headers(started[-1])), sorted(headers), console.getvalue()


@pytest.mark.parametrize("make_app", APPS.values(), ids=APPS)
@pytest.mark.parametrize(("method", "headers"), REQUESTS)
@pytest.mark.parametrize("missing", ["PATH_INFO", "SCRIPT_NAME", "QUERY_STRING"])
def test_a_key_that_is_missing_is_as_good_as_an_empty_one(make_app, method, headers, missing, caplog):
    """For the policy, its place in debug mode, the guard, the log and the console."""
    caplog.set_level("INFO", "flask_corsguard")
    environ = {**make_environ(method, "", headers), missing: ""}
    expected, lines = answer(make_app(), dict(environ)), [each.getMessage() for each in caplog.records]
    caplog.clear()
    del environ[missing]

    assert answer(make_app(), environ) == expected
    assert [each.getMessage() for each in caplog.records] == lines


def test_what_an_environ_lacks_is_missing_from_the_request():
    """A program may make one by hand, to ask what a policy decides."""
    assert request_of({}) == Request(method="", scheme="http")
