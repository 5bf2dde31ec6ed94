"""The warning about a session cookie that a browser does not send across sites."""

from __future__ import annotations

import re
import sys

import pytest
from flask import Blueprint, Flask
from flask.sessions import SessionInterface
from flask.views import MethodView

from cases import EVIL
from flask_corsguard import CorsGuard, CorsGuardWarning, Policy, cors
from flask_corsguard.flask.warnings.bypass import WATCHED
from harness import call, preflight, warned

OWN = "https://app.example"

OTHER = "https://app.elsewhere.example"

CREDENTIALED = Policy(origins=[OWN], credentials=True)


def make_app(*args, app=None, **fields):
    """Make an application that can have a session, with one page."""
    app = app or Flask(__name__)
    app.secret_key = "test"
    app.add_url_rule("/", "index", lambda: "index")
    CorsGuard(app, *args, **fields)
    return app


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
def test_a_page_of_another_site_without_the_session_cookie_is_warned_of(config, words):
    """The browser names another site; the message names the settings to change."""
    app = make_app(CREDENTIALED)
    app.config.update(config)

    with warned("SESSION_COOKIE_SAMESITE") as caught:
        results = [asks(app, Sec_Fetch_Site="cross-site") for _ in range(3)]

    message = str(caught[0].message)
    assert words in message
    assert OWN in message
    assert 'Set SESSION_COOKIE_SAMESITE = "None" and SESSION_COOKIE_SECURE = True' in message
    assert [result.get("Access-Control-Allow-Credentials") for result in results] == ["true"] * 3


def test_a_preflight_from_another_site_is_warned_of():
    """It may be the first request that a page sends, and the last."""
    app = make_app(CREDENTIALED)

    with warned("SESSION_COOKIE_SAMESITE"):
        preflight(app, OWN, HTTP_SEC_FETCH_SITE="cross-site")


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("SERVER_NAME", "api.app.example:8443"),
        # The default port, which no origin names.
        ("SERVER_NAME", "api.app.example:80"),
        ("SESSION_COOKIE_DOMAIN", ".app.example"),
    ],
)
def test_a_site_in_the_configuration_is_compared_at_the_first_request(setting, value):
    """The host of the application and the policy's origins are known, so no page need call."""
    app = make_app(origins=[OWN, OTHER], credentials=True)
    app.config[setting] = value

    with warned(f"{OTHER} (the application is of the site app.example)"):
        call(app)


def test_origins_of_two_sites_are_warned_of():
    """At least one of them is not of the application's site, wherever that is."""
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
def test_every_policy_of_an_application_is_checked(put):
    """Marks and path rules may allow credentials, too."""
    app = Flask(__name__)
    app.secret_key = "test"
    app.config["SERVER_NAME"] = "api.another.example"
    put(app)
    if "corsguard" not in app.extensions:
        CorsGuard(app)

    with warned("SESSION_COOKIE_SAMESITE"):
        call(app)


def test_a_page_that_calls_the_developers_machine_from_elsewhere_is_another_site():
    """An old browser sends no ``Sec-Fetch-Site``, but its origin has a site, and the host has none."""
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
        ({"origins": ["app://shell.test", OWN]}, {}, {"origin": "app://shell.test"}),
        ({"origins": [re.compile(r"https://app\.example")]}, {}, {}),
    ],
    ids=[
        "no credentials",
        "SameSite=None; Secure",
        "no key, and so no session",
        "the browser sends the same site",
        "the browser sends the same origin",
        "the same site by its host",
        "the same site by SERVER_NAME",
        "SERVER_NAME is the developer's machine",
        "the same site in upper case, with a port",
        "a page that is not allowed",
        "localhost, from anywhere",
        "localhost alone",
        "a pattern of the same site",
        "the shell of an app",
        "the shell of an app with a domain",
        "an expression",
    ],
)
def test_nothing_is_warned_of_on_one_site_or_on_an_unknown_one(fields, config, headers):
    """Only a page that is known to be of another site is warned of."""
    app = make_app(**{"origins": [OWN], "credentials": True, **fields})
    app.config.update(config)

    with warned():
        call(app)
        asks(app, **headers)


def test_a_session_interface_of_the_applications_own_has_a_cookie_without_a_key():
    """Only Flask's own sessions need one."""

    class Elsewhere(SessionInterface):
        def open_session(self, app, request):
            return None

    app = make_app(CREDENTIALED)
    app.secret_key = None
    app.session_interface = Elsewhere()

    with warned("SESSION_COOKIE_SAMESITE"):
        asks(app, Sec_Fetch_Site="cross-site")


def test_once_the_site_is_known_no_response_is_observed():
    """The first page that names it ends the check, even while other requests are under way."""
    app = make_app(CREDENTIALED)
    checks = app.extensions["corsguard"].first_request
    late = []

    @app.get("/slow")
    def slow():
        late.append(asks(app, Sec_Fetch_Site="same-site"))
        return "slow"

    for _ in range(WATCHED):
        assert not checks.is_checked
        call(app)
    assert not checks.is_checked
    call(app, "GET", "/slow", {"Origin": OWN, "Sec-Fetch-Site": "cross-site"})
    assert checks.is_checked
    assert late[0].code == 200
    with warned():
        asks(app, Sec_Fetch_Site="cross-site")


def test_an_exception_at_the_first_request_leaves_the_check_to_the_next_one():
    """No response has started, so the site is still unknown; the exception goes on as it is."""
    app = make_app(CREDENTIALED)
    flask = app.extensions["corsguard"].app

    def failing(environ, start_response):
        raise LookupError("it")

    app.extensions["corsguard"].app = failing
    with pytest.raises(LookupError):
        asks(app, Sec_Fetch_Site="cross-site")

    app.extensions["corsguard"].app = flask
    with warned("SESSION_COOKIE_SAMESITE"):
        asks(app, Sec_Fetch_Site="cross-site")


def test_a_response_that_starts_again_while_the_site_is_unknown_has_its_exc_info():
    """An application may begin a response a second time with an exception (PEP 3333)."""
    app = make_app(CREDENTIALED)

    def again(environ, start_response):
        try:
            raise ValueError
        except ValueError:
            start_response("500 Internal Server Error", [], sys.exc_info())
        return [b""]

    app.extensions["corsguard"].app = again

    assert call(app).code == 500


def test_a_warning_that_is_an_error_is_raised_once_when_a_response_starts():
    """The next response is sent."""
    app = make_app(CREDENTIALED)

    with pytest.raises(CorsGuardWarning, match="SESSION_COOKIE_SAMESITE"):
        asks(app, Sec_Fetch_Site="cross-site")
    assert asks(app, Sec_Fetch_Site="cross-site").code == 200


def test_a_request_beside_the_first_does_not_wait_for_it():
    """The first request runs the checks, and the others are answered meanwhile."""
    app = make_app(CREDENTIALED)
    app.extensions["corsguard"].first_request._first.acquire()

    with warned():
        assert asks(app, Sec_Fetch_Site="cross-site").code == 200
