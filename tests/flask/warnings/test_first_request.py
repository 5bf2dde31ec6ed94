"""The checks of an application's first request: each warns once, with a remedy, and only with a cause."""

from __future__ import annotations

import flask_cors
import pytest
from flask import Blueprint, Flask
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.middleware.profiler import ProfilerMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix

from cases import VARY, A, allow
from flask_corsguard import CorsGuard, CorsGuardWarning, CorsMiddleware, Policy, cors
from harness import assert_headers_exactly, call, warned


def make_app(*args, app=None, **fields):
    """Make an application that can have a session, with one page."""
    app = app or Flask(__name__)
    app.secret_key = "test"
    app.add_url_rule("/", "index", lambda: "index")
    CorsGuard(app, *args, **fields)
    return app


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize(
    "put",
    [
        lambda app: flask_cors.CORS(app),
        lambda app: flask_cors.CORS(app, intercept_exceptions=False),
        lambda app: app.register_blueprint(with_flask_cors(Blueprint("b", __name__))),
        lambda app: app.add_url_rule("/x", "x", cors(origins=[A])(flask_cors.cross_origin()(lambda: "x"))),
    ],
    ids=["the application", "without its errors", "a blueprint", "a view"],
)
def test_flask_cors_on_the_same_application_is_warned_of_once(put, before):
    """It may come first or last, and its headers, which are replaced, need no warning of their own."""
    app = Flask(__name__)
    if before:
        put(app)
    CorsGuard(app, origins=[A])
    if not before:
        put(app)
    app.add_url_rule("/", "index", lambda: "index")

    with warned(r"Remove its CORS(...) and @cross_origin"):
        results = [call(app, headers={"Origin": A}) for _ in range(2)]

    for result in results:
        assert_headers_exactly(result.headers, [allow(A), VARY])


def with_flask_cors(blueprint):
    """Initialise Flask-CORS for a blueprint."""
    flask_cors.CORS(blueprint)
    return blueprint


def test_a_view_that_sets_cors_headers_is_warned_of_once():
    """The warning comes with the first response that has some."""
    app = make_app(origins=[A])
    app.add_url_rule("/own", "own", lambda: ("x", {"Access-Control-Allow-Origin": "*"}))

    with warned():
        call(app, headers={"Origin": A})
    with warned("sets 'Access-Control-Allow-Origin' itself"):
        results = [call(app, "GET", "/own", {"Origin": A}) for _ in range(2)]

    for result in results:
        assert_headers_exactly(result.headers, [allow(A), VARY])


class Cors:
    """A layer that answers for everyone, as several on the shelves do."""

    def __init__(self, app):
        self.app = app

    def __call__(self, environ, start_response):
        return self.app(environ, lambda status, headers, *more: start_response(status, headers, *more))


def allow_cors(app):
    """Put a function around *app*."""

    def layer(environ, start_response):
        return app(environ, start_response)

    return layer


def cors_layer(app):
    """Put a function around *app*, as :func:`allow_cors` does under another name."""

    def layer(environ, start_response):
        return app(environ, start_response)

    return layer


@pytest.mark.parametrize(
    ("wrap", "name"),
    [
        (Cors, "Cors is outside"),
        (lambda app: CorsMiddleware(app, Policy(origins="*")), "CorsMiddleware is outside"),
        (lambda app: ProxyFix(Cors(ProxyFix(app))), "Cors is outside"),
        (allow_cors, "allow_cors is outside"),
        (cors_layer, "cors_layer is outside"),
        (type("CORSMiddleware", (Cors,), {}), "CORSMiddleware is outside"),
    ],
)
def test_a_layer_for_cors_outside_is_warned_of(wrap, name):
    """It may answer before the policy is asked, and the guard does not see the headers that it adds."""
    app = make_app(origins=[A])
    app.wsgi_app = wrap(app.wsgi_app)

    with warned("Remove it, or remove CorsGuard") as caught:
        for _ in range(2):
            call(app, headers={"Origin": A})

    assert str(caught[0].message).startswith(name)


