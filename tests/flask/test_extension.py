"""The table through Flask, and the application as a whole."""

from __future__ import annotations

import logging

import pytest
from flask import Flask, abort, current_app, redirect
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix

from cases import EVIL, LISTED, ROWS, VARY, A, Row, allow
from flask_corsguard import (
    SAME_ORIGIN,
    CorsGuard,
    CrossOriginRefused,
    Policy,
    PolicyError,
    Reason,
    Request,
    cors_refused,
)
from flask_corsguard.core.guard import judge
from harness import assert_headers_exactly, call, preflight

PARTNER = Policy(origins=[EVIL])


def make_app(*args, **fields):
    """Make an application with one page, and a guard."""
    app = Flask(__name__)
    CorsGuard(app, *args, **fields)
    app.add_url_rule("/", "index", lambda: "index", methods=["GET", "POST"])
    return app


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_flask_answers_as_in_the_table(row: Row):
    """The extension sends what the core returns, and a preflight never opens a request."""
    policy = row.policy
    if row.reason is Reason.METHOD_NOT_ALLOWED and policy.methods is None:
        # In Flask the route would be left to refuse the method; a list is taken at its word.
        policy = policy.replace(methods=["GET", "HEAD", "POST"])
    app = make_app(policy)
    opened = []
    app.before_request(lambda: opened.append(1))

    result = call(app, row.method, "/", row.headers)

    assert_headers_exactly(result.headers, row.expected)
    assert result.code == (row.status or 200)
    assert len(opened) == (0 if row.status else 1)


def test_without_a_policy_an_application_is_closed():
    """Nobody across origins is the default, and no answer varies by it."""
    app = make_app()

    assert call(app, headers={"Origin": A}).cors == []
    assert preflight(app, A).code == 403


def test_an_application_factory_gives_each_application_its_own_policy():
    """One extension object serves several applications and shares nothing between them."""
    guard = CorsGuard(origins=[A])
    apps = []
    for name in ("one", "two"):
        app = Flask(name)
        app.config["CORSGUARD_MAX_AGE"] = 1 if name == "one" else 2
        guard.init_app(app)
        apps.append(app)

    assert [preflight(app, A).get("Access-Control-Max-Age") for app in apps] == ["1", "2"]
    apps[0].extensions["corsguard"].policy = SAME_ORIGIN
    assert preflight(apps[0], A).code == 403
    assert preflight(apps[1], A).code == 204


@pytest.mark.parametrize("again", [lambda app: CorsGuard(app), lambda app: CorsGuard().init_app(app)])
def test_a_second_initialisation_is_an_error_that_explains_what_to_do(again):
    """Two policies for one application would be one too many."""
    app = make_app(origins=[A])
    wsgi_app = app.wsgi_app

    with pytest.raises(RuntimeError, match=r"already initialised .*@cors\(\.\.\.\), or into paths="):
        again(app)

    assert app.wsgi_app is wsgi_app


def test_an_argument_that_is_not_an_application_is_a_type_error():
    """The application comes first, here as in every extension of Flask."""
    with pytest.raises(TypeError, match=r"write CorsGuard\(app, policy\)"):
        CorsGuard(LISTED)


def test_current_app_is_replaced_by_the_application_behind_it():
    """Requests come in when it is no longer set."""
    app = Flask(__name__)
    with app.app_context():
        CorsGuard(current_app, origins=[A])

    assert preflight(app, A).code == 204
    assert call(app, headers={"Origin": A}).cors == [allow(A), VARY]


def test_current_app_outside_of_a_context_is_an_error_of_flask():
    """There is no application to guard."""
    with pytest.raises(RuntimeError, match="application context"):
        CorsGuard(current_app, origins=[A])


def test_an_application_is_one_whatever_instrumentation_puts_in_the_place_of_its_class(monkeypatch):
    """OpenTelemetry replaces ``flask.Flask`` by a subclass, before or after this library is loaded."""
    import flask

    class Instrumented(Flask):
        pass

    monkeypatch.setattr(flask, "Flask", Instrumented)
    for app in (Flask(__name__), flask.Flask(__name__)):
        CorsGuard(app, origins=[A])

        assert preflight(app, A).code == 204


