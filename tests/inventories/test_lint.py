"""Each finding is found where it is so, and not where its remedy has been applied."""

from __future__ import annotations

import functools
import warnings

import pytest
from flask import Blueprint, Flask, request, session
from flask.views import MethodView
from flask_cors import CORS
from flask_login import LoginManager, current_user, login_required
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.test import Client
from whitenoise import WhiteNoise

from cases import A
from flask_corsguard import (
    SAME_ORIGIN,
    UNMANAGED,
    CorsGuard,
    CorsGuardWarning,
    CorsMiddleware,
    Policy,
    cors,
    inventory,
    policy_from_flask_cors,
)
from flask_corsguard.core.findings import FINDINGS
from flask_corsguard.inventories.lint import findings_of

EVERYONE = Policy(origins="*")
LISTED = Policy(origins=[A])


def an_app(**config):
    """Return an application without static files."""
    app = Flask(__name__, static_folder=None)
    app.config.update(config)
    return app


def routed(view, policy=SAME_ORIGIN, *, methods=("GET",), guard=True):
    """Return an application with that one view."""
    app = an_app()
    app.add_url_rule("/x", "x", view, methods=list(methods))
    if guard:
        CorsGuard(app, policy)
    return app


def plain():
    """Answer."""
    return ""


def bare(decorator_wraps):
    """Return an application whose mark is below a decorator."""

    def logged(function):
        def wrapper():
            return function()

        return functools.wraps(function)(wrapper) if decorator_wraps else wrapper

    return routed(logged(cors(LISTED)(lambda: "")))


def with_mark(put):
    """Return an application that *put* has changed before the extension came."""
    app = an_app()
    put(app)
    CorsGuard(app)
    return app


def above_route(app):
    """Mark what the route returns, which is not what it has registered."""

    def noted(function):
        @functools.wraps(function)
        def wrapper():
            return function()

        return wrapper

    app.view_functions["x"] = inside = lambda: ""
    app.add_url_rule("/x", "x")
    app.kept = cors(LISTED)(noted(inside))


def in_method_decorators(app, *, decorators):
    """Have a class with ``method_decorators``, as Flask-RESTful has them."""

    class Resource(MethodView):
        method_decorators = decorators

        def get(self):
            pass

    app.add_url_rule("/x", "x", Resource.as_view("x"))


def many_routes(app, *, partial):
    """Have one marked function at two routes."""
    view = cors(LISTED)(functools.partial(plain))
    app.add_url_rule("/a", "a", view)
    app.add_url_rule("/b", "b", cors(LISTED)(functools.partial(plain)) if partial else view)


def blueprint(app, *, registered):
    """Have a marked blueprint beside the application."""
    app.kept = cors(LISTED)(Blueprint("api", __name__, url_prefix="/api"))
    if registered:
        app.register_blueprint(app.kept)


def guarded(app, *arguments, **fields):
    """Return *app* with the extension."""
    CorsGuard(app, *arguments, **fields)
    return app


def with_flask_cors(*, both):
    """Return an application with both libraries."""
    app = an_app()
    if both:
        CORS(app)
    return guarded(app)


def late(*, is_late):
    """Return an application whose configuration changes."""
    app = an_app()
    if not is_late:
        app.config["CORSGUARD_ORIGINS"] = A
    guarded(app)
    if is_late:
        app.config["CORSGUARD_ORIGINS"] = A
    return app


class CorsLayer:
    """A layer of the application's own."""

    def __init__(self, app):
        self.app = app

    def __call__(self, environ, start_response):
        return self.app(environ, start_response)


def wrapped(layer, *, outside):
    """Return an application with a layer outside of the extension, or inside."""
    app = an_app()
    if outside:
        guarded(app)
    app.wsgi_app = layer(app.wsgi_app)
    return app if outside else guarded(app)


def mounting(other):
    """Return an application with another one mounted inside."""
    app = an_app()
    app.wsgi_app = DispatcherMiddleware(app.wsgi_app, {"/other": other})
    return guarded(app, paths={"/other": LISTED})


def inner(environ, start_response):
    """Answer as no Flask application does."""
    start_response("200 OK", [])
    return []


def with_session(**config):
    """Return an application that has a session, and a page of another site with credentials."""
    app = an_app(SECRET_KEY="no key", **config)
    return guarded(app, origins=["https://app.example"], credentials=True)


HOME = {"SESSION_COOKIE_SAMESITE": "None", "SESSION_COOKIE_SECURE": True}

