"""The export of a Flask application: what its own URL map contains, and what only the map can know."""

from __future__ import annotations

import re

import pytest
from flask import Blueprint, Flask, current_app, request, session
from flask.views import MethodView
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.routing import BaseConverter

from edge.policies import EVERYONE, OTHERS, READERS, RICH, A
from flask_corsguard import UNMANAGED, CorsGuard, CorsMiddleware, Policy, PolicyError, Request, cors
from flask_corsguard.edge.export import export
from flask_corsguard.edge.formats import FORMATS
from flask_corsguard.edge.interpreter import Interpreter
from flask_corsguard.edge.levels import is_level_a
from flask_corsguard.edge.outcome import answered
from flask_corsguard.edge.rules import rules_of
from flask_corsguard.edge.source import source_of
from flask_corsguard.edge.vectors import Site, expected, vectors_of

SITE = Site("http", "localhost")
LISTED = Policy(origins=[A], methods=["GET", "POST"])


def view(**_):
    """Answer."""
    return "answer"


def shop(policy=READERS, **options) -> Flask:
    """Return an application with marks of every kind, all of which an engine can know."""
    app = Flask("shop")
    api = cors(RICH)(Blueprint("api", __name__, url_prefix="/api"))
    api.add_url_rule("/items", "items", view, methods=["GET", "PUT"])
    api.add_url_rule("/items/<int:number>", "item", view, methods=["GET", "PUT"])
    api.add_url_rule("/open/", "open", cors(EVERYONE)(lambda: "open"))
    app.register_blueprint(api)
    plain = cors(OTHERS)(Blueprint("plain", __name__))
    plain.add_url_rule("/plain", "plain", view)
    app.register_blueprint(plain)
    app.add_url_rule("/", "home", view)
    app.add_url_rule("/rates", "rates", cors(origins=[A])(lambda: "rates"), methods=["GET"])
    app.add_url_rule("/rates", "set_rates", cors(OTHERS)(lambda: "set"), methods=["PUT"])

    class Both(MethodView):
        def get(self):
            return "get"

        def delete(self):
            return "delete"

    app.add_url_rule("/both", view_func=Both.as_view("both"))
    app.add_url_rule("/caf\u00e9", "cafe", view, methods=["POST"])
    app.add_url_rule("/built", "built", build_only=True)
    app.add_url_rule("/pages/<name>", "page", view)
    app.add_url_rule("/any", "any", view, methods=None, defaults={"x": 1})
    CorsGuard(app, policy, paths={"/files": OTHERS, "/proxied": UNMANAGED}, **options)
    return app


def codes(app, **options) -> list[tuple[str, str]]:
    """Return the codes and the places of the problems of an export."""
    with pytest.raises(PolicyError) as raised:
        rules_of(source_of(app), **options)
    return [(problem.code, problem.field) for problem in raised.value.problems]


def test_an_application_is_exported_as_it_answers():
    """Every vector has the outcome that the application's own code decides on."""
    source = source_of(shop())
    engine = Interpreter(rules_of(source))
    found = {place.path for place in source.places if place.exact}

    assert found >= {"/", "/api/items", "/api/open", "/api/open/", "/rates", "/both", "/caf\u00e9", "/any"}
    assert "/built" not in found
    for vector in vectors_of(source, SITE, everything=True):
        seen, wanted = engine.outcome(vector.target, vector.request), expected(source, vector)
        if not re.search(r"[%#\\]|//|/[.]", vector.target):
            assert seen == wanted, str(vector)
        assert is_level_a(seen, vector.request, [(wanted, vector.request)]), str(vector)