def test_the_extension_registers_nothing_with_flask():
    """No hook of ours runs before or after anybody else's."""
    app, plain = make_app(origins=[A]), Flask(__name__)

    assert app.before_request_funcs == plain.before_request_funcs
    assert app.after_request_funcs == plain.after_request_funcs
    assert app.teardown_request_funcs == plain.teardown_request_funcs
    assert app.error_handler_spec == plain.error_handler_spec


def test_the_policy_of_an_application_can_be_replaced_while_it_runs():
    """Marks and paths stay, and an object that is not a policy is refused."""
    app = make_app(LISTED)
    layer = app.extensions["corsguard"]
    layer.policy = PARTNER

    assert preflight(app, EVIL).code == 204
    assert preflight(app, A).code == 403
    with pytest.raises(PolicyError) as caught:
        layer.policy = "*"
    assert [(each.code, each.field) for each in caught.value.problems] == [("policy.type", "policy")]
    assert layer.policy is PARTNER


def test_a_refused_preflight_is_signalled():
    """The signal carries the application and the decision; what is allowed is not signalled."""
    app, told = make_app(LISTED.replace(methods=["GET"])), []

    def listen(sender, decision):
        told.append((sender, str(decision)))

    with cors_refused.connected_to(listen, app):
        preflight(app, A)
        preflight(app, EVIL)
        preflight(app, A, "PUT")

    assert told == [(app, "origin-not-allowed"), (app, "method-not-allowed: PUT")]


def test_a_refusal_is_an_exception_that_error_handlers_can_read():
    """It is a 403 that carries the decision and tells the policy only to who could read the answer."""
    told = CrossOriginRefused(judge(LISTED, Request(method="PUT", origin=A)))
    untold = CrossOriginRefused(judge(LISTED, Request(method="POST", origin=EVIL)))

    assert told.code == 403
    assert told.decision.request.origin == A
    assert 'methods=["GET", "HEAD", "POST", "PUT"]' in told.get_body()
    assert untold.get_body().startswith("Refused (origin-not-allowed): ")
    assert "app.example" not in untold.get_body()
    # A handler may put it into JSON.
    assert untold.get_body() == f"{untold.description}\n"
    assert "is not one of" in CrossOriginRefused(untold.decision, debug=True).get_body()


def failing_app(**config):
    """Make an application all of whose ways to fail have a URL."""
    app = make_app(LISTED.replace(expose_headers=[]))
    app.config.update(MAX_CONTENT_LENGTH=10, **config)

    @app.errorhandler(418)
    def teapot(error):
        return "teapot", 418

    @app.get("/raise")
    def fail():
        raise ValueError("boom")

    @app.get("/abort")
    def forbidden():
        abort(403)

    @app.get("/teapot")
    def brew():
        abort(418)

    @app.get("/away")
    def away():
        return redirect("https://elsewhere.example", 302)

    @app.get("/not-modified")
    def not_modified():
        return "", 304

    @app.post("/large")
    def large():
        from flask import request

        return request.get_data()

    app.add_url_rule("/slash/", "slash", lambda: "slash")
    return app


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", "/raise", 500),
        ("GET", "/abort", 403),
        ("GET", "/teapot", 418),
        ("GET", "/missing", 404),
        ("GET", "/large", 405),
        ("GET", "/slash", 308),
        ("GET", "/away", 302),
        ("GET", "/not-modified", 304),
        ("GET", "/static/missing.css", 404),
    ],
)
def test_every_answer_of_flask_carries_the_headers(method, path, code):
    """A browser would report an unreadable error as a CORS error."""
    app = failing_app()

    allowed, refused = (call(app, method, path, {"Origin": origin}) for origin in (A, EVIL))

    assert (allowed.code, refused.code) == (code, code)
    assert_headers_exactly(allowed.headers, [allow(A), VARY])
    assert_headers_exactly(refused.headers, [VARY])


def test_a_body_that_is_too_large_is_answered_readably():
    """The page reads 413, not a network error."""
    response = failing_app().test_client().post("/large", data=b"x" * 100, headers={"Origin": A})

    assert response.status_code == 413
    assert response.headers["Access-Control-Allow-Origin"] == A