#: By code: an application of which it is found, and one to which the remedy has been applied.
CASES = {
    "guard.missing": (
        lambda: routed(cors(LISTED)(lambda: ""), guard=False),
        lambda: routed(cors(LISTED)(lambda: "")),
    ),
    "mark.hidden": (lambda: bare(False), lambda: bare(True)),
    "mark.in-hook": (
        lambda: with_mark(lambda app: app.before_request(cors(LISTED)(lambda: None))),
        lambda: with_mark(lambda app: app.add_url_rule("/x", "x", cors(LISTED)(lambda: ""))),
    ),
    "mark.above-route": (lambda: with_mark(above_route), lambda: routed(cors(LISTED)(lambda: ""))),
    "mark.unshown": (
        lambda: with_mark(lambda app: setattr(app, "kept", cors(LISTED)(lambda: ""))),
        lambda: routed(cors(LISTED)(lambda: "")),
    ),
    "mark.in-method-decorators": (
        lambda: with_mark(lambda app: in_method_decorators(app, decorators=[cors(LISTED)])),
        lambda: with_mark(lambda app: in_method_decorators(app, decorators=[])),
    ),
    "mark.many-routes": (
        lambda: with_mark(lambda app: many_routes(app, partial=False)),
        lambda: with_mark(lambda app: many_routes(app, partial=True)),
    ),
    "blueprint.unregistered": (
        lambda: with_mark(lambda app: blueprint(app, registered=False)),
        lambda: with_mark(lambda app: blueprint(app, registered=True)),
    ),
    "blueprint.unknown": (
        lambda: guarded(an_app(), blueprints={"api": LISTED}),
        lambda: guarded(an_app()),
    ),
    "path.unused": (
        lambda: routed_with_paths({"/y": LISTED}),
        lambda: routed_with_paths({"/x": LISTED}),
    ),
    "flask-cors.both": (lambda: with_flask_cors(both=True), lambda: with_flask_cors(both=False)),
    "flask-cors.keys": (
        lambda: guarded(an_app(CORS_ORIGINS=A)),
        lambda: guarded(an_app(CORSGUARD_ORIGINS=A)),
    ),
    "config.late": (lambda: late(is_late=True), lambda: late(is_late=False)),
    "layer.cors-outside": (lambda: wrapped(CorsLayer, outside=True), lambda: guarded(an_app())),
    "layer.files-outside": (
        lambda: wrapped(WhiteNoise, outside=True),
        lambda: wrapped(WhiteNoise, outside=False),
    ),
    "layer.second-guard": (
        lambda: mounting(CorsMiddleware(inner, LISTED)),
        lambda: mounting(inner),
    ),
    "cookie.stays-home": (
        lambda: with_session(SERVER_NAME="api.elsewhere.example"),
        lambda: with_session(SERVER_NAME="api.elsewhere.example", **HOME),
    ),
    "cookie.unknown-site": (with_session, lambda: with_session(SERVER_NAME="app.example")),
    "policy.everyone-unsafe": (
        lambda: routed(plain, EVERYONE, methods=["POST"]),
        lambda: routed(plain, LISTED, methods=["POST"]),
    ),
    "policy.everyone-session": (
        lambda: routed(lambda: session.get("x"), EVERYONE),
        lambda: routed(lambda: session.get("x"), LISTED),
    ),
    "policy.guard-off": (
        lambda: routed(plain, LISTED.replace(guard="off"), methods=["POST"]),
        lambda: routed(plain, LISTED, methods=["POST"]),
    ),
    "policy.guard-report": (
        lambda: routed(plain, LISTED.replace(guard="report"), methods=["POST"]),
        lambda: routed(plain, LISTED, methods=["POST"]),
    ),
    "policy.insecure-twin": (
        lambda: guarded(
            an_app(), origins=["https://a.example:8443", "https://a.example", "http://a.example"]
        ),
        lambda: guarded(an_app(), origins=["https://a.example:8443", "https://a.example"]),
    ),
    "policy.open-door": (
        lambda: guarded(an_app(), origins=[A], dangerously_allow=["null-origin"]),
        lambda: guarded(an_app(), origins=[A]),
    ),
    "policy.unmanaged": (
        lambda: routed(cors(UNMANAGED)(lambda: "")),
        lambda: routed(cors(LISTED)(lambda: "")),
    ),
    "policy.twin-ports": (
        lambda: guarded(an_app(), origins=["https://a.example", "https://a.example:8443"]),
        lambda: guarded(an_app(), origins=["https://a.example", "http://localhost:1", "http://localhost:2"]),
    ),
}

