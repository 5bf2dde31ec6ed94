"""Lists of policies, ``UNMANAGED`` and ``report_only`` in a Flask application, in every place of a policy."""

from __future__ import annotations

import logging

import pytest
from flask import Blueprint, Flask
from flask.views import MethodView

from cases import EVIL, VARY, A, allow
from flask_corsguard import SAME_ORIGIN, UNMANAGED, CorsGuard, Policy, PolicyError, cors, cors_refused
from guard_cases import CROSS_SITE
from harness import assert_headers_exactly, call, preflight, warned

OWN = Policy(origins=[A], credentials=True)
EVERYONE = Policy(origins="*", methods=["GET"], resource_policy="same-site")
BOTH = [OWN, EVERYONE]
CORP = ("Cross-Origin-Resource-Policy", "same-site")


def view():
    """Answer with a header of its own."""
    return "view", 200, {"Access-Control-Allow-Origin": "https://theirs.example"}


def make_app(policy=SAME_ORIGIN, mark=None, blueprint=None, **arguments):
    """Return an application with a view for some methods, and one in a blueprint."""
    app = Flask(__name__)
    CorsGuard(app, policy, **arguments)
    options = {"methods": ["GET", "POST", "DELETE", "OPTIONS"], "provide_automatic_options": False}
    app.add_url_rule(
        "/", "index", (lambda: view()) if mark is None else cors(mark)(lambda: view()), **options
    )
    api = Blueprint("api", __name__, url_prefix="/api")
    api.add_url_rule("/x", "x", lambda: view(), **options)
    app.register_blueprint(api if blueprint is None else cors(blueprint)(api))
    return app


PLACES = ["application", "view", "blueprint", "named blueprint", "path"]


def places_of(policy):
    """Return the arguments of :func:`make_app` for each place of a policy, and a path that has it."""
    return [
        ({"policy": policy}, "/"),
        ({"mark": policy}, "/"),
        ({"blueprint": policy}, "/api/x"),
        ({"blueprints": {"api": policy}}, "/api/x"),
        ({"paths": {"/api": policy}}, "/api/x"),
    ]


@pytest.mark.filterwarnings("ignore:The application, or a layer inside")
@pytest.mark.parametrize(("arguments", "path"), places_of(BOTH), ids=PLACES)
def test_a_list_is_taken_wherever_a_policy_is(arguments, path):
    """Each request has one of its policies, again and again."""
    app = make_app(**arguments)
    credentials = ("Access-Control-Allow-Credentials", "true")
    for _ in range(3):
        assert_headers_exactly(
            call(app, path=path, headers={"Origin": A}).headers, [allow(A), credentials, CORP, VARY]
        )
        assert_headers_exactly(
            call(app, path=path, headers={"Origin": EVIL}).headers, [allow("*"), CORP, VARY]
        )
        assert_headers_exactly(call(app, path=path).headers, [allow("*"), CORP, VARY])
        granted, public = preflight(app, A, "DELETE", path), preflight(app, EVIL, "DELETE", path)
        assert granted.get("Access-Control-Allow-Methods") == "DELETE, GET, HEAD, OPTIONS, POST"
        assert public.get("Access-Control-Allow-Methods") == "GET"
        assert call(app, "DELETE", path, {**CROSS_SITE, "Origin": A, "Cookie": "a=b"}).code == 200
        assert call(app, "DELETE", path, CROSS_SITE).code == 403


@pytest.mark.parametrize(("arguments", "path"), places_of(UNMANAGED), ids=PLACES)
@pytest.mark.parametrize("debug", [True, False])
def test_nothing_unmanaged_is_touched(arguments, path, debug, caplog):
    """Preflights and forged requests reach the view, and its headers stay."""
    caplog.set_level(logging.INFO)
    app = make_app(**arguments)
    app.debug = debug
    for _ in range(3):
        for method, headers in (
            ("GET", {"Origin": EVIL}),
            ("DELETE", {**CROSS_SITE, "Cookie": "a=b"}),
            ("OPTIONS", {"Origin": EVIL, "Access-Control-Request-Method": "PUT"}),
        ):
            result = call(app, method, path, headers)
            assert result.body == b"view"
            assert result.cors == [("Access-Control-Allow-Origin", "https://theirs.example")]
            assert (result.get("X-CorsGuard") or "unmanaged").startswith("unmanaged")
            assert (result.get("X-CorsGuard") is not None) is debug
    assert [record for record in caplog.records if record.name == "flask_corsguard"] == []


