"""Applications that a dispatcher inside of the layer mounts, and the policy of what they answer."""

from __future__ import annotations

import pytest
from flask import Blueprint, Flask, request
from werkzeug.exceptions import NotFound
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import BaseConverter, ValidationError

from cases import EVIL, LISTED, A
from flask_corsguard import CorsGuard, CorsMiddleware, Policy, cors
from harness import SpyApp, call, preflight, warned

EVERYONE = Policy(origins="*", methods=["GET", "PUT"])
PARTNER = Policy(origins=[EVIL], methods=["GET", "PUT"])

PUT = {"Origin": EVIL, "Sec-Fetch-Site": "cross-site"}


marked = cors(EVERYONE)


def make_app(mark=marked):
    """Make an application whose marked routes cover every path."""
    app = Flask(__name__)
    view = mark(lambda path="": "outer")
    for rule in ("/", "/<path:path>"):
        app.add_url_rule(rule, "everything", view, methods=["GET", "PUT"])
    return app


def unmarked(view):
    """Mark nothing: without an extension of its own, no mark of a mounted application is in force."""
    return view


def mount(app, mounts, inside=None):
    """Put a dispatcher inside of the layer that the application gets next."""
    app.wsgi_app = DispatcherMiddleware(inside or app.wsgi_app, mounts)


def answers(app, path):
    """Return what a page of EVIL gets at *path*: from a read, a write and a preflight."""
    return (
        call(app, "GET", path, {"Origin": EVIL}).get("Access-Control-Allow-Origin"),
        call(app, "PUT", path, PUT).code,
        preflight(app, EVIL, "PUT", path).code,
    )


OPEN, CLOSED = ("*", 200, 204), (None, 403, 403)


@pytest.mark.parametrize(
    "make_other",
    [SpyApp, lambda: make_app(unmarked), lambda: ProxyFix(make_app(unmarked))],
    ids=["WSGI", "Flask", "layers around it"],
)
def test_a_mounted_application_has_the_policy_of_the_application_around_it(make_other):
    """No route of the outer application covers it, although a pattern of one does."""
    app, other = make_app(), make_other()
    mount(app, {"/api": other})
    CorsGuard(app, LISTED)

    assert answers(app, "/api") == answers(app, "/api/x") == CLOSED
    assert answers(app, "/apix") == answers(app, "/") == OPEN
    assert call(app, "GET", "/api/x", {"Origin": A}).get("Access-Control-Allow-Origin") == A


def test_a_mounted_application_has_the_policy_of_its_path():
    """So the outer application configures what applies to it."""
    app, other = make_app(), SpyApp()
    mount(app, {"/api": other, "/api/v2": other})
    CorsGuard(app, LISTED, paths={"/api/v2": PARTNER})

    assert answers(app, "/api/v2/x") == (EVIL, 200, 204)
    assert answers(app, "/api/v1") == CLOSED
    assert answers(app, "/api/../x") == CLOSED


def test_an_application_mounted_while_requests_run_is_seen():
    """The mapping of a dispatcher is read for each request."""
    app = make_app()
    mount(app, {})
    mounts = app.wsgi_app.mounts
    CorsGuard(app, LISTED)
    assert answers(app, "/api/x") == OPEN

    mounts["/api"] = SpyApp()

    assert answers(app, "/api/x") == CLOSED


def test_a_mounted_application_takes_the_methods_of_plain_wsgi():
    """Its routes are not known, if the policy leaves the methods to them."""
    app = make_app()
    mount(app, {"/api": SpyApp()})
    CorsGuard(app, origins=[A])

    assert preflight(app, A, "POST", "/api/x").get("Access-Control-Allow-Methods") == "GET, HEAD, POST"


@pytest.mark.parametrize(
    "inside", [NotFound(), SpyApp("404 Not Found")], ids=["NotFound", "another application"]
)
@pytest.mark.parametrize("paths", [None, {"/v1/other": PARTNER}])
def test_an_application_below_a_prefix_has_its_routes_below_it(inside, paths):
    """The dispatcher takes the prefix off; outside of it, no route answers. Paths are those of the server."""
    app = Flask(__name__)
    app.add_url_rule("/page", "page", cors(EVERYONE)(lambda: "x"), methods=["GET", "PUT"])
    app.add_url_rule("/other", "other", lambda: "x", methods=["GET", "PUT"])
    api = cors(EVERYONE)(Blueprint("api", __name__, url_prefix="/api"))
    app.register_blueprint(api)
    mount(app, {"/v1": app.wsgi_app}, inside)
    CorsGuard(app, LISTED, paths=paths)

    assert answers(app, "/v1/page") == OPEN
    assert answers(app, "/v1/other") == ((EVIL, 200, 204) if paths else CLOSED)
    assert answers(app, "/page") == answers(app, "/v1") == CLOSED
    assert call(app, "GET", "/v1/api/missing", {"Origin": EVIL}).get("Access-Control-Allow-Origin") == "*"
    assert call(app, "GET", "/api/missing", {"Origin": EVIL}).get("Access-Control-Allow-Origin") is None


def test_a_redirect_below_a_prefix_has_the_policy_of_its_target():
    """The prefix is the application's root there, before the response and after it has started."""
    app = Flask(__name__)
    app.add_url_rule("/page/", "page", cors(EVERYONE)(lambda: "x"))
    mount(app, {"/v1": app.wsgi_app}, NotFound())
    CorsGuard(app, LISTED)

    result = call(app, "GET", "/v1/page", {"Origin": EVIL})

    assert (result.code, result.get("Location")) == (308, "http://127.0.0.1/v1/page/")
    assert result.get("Access-Control-Allow-Origin") == "*"
    assert preflight(app, EVIL, "GET", "/v1/page").code == 204
    # The server itself may have taken a prefix off the path.
    assert preflight(app, EVIL, "GET", "/v1/page", SCRIPT_NAME="/outside").code == 204