#: What only requests show.
RUNNING = {"headers.replaced", "host.replaced", "request.past-the-guard"}

#: What ``policy_from_flask_cors()`` warns of, when it makes a policy.
MIGRATING = {"flask-cors.left-out", "flask-cors.undecided"}


def routed_with_paths(paths):
    """Return an application with one route and these path rules."""
    app = an_app()
    app.add_url_rule("/x/<name>", "x", lambda name: "")
    return guarded(app, paths=paths)


def codes_of(app):
    """Return the codes that are found."""
    return [each.code for each in findings_of(app)]


@pytest.mark.parametrize("code", CASES)
def test_a_finding_is_found_once(code):
    """It contains what it is and what to write, in sentences, and where."""
    app = CASES[code][0]()

    found = [each for each in findings_of(app) if each.code == code]

    assert len(found) == 1
    assert found[0].message.endswith(".")
    assert found[0].hint.endswith((".", "?"))
    assert found[0].level == FINDINGS[code].level
    assert (found[0].where != "") == (code != "guard.missing")


@pytest.mark.parametrize("code", CASES)
def test_a_finding_is_gone_where_its_remedy_is_applied(code):
    """The advice is true."""
    assert code not in codes_of(CASES[code][1]())


def test_every_code_has_an_application_that_shows_it():
    """In the table above, in a request, or in a program that moves from Flask-CORS."""
    assert {*CASES, *RUNNING, *MIGRATING} == set(FINDINGS)
    assert not (RUNNING | MIGRATING) & set(CASES)


def past_the_guard(app):
    """Call Flask as code does that stored ``app.wsgi_app`` before."""
    held = app.wsgi_app
    guarded(app, origins=[A])
    return held


def with_headers(app):
    """Have the application set headers itself."""
    app.after_request(lambda response: response.headers.update(ACCESS) or response)
    guarded(app, origins=[A])
    return app.wsgi_app


ACCESS = {"Access-Control-Allow-Origin": "*"}


@pytest.mark.parametrize(
    ("prepare", "headers", "code"),
    [
        (past_the_guard, {}, "request.past-the-guard"),
        (with_headers, {"Origin": A}, "headers.replaced"),
        (
            lambda app: guarded(app, origins=[A]).wsgi_app,
            {"Origin": "https://www.example", "Host": "10.0.0.1", "Sec-Fetch-Site": "same-origin"},
            "host.replaced",
        ),
        (lambda app: guarded(app, origins=[A], blueprints={"api": LISTED}).wsgi_app, {}, "blueprint.unknown"),
    ],
)
def test_a_warning_is_the_same_finding(prepare, headers, code):
    """A program can compare its code."""
    app = an_app()
    application = prepare(app)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        Client(application).get("/", headers=headers)

    found = [each.message.finding for each in caught if isinstance(each.message, CorsGuardWarning)]
    assert [each.code for each in found] == [code]
    assert str(caught[0].message) == str(found[0])
    assert found[0].where == f"{caught[0].filename}:{caught[0].lineno}"


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"origins": ["https://app.example/"]}, "flask-cors.undecided"),
        ({"origins": [A], "resources": {"/api/*": {}}}, "flask-cors.left-out"),
    ],
)
def test_what_has_no_meaning_here_is_the_same_kind_of_finding(options, code):
    """Where a program has chosen to be warned of it."""
    with pytest.warns(CorsGuardWarning) as caught:
        policy_from_flask_cors(on_problem="warn", **options)

    assert {each.message.finding.code for each in caught} == {code}


def test_the_first_request_warns_all_the_same():
    """Asking changes nothing."""
    app = bare(False)
    assert codes_of(app) == codes_of(app) == ["mark.hidden"]

    with pytest.warns(CorsGuardWarning, match="The mark on"):
        app.test_client().get("/x")
    assert codes_of(app) == ["mark.hidden"]


def test_a_finding_is_given_once_with_the_routes_that_it_is_about():
    """HEAD and OPTIONS, which Flask adds, are not among them."""
    app = an_app()
    app.add_url_rule("/a", "a", plain, methods=["GET", "POST", "PUT"])
    app.add_url_rule("/b", "b", plain, methods=["POST"], subdomain="s")
    guarded(app, EVERYONE)
    made = inventory(app)[-1].where

    (found,) = findings_of(app)

    assert found.routes == ("POST /a", "PUT /a", "POST s/b")
    assert found.where == made
    assert findings_of(app) == [found]


