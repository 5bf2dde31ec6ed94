"""What is warned of at the first request: once, with a remedy, and only where it is so."""

from __future__ import annotations

import inspect
import re
import sys
import warnings
from contextlib import contextmanager

import flask_cors
import pytest
from flask import Blueprint, Flask
from flask.sessions import SessionInterface
from flask.views import MethodView
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.middleware.profiler import ProfilerMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix

from cases import EVIL, VARY, A, allow
from flask_corsguard import CorsGuard, CorsGuardWarning, CorsMiddleware, Policy, cors
from harness import assert_headers_exactly, call, preflight

OWN = "https://app.example"
OTHER = "https://app.elsewhere.example"
CREDENTIALED = Policy(origins=[OWN], credentials=True)


def make_app(*args, app=None, **fields):
    """Make an application that can keep a session, with one page."""
    app = app or Flask(__name__)
    app.secret_key = "test"
    app.add_url_rule("/", "index", lambda: "index")
    CorsGuard(app, *args, **fields)
    return app


@contextmanager
def warned(*words):
    """Assert that what is called warns once for each of *words*, and of nothing else."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield caught
    assert [each.category for each in caught] == [CorsGuardWarning] * len(words)
    for each, word in zip(caught, words, strict=True):
        assert word in str(each.message)


def asks(app, origin=OWN, host="api.app.example", **headers):
    """Call as a page of *origin* does, whose application is at *host*."""
    more = {name.replace("_", "-"): value for name, value in headers.items()}
    return call(app, "GET", "/", {"Origin": origin, **more}, HTTP_HOST=host)


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({}, "is not set"),
        ({"SESSION_COOKIE_SAMESITE": "Lax"}, "is 'Lax'"),
        ({"SESSION_COOKIE_SAMESITE": "Strict"}, "is 'Strict'"),
        ({"SESSION_COOKIE_SAMESITE": "None"}, "without SESSION_COOKIE_SECURE"),
    ],
)
def test_a_session_that_stays_at_home_is_told_when_a_page_of_another_site_calls(config, words):
    """The browser has said that it is another site; the message names the settings to change."""
    app = make_app(CREDENTIALED)
    app.config.update(config)

    with warned("SESSION_COOKIE_SAMESITE") as caught:
        results = [asks(app, Sec_Fetch_Site="cross-site") for _ in range(3)]

    message = str(caught[0].message)
    assert words in message
    assert OWN in message
    assert 'Set SESSION_COOKIE_SAMESITE = "None" and SESSION_COOKIE_SECURE = True' in message
    assert [result.get("Access-Control-Allow-Credentials") for result in results] == ["true"] * 3


def test_a_preflight_tells_of_another_site_as_well():
    """It may be the first that a page sends, and the last."""
    app = make_app(CREDENTIALED)

    with warned("SESSION_COOKIE_SAMESITE"):
        preflight(app, OWN, HTTP_SEC_FETCH_SITE="cross-site")


@pytest.mark.parametrize("setting", ["SERVER_NAME", "SESSION_COOKIE_DOMAIN"])
def test_what_the_configuration_tells_is_told_at_the_first_request(setting):
    """Nobody need call: the host of the application and the policy's origins are known."""
    app = make_app(origins=[OWN, OTHER], credentials=True)
    app.config[setting] = {"SERVER_NAME": "api.app.example:8443", "SESSION_COOKIE_DOMAIN": ".app.example"}[
        setting
    ]

    with warned(f"{OTHER} (the application is of the site app.example)"):
        call(app)


def test_origins_of_two_sites_cannot_both_be_of_the_applications():
    """Wherever that is."""
    app = make_app(origins=["http://localhost:3000", OWN, "https://www.app.example", OTHER], credentials=True)

    with warned(f"{OTHER} (and to {OWN}, which is of another site)"):
        call(app)


class Page(MethodView):
    """A page as a class."""

    def get(self):
        return "x"