@pytest.mark.parametrize("origin", [A, "https://other.example", "https://evil.example", "null"])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "POST", "PURGE"])
@pytest.mark.parametrize(
    "path",
    ["/", "/rates", "/api/items", "/api/items/7", "/api/open", "/api/open/", "/both", "/nowhere", "/api/x"],
)
def test_a_route_answers_a_preflight_as_flask_does(path, method, origin):
    """What the engine would answer is what the application answers itself, or less."""
    app = shop()
    headers = {"Origin": origin, "Access-Control-Request-Method": method}
    answer = app.test_client().options(path, headers=headers)
    asked = Request(method="OPTIONS", origin=origin, requested_method=method, host="localhost")

    seen = Interpreter(rules_of(source_of(app))).outcome(path, asked)

    assert seen.status == answer.status_code
    told = dict(seen.headers)
    methods = told.pop("access-control-allow-methods", "")
    for name, value in told.items():
        assert answer.headers[name] == value
    allowed = answer.headers.get("Access-Control-Allow-Methods", "")
    # Where no view answers, a page may read the error whatever it has asked for; an engine is stricter.
    assert set(methods.split(", ")) <= set(allowed.split(", ")) or allowed == "*"
    if path not in {"/nowhere", "/api/x", "/api/items/7"} and method != "PURGE":
        assert methods == allowed


@pytest.mark.parametrize("is_strict", [True, False])
@pytest.mark.parametrize("by_map", [True, False])
def test_a_view_with_and_without_a_slash_has_the_same_policy(is_strict, by_map):
    """Where slashes are not strict, both are its path."""
    app = Flask("shop")
    app.url_map.strict_slashes = is_strict or not by_map
    app.add_url_rule(
        "/secret", "secret", cors(OTHERS)(lambda: ""), strict_slashes=None if by_map else is_strict
    )
    CorsGuard(app, LISTED)
    source = source_of(app)
    engine = Interpreter(rules_of(source))

    for path in ("/secret", "/secret/"):
        request = Request(method="GET", origin=A)
        seen = ("access-control-allow-origin", A) in engine.outcome(path, request).headers
        answer = app.test_client().get(path, headers={"Origin": A})
        assert seen is ("Access-Control-Allow-Origin" in answer.headers)
        assert seen is (is_strict and path == "/secret/")
        assert bool(source.find(path, "GET").policy.to_dict()["origins"] == [A]) is seen


def test_a_rule_with_a_converter_needs_the_policy_above_it():
    """Another policy, or methods that are left to it, are problems with the route's name."""
    app = Flask("other")
    app.add_url_rule("/users/<name>", "user", cors(RICH)(lambda name: name))
    app.add_url_rule("/left/<name>", "left", lambda name: name, methods=["PUT"])
    app.add_url_rule("/sent/<name>", "sent", lambda name: name, methods=["POST"])
    app.add_url_rule("/static-rule", "fine", view)
    CorsGuard(app, OTHERS)

    assert codes(app) == [
        ("edge.marks", "/users/<name> (user)"),
        ("edge.methods", "/left/<name> (left)"),
    ]


def test_a_problem_of_a_rule_names_the_first_of_its_methods():
    """The same application always has the same problems, although the methods of a rule are a set."""
    app = Flask("other")
    methods = ["PUT", "PATCH", "DELETE", "GET", "POST"]
    app.add_url_rule("/users/<name>", "user", cors(RICH)(lambda name: name), methods=methods)
    CorsGuard(app, OTHERS)

    (problem,) = source_of(app).problems

    assert problem.value.startswith("DELETE /users/")


def test_a_rule_that_matches_every_path_for_some_methods_only_is_a_problem():
    """A POST to a path below it has the policy of the blueprint, and its GET is redirected to the view."""
    app = Flask("shop")
    pages = cors(EVERYONE)(Blueprint("pages", __name__, url_prefix="/pages"))
    pages.add_url_rule("/<path:name>/", "page", cors(LISTED)(lambda **_: ""))
    app.register_blueprint(pages)
    CorsGuard(app)

    with pytest.raises(PolicyError) as caught:
        rules_of(source_of(app))

    assert [(each.code, each.field, each.value) for each in caught.value.problems] == [
        ("edge.marks", "path /pages", "DELETE /corsguard-nowhere")
    ]


