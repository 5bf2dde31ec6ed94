"""A callable as the policy of a Flask application; marks, paths and methods of routes apply as usual."""

from __future__ import annotations

import pytest
from flask import Blueprint, Flask, appcontext_pushed, current_app, request
from werkzeug.exceptions import NotFound
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix

from cases import EVIL, VARY, A, allow
from flask_corsguard import SAME_ORIGIN, UNMANAGED, CorsGuard, Policy, cors
from flask_corsguard.flask.warnings.bypass import WATCHED
from guard_cases import CROSS_SITE
from harness import SpyApp, assert_headers_exactly, call, preflight

OF_MARK = "https://marked.example"
MARKED = Policy(origins=[OF_MARK])
OF_A = Policy(origins=[A])
CREDENTIALS = Policy(origins=[A], credentials=True, methods=["PUT"], resource_policy="same-site")


def make_app(policy_of, **arguments):
    """Return an application with a plain and a marked view, below a path rule, and in a blueprint."""
    app = Flask(__name__)
    CorsGuard(app, policy_of, **arguments)
    app.add_url_rule("/", "index", lambda: "index", methods=["GET", "POST", "DELETE"])
    app.add_url_rule("/marked", "marked", cors(MARKED)(lambda: "marked"))
    app.add_url_rule("/path", "path", lambda: "path")
    blueprint = cors(MARKED)(Blueprint("api", __name__, url_prefix="/api"))
    blueprint.add_url_rule("/x", "x", lambda: "x")
    app.register_blueprint(blueprint)
    return app


def origin_of(app, path, origin, **extra):
    """Return which origin may read the response."""
    return call(app, "GET", path, {"Origin": origin}, **extra).get("Access-Control-Allow-Origin")


def test_the_policy_of_the_application_is_asked_for():
    """Marks, blueprints and paths go before it, as ever."""
    app = make_app(lambda environ: OF_A, paths={"/path": Policy(origins=["https://path.example"])})

    assert origin_of(app, "/", A) == A
    assert origin_of(app, "/marked", A) is None
    assert origin_of(app, "/marked", OF_MARK) == OF_MARK
    assert origin_of(app, "/api/x", OF_MARK) == OF_MARK
    assert origin_of(app, "/api/none", OF_MARK) == OF_MARK
    assert origin_of(app, "/path", "https://path.example") == "https://path.example"
    assert origin_of(app, "/none", A) == A


def test_a_preflight_names_the_methods_of_the_route():
    """And the guard allows them."""
    app = make_app(lambda environ: OF_A)

    assert preflight(app, A, "DELETE").get("Access-Control-Allow-Methods") == "DELETE, GET, HEAD, POST"
    assert call(app, "DELETE", headers={**CROSS_SITE, "Origin": A}).code == 200
    assert call(app, "DELETE", headers=CROSS_SITE).code == 403


def test_the_callable_is_asked_once_per_request_before_the_application_runs():
    """In a context of the application, with the environ as it came in."""
    asked = []

    def policy_of(environ):
        asked.append((environ["REQUEST_METHOD"], environ["PATH_INFO"], current_app.name))
        return OF_A

    app = make_app(policy_of)
    app.name = "shop"
    inside = app.wsgi_app.app

    def shift(environ, start_response):
        environ["PATH_INFO"] = "/marked"
        return inside(environ, start_response)

    app.wsgi_app.app = shift
    app.debug = True
    for method in ("GET", "POST", "OPTIONS"):
        call(app, method, headers={**CROSS_SITE, "Access-Control-Request-Method": "GET"})

    assert asked == [("GET", "/", "shop"), ("POST", "/", "shop"), ("OPTIONS", "/", "shop")]


def test_the_callable_is_asked_before_the_application_runs_once_nothing_else_is_to_be_done():
    """A layer inside may change the environ of any request, and not only of the first ones."""
    app = make_app(lambda environ: OF_A if environ["PATH_INFO"] == "/" else SAME_ORIGIN)
    inside = app.wsgi_app.app

    def shift(environ, start_response):
        environ["PATH_INFO"] = "/path"
        return inside(environ, start_response)

    app.wsgi_app.app = shift

    assert {origin_of(app, "/", A) for _ in range(2 * WATCHED)} == {A}


def test_a_mark_that_is_put_after_requests_applies_to_the_next_one():
    """What is remembered for each policy that was given is forgotten."""
    app = make_app(lambda environ: OF_A)
    for _ in range(2 * WATCHED):
        assert origin_of(app, "/path", A) == A
        assert preflight(app, OF_MARK, path="/path").code == 403

    cors(MARKED)(app.view_functions["path"])

    assert origin_of(app, "/path", A) is None
    assert origin_of(app, "/path", OF_MARK) == OF_MARK
    assert preflight(app, OF_MARK, path="/path").code == 204