@pytest.mark.parametrize(
    "put",
    [
        lambda app: app.register_blueprint(cors(CREDENTIALED)(Blueprint("b", __name__, url_prefix="/b"))),
        lambda app: app.add_url_rule("/v", "v", cors(CREDENTIALED)(lambda: "x")),
        lambda app: app.add_url_rule("/c", view_func=cors(CREDENTIALED)(Page).as_view("c")),
        lambda app: CorsGuard(app, paths={"/p": CREDENTIALED}),
    ],
    ids=["blueprint", "view", "class", "path"],
)
def test_every_policy_of_an_application_counts(put):
    """Marks and paths may allow credentials as well as the application may."""
    app = Flask(__name__)
    app.secret_key = "test"
    app.config["SERVER_NAME"] = "api.another.example"
    put(app)
    if "corsguard" not in app.extensions:
        CorsGuard(app)

    with warned("SESSION_COOKIE_SAMESITE"):
        call(app)


def test_a_page_that_calls_the_developers_machine_from_elsewhere_is_another_site():
    """An old browser does not say so; an origin with a site, and a host without one, do."""
    app = make_app(CREDENTIALED)

    with warned("SESSION_COOKIE_SAMESITE"):
        asks(app, host="localhost:5000")


@pytest.mark.parametrize(
    ("fields", "config", "headers"),
    [
        ({"credentials": False}, {}, {"Sec_Fetch_Site": "cross-site"}),
        ({}, {"SESSION_COOKIE_SAMESITE": "None", "SESSION_COOKIE_SECURE": True}, {}),
        ({}, {"SECRET_KEY": None}, {"Sec_Fetch_Site": "cross-site"}),
        ({}, {}, {"Sec_Fetch_Site": "same-site"}),
        ({}, {}, {"Sec_Fetch_Site": "same-origin"}),
        ({}, {}, {}),
        ({}, {"SERVER_NAME": "api.app.example"}, {}),
        ({}, {"SERVER_NAME": "localhost:5000"}, {}),
        ({}, {}, {"host": "API.APP.EXAMPLE:8443"}),
        ({}, {}, {"origin": EVIL, "Sec_Fetch_Site": "cross-site"}),
        ({"origins": ["http://localhost:3000"]}, {}, {"origin": "http://localhost:3000"}),
        ({"origins": ["http://localhost:*"]}, {}, {"origin": "http://localhost:3000", "host": "localhost"}),
        ({"origins": ["https://*.app.example", OWN]}, {}, {"origin": "https://x.app.example"}),
        ({"origins": ["capacitor://localhost", OWN]}, {}, {"origin": "capacitor://localhost"}),
        ({"origins": [re.compile(r"https://app\.example")]}, {}, {}),
    ],
    ids=[
        "no credentials",
        "SameSite=None; Secure",
        "no key, and so no session",
        "the browser says the same site",
        "the browser says the same origin",
        "the same site by its host",
        "the same site by SERVER_NAME",
        "SERVER_NAME is the developer's machine",
        "the same site in upper case, with a port",
        "a page that is not allowed",
        "localhost, from anywhere",
        "localhost alone",
        "a pattern of the same site",
        "the shell of an app",
        "an expression",
    ],
)
def test_no_wolf_is_cried(fields, config, headers):
    """What is of one site, or cannot be known, is not told of."""
    app = make_app(**{"origins": [OWN], "credentials": True, **fields})
    app.config.update(config)

    with warned():
        call(app)
        asks(app, **headers)


def test_a_session_that_is_kept_elsewhere_has_a_cookie_without_a_key():
    """Only Flask's own sessions need one."""

    class Elsewhere(SessionInterface):
        def open_session(self, app, request):
            return None

    app = make_app(CREDENTIALED)
    app.secret_key = None
    app.session_interface = Elsewhere()

    with warned("SESSION_COOKIE_SAMESITE"):
        asks(app, Sec_Fetch_Site="cross-site")