def test_an_exception_of_what_is_unmanaged_is_flasks_own():
    """The debugger is not hidden from anyone; a response that is begun anew stays as it is."""
    app = make_app(UNMANAGED)
    app.debug = True
    app.add_url_rule("/fails", "fails", lambda: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        call(app, path="/fails", headers={"Origin": A})

    inside = app.wsgi_app.app

    def twice(environ, start_response):
        body = inside(environ, start_response)
        start_response("500 Oops", [("X-A", "b")], (ValueError, ValueError(), None))
        return body

    app.wsgi_app.app = twice
    assert call(app).headers == [("X-A", "b")]


def test_a_method_of_a_view_class_may_have_a_list():
    """The other methods have the policy of the application."""

    class Pages(MethodView):
        @cors(BOTH)
        def get(self):
            return "get"

        def put(self):
            return "put"

    app = Flask(__name__)
    CorsGuard(app)
    app.add_url_rule("/", view_func=Pages.as_view("pages"))

    assert call(app, headers={"Origin": EVIL}).get("Access-Control-Allow-Origin") == "*"
    assert call(app, "PUT", headers={"Origin": "http://127.0.0.1"}).cors == []
    assert preflight(app, A, "GET").get("Access-Control-Allow-Methods") == "GET, HEAD"


def test_an_equal_list_may_be_put_again_and_another_one_not():
    """As with single policies."""
    marked = cors([OWN, EVERYONE])(lambda: "view")

    assert cors((OWN, EVERYONE))(marked) is marked
    with pytest.raises(RuntimeError, match="marked already"):
        cors([OWN])(marked)


def test_the_configuration_has_lists_and_unmanaged_parts():
    """As mappings, or as JSON in one variable."""
    app = Flask(__name__)
    app.config["CORSGUARD_PATHS"] = (
        '{"/api": [{"origins": "https://a.example", "credentials": "yes"}, {"origins": "*"}],'
        ' "/": {"unmanaged": true}}'
    )
    CorsGuard(app)
    app.add_url_rule("/", "index", lambda: "index")
    app.add_url_rule("/api", "api", lambda: "api")

    own = call(app, path="/api", headers={"Origin": "https://a.example"})
    assert own.get("Access-Control-Allow-Credentials") == "true"
    assert call(app, path="/api", headers={"Origin": EVIL}).get("Access-Control-Allow-Origin") == "*"
    assert call(app, headers={"Origin": A}).cors == []


def test_a_problem_in_a_list_of_the_configuration_names_its_place():
    """And its field."""
    app = Flask(__name__)
    app.config["CORSGUARD_PATHS"] = '{"/api": [{"origins": ["https://b.example"]}, {"origins": ["a/"]}]}'
    with pytest.raises(PolicyError) as caught:
        CorsGuard(app)

    assert [each.field for each in caught.value.problems] == ["CORSGUARD_PATHS['/api'][1].origins"]


def test_the_session_cookie_is_compared_with_every_policy_of_a_list():
    """A list of two sites with credentials is warned of as two policies are."""
    app = make_app([Policy(origins=["https://app.one.example"], credentials=True), EVERYONE])
    app.secret_key = "x"
    app.config["SERVER_NAME"] = "two.example"

    with warned("SESSION_COOKIE_SAMESITE"):
        call(app, path="/none", headers={"Host": "two.example"})


@pytest.mark.filterwarnings("ignore:The mark on")
def test_a_closed_fallback_has_the_strictest_resource_policy_of_the_application():
    """That of marks, of methods of classes, of blueprints and paths, whatever was registered when."""
    app = make_app(paths={"/avatar": Policy(origins=[A], resource_policy="cross-origin")})
    assert call(app, path="//avatar/1").get(CORP[0]) == "cross-origin"
    assert call(app, path="//avatar/1").get("Vary") == "Origin"

    app = make_app(mark=EVERYONE, paths={"/avatar": OWN})
    assert call(app, path="//avatar/1").get(CORP[0]) == "same-site"

    class Pages(MethodView):
        @cors(Policy(origins=[A], resource_policy="same-origin"))
        def get(self):
            return "get"

    app = make_app(mark=EVERYONE, paths={"/avatar": OWN})
    app.add_url_rule("/pages", view_func=Pages.as_view("pages"))
    assert call(app, path="//avatar/1").get(CORP[0]) == "same-origin"
    assert preflight(app, A, path="//avatar/1").code == 403
    # As an application does that adds a view while it runs.
    strict = cors(SAME_ORIGIN.replace(resource_policy="same-origin"))(lambda: "late")
    app = make_app(mark=EVERYONE, paths={"/avatar": OWN})
    call(app, path="//avatar/1")
    app.view_functions["late"] = strict
    assert call(app, path="//avatar/1").get(CORP[0]) == "same-origin"


@pytest.mark.filterwarnings("ignore:The application, or a layer inside")
def test_report_only_refuses_nothing_under_any_policy(caplog):
    """Marks, blueprints and paths, each of which enforces its guard; what would be refused is logged."""
    app = make_app(SAME_ORIGIN, mark=OWN, blueprint=OWN, report_only=True)
    closed = SAME_ORIGIN.replace(guard="off")
    app.add_url_rule("/off", "off", cors(closed)(lambda: "off"), methods=["POST"])
    reporting = SAME_ORIGIN.replace(guard="report")
    app.add_url_rule("/report", "report", cors(reporting)(lambda: "report"), methods=["POST"])
    told = []

    def note(sender, decision):
        told.append(decision)

    with cors_refused.connected_to(note, app):
        for path in ("/", "/api/x", "/report", "/off"):
            assert call(app, "POST", path, CROSS_SITE).code == 200

    beginnings = [record.getMessage().partition(":")[0] for record in caplog.records]
    assert beginnings == ["request would be refused"] * 3
    # The last one is reached, too, but a page of another origin may not read its answer.
    assert [(each.allowed, each.policy.guard) for each in told] == [
        *[(False, "report")] * 3,
        (False, "off"),
    ]
    assert 'add "https://evil.example" to origins' in told[0].explain()
    assert preflight(app, EVIL, "POST").code == 403


@pytest.mark.parametrize(("value", "is_on"), [("1", True), ("off", False), (True, True), (0, False)])
def test_report_only_can_be_configured(value, is_on):
    """For one deployment, without a change of the code."""
    app = Flask(__name__)
    app.config["CORSGUARD_REPORT_ONLY"] = value
    CorsGuard(app)
    app.add_url_rule("/", "index", lambda: "index", methods=["POST"])

    assert call(app, "POST", headers=CROSS_SITE).code == (200 if is_on else 403)


@pytest.mark.parametrize(
    ("config", "arguments", "code"),
    [
        ({"CORSGUARD_REPORT_ONLY": "maybe"}, {}, "flag.type"),
        ({"CORSGUARD_REPORT_ONLY": ""}, {}, "config.empty"),
        ({}, {"report_only": "yes"}, "flag.type"),
        ({"CORSGUARD_REPORT_ONLY": True}, {"report_only": True}, "config.twice"),
    ],
)
def test_a_switch_that_is_not_a_boolean_is_refused(config, arguments, code):
    """In code and in the configuration."""
    app = Flask(__name__)
    app.config.update(config)
    with pytest.raises(PolicyError) as caught:
        CorsGuard(app, **arguments)

    (problem,) = caught.value.problems
    assert problem.code == code


def test_report_only_is_given_once():
    """To the constructor or to init_app; with a policy in code it may be in the configuration."""
    with pytest.raises(PolicyError, match=r"policy\.twice"):
        CorsGuard(report_only=True).init_app(Flask(__name__), report_only=True)
    app = Flask(__name__)
    app.config["CORSGUARD_REPORT_ONLY"] = True
    CorsGuard(app, OWN)
    CorsGuard(report_only=True).init_app(Flask(__name__))
    CorsGuard().init_app(Flask(__name__), report_only=True)

    assert app.extensions["corsguard"].settings.report_only