class BelowConverter(BaseConverter):
    """Matches where the application's root is the prefix below that of the server."""

    def to_python(self, value):
        if request.script_root != "/outside/v1":
            raise ValidationError
        return value


def test_a_converter_below_a_prefix_sees_both_prefixes():
    """What the server has taken off the path, and what the dispatcher will."""
    app = Flask(__name__)
    app.url_map.converters["below"] = BelowConverter
    app.add_url_rule("/<below:page>", "page", cors(EVERYONE)(lambda page: page), methods=["GET", "PUT"])
    mount(app, {"/v1": app.wsgi_app}, NotFound())
    CorsGuard(app, LISTED)

    assert preflight(app, EVIL, "PUT", "/v1/page", SCRIPT_NAME="/outside").code == 204
    assert preflight(app, EVIL, "PUT", "/v1/page").code == 403


def test_dispatchers_may_be_inside_each_other():
    """Each takes its part off the path, whether it has what is mounted or the rest."""
    app, other = Flask(__name__), SpyApp()
    app.add_url_rule("/page", "page", cors(EVERYONE)(lambda: "x"), methods=["GET", "PUT"])
    mount(app, {"/a/own": app.wsgi_app, "/b": other})
    app.wsgi_app = DispatcherMiddleware(
        ProxyFix(app.wsgi_app), {"/v1": DispatcherMiddleware(other, {"/in": app.wsgi_app})}
    )
    CorsGuard(app, LISTED)

    assert answers(app, "/page") == answers(app, "/a/own/page") == answers(app, "/v1/in/page") == OPEN
    assert answers(app, "/b/page") == answers(app, "/v1/page") == answers(app, "/v1/in/b/page") == CLOSED


@pytest.mark.parametrize(("key", "path"), [("", "/page"), ("api", "api"), ("api", "api/page")])
def test_a_key_without_a_slash_is_what_a_dispatcher_falls_back_to(key, path):
    """It calls that for what no other key covers; servers send paths that begin with a slash."""
    app, other = make_app(), SpyApp()
    mount(app, {key: other})
    CorsGuard(app, LISTED)

    reached = bool(call(app, "GET", path, {"Origin": EVIL}) and other.calls)

    assert (answers(app, path)[0] is None) == reached or path == "api"


def test_a_dispatcher_around_something_that_cannot_be_looked_into_is_taken_for_flask():
    """Flask may be inside of a function, but never of a mounted application."""
    app = make_app()
    flask = app.wsgi_app
    mount(app, {"/api": SpyApp()}, lambda environ, start_response: flask(environ, start_response))
    CorsGuard(app, LISTED)

    assert answers(app, "/x") == OPEN
    assert answers(app, "/api/x") == CLOSED


def test_a_chain_of_layers_that_contains_itself_is_not_followed_for_ever():
    """What is in the circle is taken for Flask, as it is without a dispatcher."""
    app = make_app()
    mount(app, {"/api": SpyApp()})
    dispatcher = app.wsgi_app
    CorsGuard(app, LISTED)
    dispatcher.app = dispatcher

    assert preflight(app, EVIL, "PUT", "/x").code == 204


@pytest.mark.parametrize("guard", [CorsGuard, lambda app: CorsMiddleware(app, LISTED)])
def test_a_mounted_application_with_a_layer_of_its_own_is_warned_of(guard):
    """The outer policy applies, and the message explains how to apply the inner one."""
    app, other = Flask(__name__), Flask("other")
    other.add_url_rule("/", "index", lambda: "x")
    guarded = guard(other)
    mount(app, {"/api": other if guard is CorsGuard else guarded})
    CorsGuard(app, LISTED)

    with warned("mounted at '/api' has a CorsGuard or CorsMiddleware of its own"):
        call(app)


def test_the_remedies_for_a_mounted_application_with_a_layer_of_its_own_work():
    """With a dispatcher around both, each has its own policy; a path in the outer one has the same effect."""
    app, apart = Flask("app"), Flask("apart")
    bare, guarded = make_app(unmarked), make_app(unmarked)
    mount(app, {"/api": bare})
    CorsGuard(app, LISTED, paths={"/api": PARTNER})
    CorsGuard(guarded, PARTNER)
    CorsGuard(apart, LISTED)

    with warned():
        assert answers(app, "/api/") == (EVIL, 200, 204)
        assert answers(DispatcherMiddleware(apart, {"/api": guarded}), "/api/") == (EVIL, 200, 204)


def test_debug_mode_shows_whose_policy_applies_below_a_prefix():
    """It asks the code that finds the policy, dispatchers included."""
    app = Flask(__name__)
    app.debug = True
    app.add_url_rule("/page", "page", cors(EVERYONE.replace(origins=[A]))(lambda: "x"))
    app.add_url_rule("/other", "other", lambda: "x")
    mount(app, {"/v1": app.wsgi_app}, NotFound())
    CorsGuard(app, LISTED, paths={"/v1/other": PARTNER.replace(origins=[A])})

    told = [
        call(app, "GET", path, {"Origin": EVIL}).get("X-CorsGuard").partition("policy=")[2]
        for path in ("/v1/page", "/v1/other", "/v1/missing", "/page")
    ]
    assert told == ["view", "path /v1/other", "application", "application"]
