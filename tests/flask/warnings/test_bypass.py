"""The warning about requests that reach Flask past the layer of the extension."""

from __future__ import annotations

import pytest
from flask import Flask, Response, request_started
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix

from cases import VARY, A, allow
from flask_corsguard import SAME_ORIGIN, CorsGuard, CorsGuardWarning, CorsMiddleware
from flask_corsguard.flask.warnings.bypass import WATCHED
from harness import assert_headers_exactly, call, make_environ, preflight, warned


@pytest.fixture
def app():
    """Make an application of one page, without the extension."""
    app = Flask(__name__)
    app.add_url_rule("/", "index", lambda: "index", methods=["GET", "POST"])
    return app


def assert_in_force(application):
    """Assert that the policy applies to the answers of *application*."""
    assert_headers_exactly(call(application, headers={"Origin": A}).headers, [allow(A), VARY])


def test_a_dispatcher_that_has_flask_from_before_is_warned_of_once(app):
    """The remedy is the order of two lines."""
    application = DispatcherMiddleware(app.wsgi_app, {})
    CorsGuard(app, origins=[A])

    with warned("write CorsGuard(app) first") as caught:
        results = [call(application, "GET", "/", {"Origin": A}) for _ in range(3)]

    assert "A request ('GET' '/') reached Flask past CorsGuard" in str(caught[0].message)
    assert caught[0].filename == __file__
    assert [result.cors for result in results] == [[]] * 3


@pytest.mark.parametrize("held", [lambda app: app.wsgi_app, lambda app: app])
def test_a_dispatcher_around_what_the_extension_has_made_is_not_warned_of(app, held):
    """So is it once the remedy is applied."""
    CorsGuard(app, origins=[A])
    application = DispatcherMiddleware(held(app), {})

    with warned():
        assert_in_force(application)


def test_an_application_whose_layer_was_taken_off_is_warned_of(app):
    """The remedy wraps what is there, or comes last."""
    original = app.wsgi_app
    CorsGuard(app, origins=[A])
    app.wsgi_app = ProxyFix(original)

    with warned("as in app.wsgi_app = ProxyFix(app.wsgi_app)"):
        call(app, headers={"Origin": A})


def test_a_layer_around_what_the_extension_has_made_is_not_warned_of(app):
    """So is it once the remedy is applied."""
    CorsGuard(app, origins=[A])
    app.wsgi_app = ProxyFix(app.wsgi_app)

    with warned():
        assert_in_force(app)


def test_a_request_past_the_layer_after_others_through_it_is_warned_of(app):
    """A test of the application itself at its start does not hide what the server does."""
    application = DispatcherMiddleware(app.wsgi_app, {})
    CorsGuard(app, origins=[A])
    for _ in range(3):
        assert_in_force(app)

    with warned("reached Flask past CorsGuard"):
        call(application)


def test_a_request_that_is_dispatched_by_hand_is_warned_of(app):
    """As the documentation of Firebase recommends; the remedy gives the whole response."""
    CorsGuard(app, origins=[A])
    environ = make_environ("GET", "/", {"Origin": A})

    with warned("flask.Response.from_app(app, request.environ)"), app.request_context(environ):
        app.full_dispatch_request()
    with warned():
        response = Response.from_app(app, make_environ("GET", "/", {"Origin": A}))

    assert response.headers["Access-Control-Allow-Origin"] == A


def test_a_test_that_dispatches_a_request_by_hand_is_not_warned_of(app):
    """It asks the view alone."""
    CorsGuard(app, origins=[A])
    app.testing = True

    with warned(), app.test_request_context("/"):
        app.full_dispatch_request()
    with warned():
        call(app)


def test_a_by_pass_is_seen_by_tests_too(app):
    """It is a fact about how the application is put together, and not about its server."""
    original = app.wsgi_app
    CorsGuard(app, origins=[A])
    app.testing = True
    app.wsgi_app = original

    with warned("reached Flask past CorsGuard"):
        app.test_client().get("/")


def test_the_warning_about_an_asgi_server_that_calls_flask_itself_names_the_adapter(app):
    """Connexion 3 stores Flask's own ``wsgi_app`` when it is built, and a2wsgi leaves the scope."""
    original = app.wsgi_app
    CorsGuard(app, origins=[A])

    with warned("flask_corsguard.asgi.CorsMiddleware"):
        call(original, **{"asgi.scope": {"type": "http"}})


def test_no_request_is_watched_after_the_first_ones_through_the_layer(app):
    """A listener costs each request more than the headers do."""
    CorsGuard(app, origins=[A])
    for turn in range(WATCHED):
        assert list(request_started.receivers_for(app))
        # A preflight, which does not reach Flask, counts, too.
        (preflight(app, A) if turn % 2 else call(app))

    assert not list(request_started.receivers_for(app))
    call(app)
    assert app.extensions["corsguard"].first_request.is_checked


def test_no_request_is_watched_after_the_warning(app):
    """It is given once."""
    original = app.wsgi_app
    CorsGuard(app, origins=[A])
    with warned("reached Flask"):
        call(original)

    assert not list(request_started.receivers_for(app))


def test_two_applications_are_watched_each_for_itself(app):
    """A request of one that mounts the other is stamped by each layer."""
    inner = Flask("inner")
    inner.add_url_rule("/", "index", lambda: "index")
    CorsGuard(inner, origins=[A])
    original = inner.wsgi_app.app
    app.wsgi_app = DispatcherMiddleware(app.wsgi_app, {"/in": inner, "/past": original})
    CorsGuard(app, origins=[A])

    with warned("mounted at '/in' has a CorsGuard", "reached Flask past CorsGuard"):
        call(app, "GET", "/past/")


def test_a_warning_that_is_an_error_does_not_make_later_requests_look_past_the_layer(app):
    """The layer stamps a request before anything can raise."""
    CorsGuard(app, origins=[A])
    app.wsgi_app = CorsMiddleware(app.wsgi_app, SAME_ORIGIN)

    with pytest.raises(CorsGuardWarning):
        call(app)
    with warned():
        call(app)