def test_a_rule_that_matches_every_path_of_one_segment_is_a_problem():
    """The longer ones have the policy of the application."""
    app = Flask("shop", static_folder=None)
    app.add_url_rule("/<name>", "page", cors(EVERYONE)(lambda **_: ""))
    CorsGuard(app)

    with pytest.raises(PolicyError) as caught:
        rules_of(source_of(app))

    assert [(each.code, each.field) for each in caught.value.problems] == [("edge.marks", "path /")]
    # Where all have one policy, there is none.
    app = Flask("shop", static_folder=None)
    app.add_url_rule("/<path:name>", "page", cors(EVERYONE)(lambda **_: ""))
    CorsGuard(app)
    assert rules_of(source_of(app))


@pytest.mark.parametrize("outside", [lambda app: app, lambda app: CorsMiddleware(app, LISTED)])
def test_what_a_dispatcher_calls_beside_the_policy_is_a_problem(outside):
    """It has other policies, or none; within the policy, it has that of its path."""
    app, admin = Flask("shop"), Flask("admin")
    CorsGuard(app, LISTED)
    CorsGuard(admin)
    served = outside(DispatcherMiddleware(app, {"/admin": admin}))

    if served.app is app:
        with pytest.raises(PolicyError) as caught:
            source_of(served)
        assert [(each.code, each.field) for each in caught.value.problems] == [
            ("edge.source", "mounted at /admin")
        ]
    else:
        assert [place.path for place in source_of(served).places] == [""]


def test_a_rule_with_a_converter_below_a_closed_policy_is_closed():
    """Its methods do not matter."""
    app = Flask("closed")
    app.add_url_rule("/users/<name>", "user", view)
    CorsGuard(app)

    assert [place.path for place in source_of(app).places] == ["/"]
    rules_of(source_of(app))


@pytest.mark.parametrize("prefix", ["", "/api"])
def test_a_prefix_that_no_rule_matches_has_its_own_policy(prefix):
    """A rule with a path converter matches all that is below it, and not the prefix, with a slash or not."""
    app = Flask("shop", static_folder=None)
    view_of_all = cors(LISTED)(lambda name: name)
    app.add_url_rule(f"{prefix}/<path:name>", "any", view_of_all, methods=["GET", "POST"])
    CorsGuard(app, paths={prefix or "/": OTHERS})
    engine = Interpreter(rules_of(source_of(app)))

    for path, is_allowed in ((prefix or "/", False), (f"{prefix}/", False), (f"{prefix}/x/y", True)):
        seen = engine.outcome(path, Request(method="GET", origin=A))
        answer = app.test_client().get(path, headers={"Origin": A})
        assert (("access-control-allow-origin", A) in seen.headers) is is_allowed, path
        assert ("Access-Control-Allow-Origin" in answer.headers) is is_allowed, path


