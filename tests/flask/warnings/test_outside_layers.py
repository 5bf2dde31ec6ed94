"""The warnings about layers outside that answer without the policy, wherever outside they are."""

from __future__ import annotations

import pytest
from flask import Flask
from werkzeug.middleware.profiler import ProfilerMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.middleware.shared_data import SharedDataMiddleware
from whitenoise import WhiteNoise

from cases import SAME_ORIGIN, A
from flask_corsguard import CorsGuard, CorsMiddleware
from harness import call, warned


class Files(WhiteNoise):
    """The application's own kind of WhiteNoise."""


@pytest.fixture
def files(tmp_path):
    """Make a directory with a file."""
    (tmp_path / "a.txt").write_text("a")
    return str(tmp_path)


@pytest.fixture
def app():
    """Make an application with a page."""
    app = Flask(__name__)
    app.add_url_rule("/", "index", lambda: "index")
    return app


SERVERS = {
    "WhiteNoise": lambda app, files: WhiteNoise(app, files, allow_all_origins=False),
    "Files": lambda app, files: Files(app, files, allow_all_origins=False),
    "SharedDataMiddleware": lambda app, files: SharedDataMiddleware(app, {"/": files}),
}


@pytest.mark.parametrize("name", SERVERS)
@pytest.mark.parametrize("around", [lambda layer: layer, ProxyFix])
def test_a_server_of_files_outside_is_warned_of(app, files, name, around):
    """It answers for its files itself, which a request for anything else shows."""
    CorsGuard(app, origins=[A])
    app.wsgi_app = around(SERVERS[name](app.wsgi_app, files))

    with warned(f"{name} is outside of CorsGuard and answers requests for its files itself"):
        assert call(app, "GET", "/a.txt", {"Origin": A}).cors == []
        call(app)
        call(app)


@pytest.mark.parametrize("name", SERVERS)
def test_a_server_of_files_around_the_application_itself_is_warned_of(app, files, name):
    """What wraps the application, and not its wsgi_app, is seen while it calls it."""
    CorsGuard(app, origins=[A])
    application = ProfilerMiddleware(SERVERS[name](app, files), stream=None)

    with warned(f"{name} is outside of CorsGuard"):
        call(application)


@pytest.mark.parametrize("name", SERVERS)
def test_a_server_of_files_inside_is_not_warned_of(app, files, name):
    """The remedy recommends it: the policy applies to its files."""
    app.wsgi_app = SERVERS[name](app.wsgi_app, files)
    CorsGuard(app, origins=[A])

    with warned():
        result = call(app, "GET", "/a.txt", {"Origin": A})

    assert (result.body, result.get("Access-Control-Allow-Origin")) == (b"a", A)


def test_a_layer_for_cors_around_the_application_itself_is_warned_of(app):
    """The remedy is the same as for one around its wsgi_app."""
    CorsGuard(app, origins=[A])
    application = CorsMiddleware(app, SAME_ORIGIN)

    with warned("CorsMiddleware is outside of CorsGuard and may answer preflights"):
        call(application)


def test_a_layer_that_is_seen_twice_is_warned_of_once(app):
    """It is around the wsgi_app, and on the stack."""
    CorsGuard(app, origins=[A])
    app.wsgi_app = CorsMiddleware(app.wsgi_app, SAME_ORIGIN)

    with warned("CorsMiddleware is outside"):
        call(app)


class TestCors:
    """What calls an application may have any name."""

    def __call__(self, app):
        """Call *app*, and be no layer."""
        return call(app)


def test_what_calls_the_application_is_not_a_layer(app):
    """A test, or a server, has other parameters."""
    CorsGuard(app, origins=[A])

    with warned():
        TestCors()(app)


@pytest.mark.parametrize("names", [(), ("exports",), ("is_allowed",)])
def test_a_layer_that_only_looks_like_a_server_of_files_is_not_warned_of(app, names):
    """Werkzeug's has two names that few others have."""

    class Layer:
        def __init__(self, inside):
            self.inside = inside
            vars(self).update(dict.fromkeys(names))

        def __call__(self, environ, start_response):
            return self.inside(environ, start_response)

    CorsGuard(app, origins=[A])
    app.wsgi_app = Layer(app.wsgi_app)

    with warned():
        call(app)