def test_in_debug_an_allowed_page_reads_which_exception_it_was(caplog):
    """The debugger's page, which contains a secret, never crosses origins."""
    app = failing_app()
    app.debug = True

    result = call(app, "GET", "/raise", {"Origin": A})

    assert (result.code, result.body) == (500, b"ValueError: boom\n")
    assert_headers_exactly(result.headers, [allow(A), VARY])
    assert [record.name for record in caplog.records] == ["flask_corsguard"]
    with pytest.raises(ValueError, match="boom"):
        call(app, "GET", "/raise", {"Origin": EVIL})
    with pytest.raises(ValueError, match="boom"):
        call(app, "GET", "/raise")


def test_in_testing_an_exception_always_propagates():
    """A test sees what its application raised."""
    app = failing_app()
    app.debug = app.testing = True

    with pytest.raises(ValueError, match="boom"):
        call(app, "GET", "/raise", {"Origin": A})


@pytest.mark.parametrize("first", [True, False])
def test_it_does_not_matter_whether_a_proxy_fix_comes_first(first):
    """What it rewrites, path prefix included, is what the URL map gets."""
    app = Flask(__name__)
    app.add_url_rule("/x", "x", lambda: "x", methods=["PUT"])
    if first:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_prefix=1)
    CorsGuard(app, LISTED)
    if not first:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_prefix=1)
    forwarded = {"Origin": A, "X-Forwarded-Prefix": "/pre"}

    assert preflight(app, A, "PUT", "/x").get("Access-Control-Allow-Methods") == "PUT"
    assert call(app, "PUT", "/x", forwarded).get("Access-Control-Allow-Origin") == A


def test_an_application_mounted_under_a_prefix_answers_by_its_own_routes():
    """SCRIPT_NAME is not part of any route, path rule or blueprint prefix."""
    inner = make_app(SAME_ORIGIN, paths={"/open": Policy(origins="*")})
    inner.add_url_rule("/open/x", "x", lambda: "x", methods=["PUT"])
    outer = DispatcherMiddleware(Flask("outer"), {"/mounted": inner})

    result = preflight(outer, EVIL, "PUT", "/mounted/open/x")

    assert result.get("Access-Control-Allow-Origin") == "*"
    assert result.get("Access-Control-Allow-Methods") == "PUT"
    assert call(outer, "GET", "/mounted/open/y", {"Origin": EVIL}).get("Access-Control-Allow-Origin") == "*"
    assert call(outer, "GET", "/mounted/", {"Origin": EVIL}).cors == []


def test_an_application_inside_of_another_does_not_borrow_its_policy_by_name():
    """A rule of another application's map does not apply to ours."""
    from flask_corsguard import cors

    outer, inner = Flask("outer"), Flask("inner")
    inner.add_url_rule("/page", "index", lambda: "inner")
    outer.add_url_rule("/", "index", cors(origins="*")(lambda: "outer"))
    outer.wsgi_app = DispatcherMiddleware(outer.wsgi_app, {"/inner": inner})
    CorsGuard(outer, LISTED.replace(expose_headers=[]))

    assert call(outer, "GET", "/", {"Origin": EVIL}).cors == [allow("*")]
    assert call(outer, "GET", "/inner/page", {"Origin": A}).cors == [allow(A), VARY]


def test_a_request_that_an_outer_application_left_behind_is_not_ours():
    """Only the request that was made inside of our layer has the rule that was matched."""
    app = make_app(LISTED)
    stale = app.request_class({"REQUEST_METHOD": "GET"}, populate_request=False)
    app.wsgi_app.app = lambda environ, start_response: [start_response("200 OK", []), b""][1:]

    result = call(app, "GET", "/", {"Origin": A}, **{"werkzeug.request": stale})

    assert result.get("Access-Control-Allow-Origin") == A


def test_a_response_has_the_vary_of_the_session_and_ours():
    """Flask's own ``Vary: Cookie`` is still there."""
    app = make_app(LISTED)
    app.secret_key = "test"

    @app.get("/session")
    def use_session():
        from flask import session

        session["a"] = 1
        return "x"

    assert call(app, "GET", "/session", {"Origin": A}).get("Vary") == "Cookie, Origin"


def test_an_origin_check_that_raises_means_no_and_is_logged(caplog):
    """The request is served all the same; of two failures within a minute one is logged."""

    def check(origin):
        raise LookupError("database")

    app = make_app(origins=[check])

    assert call(app, headers={"Origin": A}).cors == [VARY]
    assert preflight(app, A).code == 403
    errors = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert [record.exc_info[0] for record in errors] == [LookupError]