def test_findings_come_by_file_and_line():
    """The tenth line after the ninth."""
    app = an_app()
    for name in "ab":
        app.add_url_rule(f"/{name}", name, cors(EVERYONE)(lambda: ""), methods=["POST"])
    guarded(app, LISTED.replace(dangerously_allow=["null-origin"]))

    lines = [int(each.where.rpartition(":")[2]) for each in findings_of(app)]
    assert lines == sorted(lines)


def test_each_policy_of_a_list_is_looked_at():
    """What two of them have in common is found once."""
    door = ["null-origin"]
    first, second = LISTED.replace(dangerously_allow=door), EVERYONE.replace(dangerously_allow=door)

    assert codes_of(routed(plain, [first, second], methods=["POST"])) == [
        "policy.everyone-unsafe",
        "policy.open-door",
    ]


def test_a_policy_that_a_callable_gives_is_not_looked_at():
    """Nobody knows it; those of marks and paths are."""
    app = routed(cors(EVERYONE)(lambda: ""), lambda environ: EVERYONE, methods=["POST"])
    app.add_url_rule("/y", "y", plain, methods=["POST"])

    (found,) = findings_of(app)
    assert found.routes == ("POST /x",)


def test_an_application_that_only_reports_has_no_guard():
    """Under every policy."""
    app = an_app()
    app.add_url_rule("/x", "x", plain, methods=["GET", "POST"])
    guarded(app, LISTED, report_only=True)

    (found,) = findings_of(app)
    assert (found.code, found.routes) == ("policy.guard-report", ("POST /x",))


@pytest.mark.parametrize(
    ("policy", "codes"),
    [
        (EVERYONE, []),
        ([LISTED, EVERYONE.replace(guard="off")], ["policy.everyone-unsafe", "policy.guard-off"]),
        (UNMANAGED, ["policy.unmanaged"]),
        (EVERYONE.replace(methods=["GET", "PUT"]), ["policy.everyone-unsafe"]),
        (EVERYONE.replace(methods="*"), ["policy.everyone-unsafe"]),
        (LISTED.replace(guard="off"), ["policy.guard-off"]),
        ({"/a": LISTED.replace(guard="report"), "/b": LISTED}, ["policy.guard-report"]),
        (lambda environ: LISTED, []),
    ],
)
def test_a_layer_without_routes_has_findings_of_its_policies(policy, codes):
    """What its application reads and changes is not known."""
    assert codes_of(CorsMiddleware(inner, policy)) == codes


def test_every_application_beside_a_dispatcher_is_looked_at():
    """Each has its own policies."""
    first, second = CASES["policy.open-door"][0](), CASES["config.late"][0]()
    application = ProxyFix(DispatcherMiddleware(first, {"/second": second, "/third": inner}))

    assert sorted(codes_of(application)) == ["config.late", "policy.open-door"]


def test_an_application_with_neither_marks_nor_a_policy_has_nothing_to_look_at():
    """That is the caller's mistake, and no finding."""
    for app in (an_app(), inner):
        with pytest.raises(LookupError, match="Write "):
            findings_of(app)


def test_a_mount_uses_a_path_rule():
    """Nothing of the routes does."""
    assert codes_of(mounting(inner)) == []


def logged_in():
    """Return a view that only its decorator has ask for the user."""
    return login_required(lambda: "")


class Handled(MethodView):
    """A class of which one method reads the user."""

    def get(self):
        return "" if request.args else str(current_user)

    def post(self):
        return ""


@pytest.mark.parametrize(
    ("view", "method", "reads"),
    [
        (lambda: session["x"], "GET", True),
        (lambda: [session for _ in range(2)], "GET", True),
        (logged_in(), "GET", True),
        (Handled.as_view("x"), "GET", True),
        (Handled.as_view("x"), "POST", False),
        (lambda: "", "GET", False),
        (functools.partial(plain), "GET", False),
    ],
    ids=["session", "nested", "decorator", "class", "other-method", "neither", "partial"],
)
def test_a_view_reads_the_session_if_it_or_a_decorator_names_it(view, method, reads):
    """The session itself, or the user of Flask-Login."""
    app = an_app(SECRET_KEY="no key")
    LoginManager(app)
    app.add_url_rule("/x", "x", cors(EVERYONE)(view), methods=[method])
    guarded(app)

    assert ("policy.everyone-session" in codes_of(app)) is reads