def test_each_request_has_the_policy_that_is_given_for_it():
    """Nothing that is remembered for one policy is used for another."""
    policies = {
        "a.example": OF_A,
        "b.example": CREDENTIALS,
        "c.example": UNMANAGED,
        "d.example": [CREDENTIALS, Policy(origins="*")],
    }
    app = make_app(lambda environ: policies[environ["HTTP_HOST"]])
    for _ in range(3):
        assert_headers_exactly(
            call(app, headers={"Origin": A, "Host": "a.example"}).headers, [allow(A), VARY]
        )
        assert call(app, headers={"Origin": A, "Host": "b.example"}).get("Access-Control-Allow-Credentials")
        assert call(app, "POST", headers={**CROSS_SITE, "Host": "c.example"}).cors == []
        assert origin_of(app, "/", EVIL, HTTP_HOST="d.example") == "*"
        assert call(app, headers={"Host": "a.example"}).cors == [VARY]


@pytest.mark.parametrize("failure", [LookupError("no tenant"), None])
def test_a_callable_that_fails_closes_what_it_would_have_opened(failure, caplog):
    """Marks have their own policies; the strictest resource policy applies."""

    def policy_of(environ):
        if environ["HTTP_HOST"] == "known.example":
            return CREDENTIALS
        if failure is not None:
            raise failure
        return failure

    app = make_app(policy_of)
    call(app, headers={"Host": "known.example"})

    result = call(app, headers={"Origin": A, "Host": "x.example"})

    assert_headers_exactly(result.headers, [VARY, ("Cross-Origin-Resource-Policy", "same-site")])
    assert origin_of(app, "/marked", OF_MARK, HTTP_HOST="x.example") == OF_MARK
    assert call(app, "POST", headers={**CROSS_SITE, "Origin": A, "Host": "x.example"}).code == 403
    assert {record.getMessage() for record in caplog.records if record.levelname == "ERROR"} == {
        "no policy for this request; the closed policy applies"
    }


def test_without_a_context_the_closed_policy_applies(caplog):
    """A function that listens to contexts raises."""

    def raises(sender):
        raise OSError("no context")

    app = make_app(lambda environ: OF_A)
    with appcontext_pushed.connected_to(raises, app):
        assert preflight(app, A).code == 403

    assert caplog.records[0].getMessage() == "no application context for the policy of this request"


def test_behind_a_proxy_the_callable_sees_the_forwarded_host():
    """As the view will see it."""
    hosts = []
    app = Flask(__name__)
    app.wsgi_app = ProxyFix(app.wsgi_app, x_host=1)
    CorsGuard(app, lambda environ: hosts.append(environ["HTTP_HOST"]) or OF_A)
    app.add_url_rule("/", "index", lambda: request.host)

    assert call(app, headers={"X-Forwarded-Host": "shop.example"}).body == b"shop.example"
    assert hosts == ["shop.example"]


def test_below_a_dispatcher_the_policy_is_asked_for_too():
    """The routes count below the prefix, for each of the policies."""
    app = Flask(__name__)
    app.add_url_rule("/x", "x", lambda: "x", methods=["PUT"])
    app.wsgi_app = DispatcherMiddleware(NotFound(), {"/v1": app.wsgi_app, "/shop": SpyApp()})
    policies = {"a.example": OF_A, "b.example": Policy(origins=["https://b.example"])}
    CorsGuard(app, lambda environ: policies[environ["HTTP_HOST"]])

    for host, origin in (("a.example", A), ("b.example", "https://b.example")):
        granted = preflight(app, origin, "PUT", "/v1/x", HTTP_HOST=host)
        assert granted.get("Access-Control-Allow-Methods") == "PUT"
        assert origin_of(app, "/shop", origin, HTTP_HOST=host) == origin
        assert origin_of(app, "/shop", EVIL, HTTP_HOST=host) is None


def test_debug_mode_shows_that_the_policy_is_the_applications():
    """As it does of a policy that is given once."""
    app = make_app(lambda environ: OF_A)
    app.debug = True

    assert call(app, headers={"Origin": A}).get("X-CorsGuard") == "allowed; policy=application"
    assert call(app, path="/marked", headers={"Origin": EVIL}).get("X-CorsGuard").endswith("policy=view")


def test_what_is_remembered_of_policies_that_come_and_go_is_bounded(monkeypatch):
    """A callable may make a new policy for each request."""
    monkeypatch.setattr("flask_corsguard.flask.policy_per_request.MAX_VARYING", 3)
    app = make_app(lambda environ: Policy(origins=[f"https://{environ['HTTP_HOST']}"]))

    for number in range(10):
        host = f"h{number}.example"
        assert origin_of(app, "/", f"https://{host}", HTTP_HOST=host) == f"https://{host}"
    assert len(app.extensions["corsguard"]._source._by_policy) <= 3


def test_a_mark_that_is_put_later_is_found():
    """What was remembered before it is forgotten for every policy."""
    app = make_app(lambda environ: OF_A)
    assert origin_of(app, "/", A) == A

    cors(MARKED)(app.view_functions["index"])

    assert origin_of(app, "/", A) is None


def test_the_policy_may_become_a_callable_and_back():
    """It is assigned as in plain WSGI."""
    app = make_app(OF_A)
    layer = app.extensions["corsguard"]
    assert origin_of(app, "/", A) == A

    layer.policy = lambda environ: SAME_ORIGIN
    assert origin_of(app, "/", A) is None
    layer.policy = OF_A
    assert origin_of(app, "/", A) == A