def corsair(app):
    """Put a function around *app* that only sounds alike."""

    def layer(environ, start_response):
        return app(environ, start_response)

    return layer


def create_cors_app(app):
    """Put a function around *app* that has another purpose than what defines it."""

    def timing(environ, start_response):
        return app(environ, start_response)

    return timing


def cors_of_many(app):
    """Have a function put another one around *app*; only what defines the layer is asked for its name."""

    def measured(inner):
        def timing(environ, start_response):
            return inner(environ, start_response)

        return timing

    return measured(app)


@pytest.mark.parametrize(
    "wrap",
    [
        ProxyFix,
        lambda app: DispatcherMiddleware(app, {"/x": Cors(app)}),
        lambda app: ProfilerMiddleware(app, stream=None),
        corsair,
        create_cors_app,
        cors_of_many,
        type("Scorsese", (Cors,), {}),
    ],
)
def test_another_layer_outside_is_not_warned_of(wrap):
    """A layer that rewrites the host, measures or dispatches belongs there."""
    app = make_app(origins=[A])
    app.wsgi_app = wrap(app.wsgi_app)

    with warned():
        call(app, headers={"Origin": A})


def test_a_layer_for_cors_inside_is_not_warned_of_by_its_name():
    """Its headers can be replaced there, and only they are warned of."""
    app = Flask(__name__)
    app.wsgi_app = Cors(app.wsgi_app)
    make_app(origins=[A], app=app)

    with warned():
        call(app, headers={"Origin": A})


def test_a_marked_blueprint_that_is_not_registered_is_warned_of():
    """Its policy applies nowhere, and its pages are missing."""
    app = make_app()
    blueprint = cors(origins=[A])(Blueprint("forgotten", __name__))
    registered = cors(origins=[A])(Blueprint("known", __name__))
    app.register_blueprint(registered)

    with warned("The marked blueprint forgotten is not registered"):
        call(app)
        call(app)

    assert blueprint.name == "forgotten"


def test_all_marked_blueprints_that_are_not_registered_are_named():
    """In one warning."""
    app = make_app()
    forgotten = [cors(origins=[A])(Blueprint(name, __name__)) for name in ("one", "two")]

    with warned("The marked blueprint one, two is not registered"):
        call(app)

    assert len(forgotten) == 2


@pytest.mark.parametrize("nested", [True, False])
def test_a_blueprint_that_is_registered_after_the_guard_is_not_warned_of(nested):
    """Neither is one that is registered within another blueprint, or with another application."""
    app, other = make_app(), Flask("other")
    inner = cors(origins=[A])(Blueprint("inner", __name__))
    outer = Blueprint("outer", __name__)
    if nested:
        outer.register_blueprint(inner)
        app.register_blueprint(outer)
    else:
        other.register_blueprint(inner)

    with warned():
        call(app)


def test_a_blueprint_of_another_place_is_not_warned_of(tmp_path):
    """Another application of the process may register it yet."""
    app = make_app()
    foreign = cors(origins=[A])(Blueprint("foreign", __name__, root_path=str(tmp_path)))

    with warned():
        call(app)

    assert foreign.name == "foreign"


def test_a_blueprint_that_a_test_leaves_out_is_not_warned_of():
    """An application in ``testing`` need not be whole."""
    app = make_app()
    app.testing = True
    blueprint = cors(origins=[A])(Blueprint("left_out", __name__))

    with warned():
        call(app)

    assert blueprint.name == "left_out"


def test_a_warning_that_is_an_error_is_raised_once_by_the_first_request():
    """The next request is answered."""
    app = make_app(origins=[A])
    app.wsgi_app = Cors(app.wsgi_app)

    with pytest.raises(CorsGuardWarning, match="is outside"):
        call(app)
    assert call(app).code == 200


def test_nothing_is_warned_of_before_the_first_request():
    """A layer, a setting or a registration that is missing until then may follow."""
    with warned():
        app = make_app(origins=[A], credentials=True)
        app.config["SERVER_NAME"] = "another.example"
        flask_cors.CORS(app)
        cors(origins="*")(Blueprint("b", __name__))