def test_once_the_site_is_known_nothing_is_looked_at_any_more():
    """The first page that says so ends it, even while other requests are under way."""
    app = make_app(CREDENTIALED)
    checks = app.extensions["corsguard"]._first_request
    late = []

    @app.get("/slow")
    def slow():
        late.append(asks(app, Sec_Fetch_Site="same-site"))
        return "slow"

    assert not checks.is_checked
    call(app)
    assert not checks.is_checked
    call(app, "GET", "/slow", {"Origin": OWN, "Sec-Fetch-Site": "cross-site"})
    assert checks.is_checked
    assert late[0].code == 200
    with warned():
        asks(app, Sec_Fetch_Site="cross-site")


def test_a_request_beside_the_first_does_not_wait_for_it():
    """One looks around; the others are served."""
    app = make_app(CREDENTIALED)
    app.extensions["corsguard"]._first_request._first.acquire()

    with warned():
        assert asks(app, Sec_Fetch_Site="cross-site").code == 200


def test_a_response_that_is_begun_anew_is_looked_at_again():
    """What an application may do, it may do while somebody waits (PEP 3333)."""
    app = make_app(CREDENTIALED)

    def again(environ, start_response):
        try:
            raise ValueError
        except ValueError:
            start_response("500 Internal Server Error", [], sys.exc_info())
        return [b""]

    app.extensions["corsguard"].app = again

    assert call(app).code == 500


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
def test_flask_cors_on_the_same_application_is_told(put, before):
    """Whichever came first; once, although its headers are seen and replaced, too."""
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


def test_a_view_that_sets_cors_headers_is_told_once():
    """At the first response that has some."""
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


@pytest.mark.parametrize(
    ("wrap", "name"),
    [
        (Cors, "Cors stands outside"),
        (lambda app: CorsMiddleware(app, Policy(origins="*")), "CorsMiddleware stands outside"),
        (lambda app: ProxyFix(Cors(ProxyFix(app))), "Cors stands outside"),
        (allow_cors, "allow_cors stands outside"),
        (type("CORSMiddleware", (Cors,), {}), "CORSMiddleware stands outside"),
    ],
)
def test_a_layer_for_cors_that_stands_outside_is_told(wrap, name):
    """It may answer before the policy is asked, and what it adds is not ours to remove."""
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


@pytest.mark.parametrize(
    "wrap",
    [
        ProxyFix,
        lambda app: DispatcherMiddleware(app, {"/x": Cors(app)}),
        lambda app: ProfilerMiddleware(app, stream=None),
        corsair,
        create_cors_app,
        type("Scorsese", (Cors,), {}),
    ],
)
def test_another_layer_outside_is_not_told_of(wrap):
    """What rewrites the host, measures or dispatches is welcome there."""
    app = make_app(origins=[A])
    app.wsgi_app = wrap(app.wsgi_app)

    with warned():
        call(app, headers={"Origin": A})


def test_a_layer_for_cors_inside_is_told_by_its_headers_only():
    """It stands where its headers can be replaced, so its name does not matter."""
    app = Flask(__name__)
    app.wsgi_app = Cors(app.wsgi_app)
    make_app(origins=[A], app=app)

    with warned():
        call(app, headers={"Origin": A})


def test_a_marked_blueprint_that_is_not_registered_is_told():
    """Its policy would hold nowhere, and its pages would be missing."""
    app = make_app()
    blueprint = cors(origins=[A])(Blueprint("forgotten", __name__))
    registered = cors(origins=[A])(Blueprint("known", __name__))
    app.register_blueprint(registered)

    with warned("The marked blueprint forgotten is not registered"):
        call(app)
        call(app)

    assert blueprint.name == "forgotten"


@pytest.mark.parametrize("nested", [True, False])
def test_a_blueprint_that_is_registered_after_the_guard_is_not_told_of(nested):
    """Nor is one that is registered within another, nor one of another application's."""
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