@pytest.mark.parametrize("redirects_first", [True, False])
def test_a_path_that_redirects_gives_its_methods_to_no_other_path(redirects_first):
    """A page may read a redirect whatever it has asked for, and the view answers three methods."""
    app = Flask("shop")
    own_options = {"methods": ["GET", "OPTIONS"], "provide_automatic_options": False}
    rules = [("/old/", {"redirect_to": "/new"}), ("/view", own_options)]
    for path, options in rules if redirects_first else reversed(rules):
        app.add_url_rule(path, path, view, **options)
    CorsGuard(app, origins=[A])
    asked = Request(method="OPTIONS", origin=A, requested_method="GET", host="localhost")

    seen = Interpreter(rules_of(source_of(app))).outcome("/view", asked)

    assert dict(seen.headers)["access-control-allow-methods"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("value", [request, session, current_app], ids=["request", "session", "application"])
def test_a_converter_may_read_what_flask_has_for_a_request(value):
    """It is asked about the path of another rule, which lacks a method."""

    class Reading(BaseConverter):
        def to_python(self, text):
            assert value._get_current_object() is not None
            return text

    app = Flask("shop")
    app.url_map.converters["reading"] = Reading
    app.add_url_rule("/<reading:name>", "any", lambda name: name)
    app.add_url_rule("/one", "one", cors(READERS)(lambda: "one"), provide_automatic_options=False)
    CorsGuard(app, OTHERS)

    source = source_of(app)

    assert source.problems == ()
    assert [each.path for each in source.places] == ["/", "/one"]


def test_a_rule_of_a_host_is_a_problem():
    """An engine's rules are for all hosts."""
    app = Flask("hosts", host_matching=True, static_host="a.example")
    app.add_url_rule("/", "home", view, host="b.example")
    CorsGuard(app, LISTED)

    assert {code for code, _ in codes(app)} == {"edge.marks"}


def test_a_prefix_of_a_blueprint_with_a_converter_is_not_a_place():
    """Its rules are checked one by one."""
    app = Flask("versions", static_folder=None)
    api = cors(RICH)(Blueprint("api", __name__, url_prefix="/<version>"))
    api.add_url_rule("/x", "x", view)
    app.register_blueprint(api)
    CorsGuard(app, LISTED)

    assert codes(app) == [("edge.marks", "blueprint api")]


def test_a_policy_per_request_is_a_problem():
    """An engine cannot call a function."""
    app = Flask("tenants")
    CorsGuard(app, lambda environ: LISTED)

    assert codes(app) == [("edge.callable", "application")]


def test_what_is_mounted_has_the_policy_of_its_path():
    """It is a place of its own."""
    app = Flask("outer")
    app.wsgi_app = DispatcherMiddleware(app.wsgi_app, {"/inner": lambda *_: []})
    CorsGuard(app, LISTED, paths={"/inner": OTHERS})

    source = source_of(app)

    assert source.find("/inner/x", "GET").policy == OTHERS
    assert source.find("inner", "GET").policy.origins == ()
    assert {place.path for place in source.places} >= {"/", "/inner"}


def test_a_middleware_is_exported_as_its_policy():
    """Whatever is around it, if that has it in an attribute."""
    application = CorsMiddleware(lambda *_: [], {"/api": OTHERS})

    assert source_of(application).find("/api", "GET").policy == OTHERS


def test_a_list_of_policies_is_exported_with_the_methods_of_its_routes():
    """As the application answers it."""
    app = Flask("audiences", static_folder=None)
    app.add_url_rule("/", "home", view, methods=["PUT"])
    CorsGuard(app, [Policy(origins=[A], credentials=True), Policy(origins="*")])

    engine = Interpreter(rules_of(source_of(app)))
    asked = Request(method="OPTIONS", origin=A, requested_method="PUT")
    seen = engine.outcome("/", asked)

    assert ("access-control-allow-methods", "PUT") in seen.headers
    assert seen == answered(source_of(app).find("/", "PUT"), asked)


@pytest.mark.slow
def test_many_routes_give_the_same_files_each_time():
    """Routes with the policy of the prefix above them need no line of their own."""
    app = Flask("large", static_folder=None)
    for number in range(300):
        app.add_url_rule(
            f"/section{number % 50}/page{number}", f"page{number}", view, methods=["GET", "POST"]
        )
    CorsGuard(
        app,
        Policy(origins=[A], methods=["GET", "POST"]),
        paths={"/section7": OTHERS.replace(methods=["GET"])},
    )

    made = export(source_of(app), FORMATS["nginx"]).files

    assert made == export(source_of(app), FORMATS["nginx"]).files
    assert "/page" not in made["http.conf"]
    assert "/section7" in made["http.conf"]


def test_a_view_for_sockets_has_the_policy_of_its_url_or_is_refused():
    """An engine does not choose a rule by whether a connection is to be upgraded."""
    app = Flask("sockets")
    CorsGuard(app)
    app.add_url_rule("/only", "only", cors(origins=["https://a.example"])(lambda: ""), websocket=True)
    app.add_url_rule("/both", "plain", cors(origins=["https://b.example"])(lambda: ""))
    app.add_url_rule("/both", "socket", cors(origins=["https://c.example"])(lambda: ""), websocket=True)

    source = source_of(app)

    assert [(each.code, each.field) for each in source.problems] == [("edge.marks", "/both (socket)")]
    (only,) = (place for place in source.places if place.path == "/only")
    assert {policy.policy.origins for policy in only.policies} >= {("https://a.example",)}