def test_a_blueprint_of_another_place_is_not_told_of(tmp_path):
    """Another application of the process may register it yet."""
    app = make_app()
    foreign = cors(origins=[A])(Blueprint("foreign", __name__, root_path=str(tmp_path)))

    with warned():
        call(app)

    assert foreign.name == "foreign"


def test_a_test_may_do_without_a_blueprint():
    """An application in ``testing`` need not be whole."""
    app = make_app()
    app.testing = True
    blueprint = cors(origins=[A])(Blueprint("left_out", __name__))

    with warned():
        call(app)

    assert blueprint.name == "left_out"


def marked_app():
    """Make an application with marks, and no extension."""
    app = Flask(__name__)
    api = cors(origins=[A])(Blueprint("api", __name__, url_prefix="/api"))
    app.register_blueprint(api)
    app.add_url_rule("/x", "x", cors(origins="*")(lambda: "x"))
    app.add_url_rule("/plain", "plain", lambda: "x")
    return app


def test_marks_without_an_extension_are_told():
    """They do nothing, and nothing else would say so; the message says which, and what is missing."""
    app = marked_app()

    with warned("@cors marks x, api, but the application 'tests") as caught:
        for _ in range(2):
            assert call(app, "GET", "/x", {"Origin": A}).cors == []

    assert "Write CorsGuard(app)." in str(caught[0].message)
    assert caught[0].filename == __file__


def test_marks_with_an_extension_are_not_told_of():
    """Whether it was initialised before the marks or after, or the application is under test."""
    after, testing = marked_app(), marked_app()
    CorsGuard(after)
    with warned():
        call(after, "GET", "/x")
    cors(origins="*")(lambda: "x")
    testing.testing = True
    with warned():
        call(testing, "GET", "/x")


def test_an_application_without_marks_is_not_told_of():
    """Others' marks are no business of it; nor is it asked twice."""
    cors(origins="*")(lambda: "x")
    app = Flask(__name__)
    app.add_url_rule("/", "index", lambda: "x")

    with warned():
        call(app)
        call(app)


def test_nothing_listens_to_flask_after_the_first_request():
    """What was to be seen is seen."""
    from flask import request_started

    app = marked_app()
    CorsGuard(app)
    before = len(request_started.receivers)
    call(app, "GET", "/x")

    assert (before, len(request_started.receivers)) == (1, 0)


def test_a_warning_points_to_the_line_that_initialised_the_extension():
    """That is the place to begin to look, and what a filter can name."""
    app = Flask(__name__)
    CorsGuard(app, origins=[A])
    line = inspect.currentframe().f_lineno - 1
    app.wsgi_app = Cors(app.wsgi_app)

    with warned("stands outside") as caught:
        call(app)

    assert (caught[0].filename, caught[0].lineno) == (__file__, line)


def test_a_warning_that_is_an_error_is_one_once():
    """Whoever wants it to fail sees it fail, and the next request is served."""
    app = make_app(origins=[A])
    app.wsgi_app = Cors(app.wsgi_app)

    with pytest.raises(CorsGuardWarning, match="stands outside"):
        call(app)
    assert call(app).code == 200


def test_a_warning_that_is_an_error_is_one_once_where_a_page_tells_it():
    """Also in the middle of a response."""
    app = make_app(CREDENTIALED)

    with pytest.raises(CorsGuardWarning, match="SESSION_COOKIE_SAMESITE"):
        asks(app, Sec_Fetch_Site="cross-site")
    assert asks(app, Sec_Fetch_Site="cross-site").code == 200


def test_nothing_is_warned_of_before_the_first_request():
    """What is missing then may follow."""
    with warned():
        app = make_app(CREDENTIALED)
        app.config["SERVER_NAME"] = "another.example"
        flask_cors.CORS(app)
        cors(origins="*")(Blueprint("b", __name__))
