"""Ten situations of a stranger with a failing page: one command names the cause, and the change that helps.

Each is set up for real, the commonest ones first. The model of a browser decides whether the page works.
"""

from __future__ import annotations

import re
from functools import wraps

import pytest
from click.testing import CliRunner
from flask import Flask, abort, request, session
from flask_cors import CORS

from explanations.small_servers import Server, serving
from flask_corsguard import CorsGuard, Policy, cors
from flask_corsguard.cli import explain, lint, why
from flask_corsguard.explanations.remote import Remote
from flask_corsguard.testing import Browser, FetchRefused, assert_can_fetch, assert_cannot_fetch

PAGE = "https://app.example"
API = "https://api.example"
#: The lines of a terminal.
SCREEN = 24


class Loaded:
    """What a group puts into the context."""

    def __init__(self, application):
        self.spec = "shop:app" if application is not None else None
        self._application = application

    def load_app(self):
        """Return the application."""
        return self._application


class Told:
    """What a command writes."""

    def __init__(self, command, *arguments, app=None, stdin=None):
        result = CliRunner().invoke(command, arguments, obj=Loaded(app), input=stdin)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        self.output = result.output
        #: Its first screen, on one line.
        self.screen = " ".join(" ".join(self.output.splitlines()[:SCREEN]).split())

    @property
    def fields(self):
        """The fields of a policy that are to be changed, or those of a whole policy."""
        changed = re.search(r"In that policy:\n((?: {4}\S.*\n)+)", self.output)
        whole = re.search(r"(?m)^ {4}Policy\((.*)\)$", self.output)
        return eval(f"dict({' '.join((changed or whole)[1].split())})")

    @property
    def answers(self):
        """The headers that a server is to send, by the method of the request."""
        found = re.findall(
            r"Any server passes if it answers (\w+)[^:]*(?:://[^:]*:\d+)?[^:]*with:\n((?: {4}.*\n)+)",
            re.sub(r"\n  (?=\S)", " ", self.output),
        )
        return {
            method: [tuple(line.strip().split(": ", 1)) for line in lines.splitlines()]
            for method, lines in found
        }


def in_front_of(app, page=PAGE):
    """Return a page in a browser, in front of an application."""
    return Browser(app).open(page)


@pytest.fixture
def server():
    """Return a server that answers 200, until a test has it answer something else."""
    with serving(Server(lambda *_: (200, [], b"x"))) as server:
        yield server


def test_1_the_error_page_of_a_proxy_hides_the_error(server):
    """502 without headers is an error of CORS to the page; with them it reads the 502."""
    server.answer = lambda *_: (502, [("Server", "nginx/1.22.1")], b"Bad Gateway")
    page = Browser(Remote()).open("http://app.example")
    assert_cannot_fetch(page, f"{server.url}/names")

    told = Told(explain.command, "--origin", "http://app.example", f"{server.url}/names")

    assert "The status is 502. A proxy got no answer from the application behind it" in told.screen
    assert "Access-Control-Allow-Origin: http://app.example" in told.screen
    server.answer = lambda *_: (502, told.answers["GET"], b"Bad Gateway")
    assert assert_can_fetch(page, f"{server.url}/names").status == 502


def shop_with_login(protect):
    """Return an application with a login before everything."""
    app = Flask("shop")
    app.add_url_rule("/names", view_func=lambda: "x", methods=["POST"])

    @app.before_request
    def login():
        if request.headers.get("Authorization") != "Bearer token":
            abort(401)

    protect(app)
    return app


def test_2_a_login_answers_the_preflight():
    """It runs in a hook, which Flask-CORS does not precede; CorsGuard does."""
    app = shop_with_login(lambda app: CORS(app, origins=[PAGE], allow_headers=["Authorization"]))
    asked = {"method": "POST", "headers": {"Authorization": "Bearer token"}}
    assert_cannot_fetch(in_front_of(app), f"{API}/names", **asked)

    told = Told(
        explain.command,
        "--origin",
        PAGE,
        "-X",
        "POST",
        "-H",
        "Authorization: Bearer token",
        "--run",
        "/names",
        app=app,
    )

    assert "The status is 401. A login answered the preflight" in told.screen
    assert "CorsGuard does" in told.screen
    again = shop_with_login(lambda app: CorsGuard(app, **told.fields))
    assert assert_can_fetch(in_front_of(again), f"{API}/names", **asked).status == 200


def shop(policy, **rules):
    """Return an application with a policy, and a view."""
    app = Flask("shop")
    app.add_url_rule("/names", view_func=lambda: "x", **{"methods": ["GET", "POST", "PATCH"], **rules})
    CorsGuard(app, policy)
    return app


def test_3_the_page_moved_to_another_port():
    """The development server of the page has another one since yesterday."""
    policy = Policy(origins=["http://localhost:3000"])
    page = "http://localhost:5173"
    assert_cannot_fetch(in_front_of(shop(policy), page), f"{API}/names")

    told = Told(explain.command, "--origin", page, "/names", app=shop(policy))

    assert "http://localhost:5173 is not http://localhost:3000, which the policy allows" in told.screen
    assert 'origins=["http://localhost:3000", "http://localhost:5173"],' in told.screen
    assert_can_fetch(in_front_of(shop(policy.replace(**told.fields)), page), f"{API}/names")


def test_4_the_page_sends_a_token():
    """Authorization is a header that has to be allowed by its name."""
    policy = Policy(origins=[PAGE])
    asked = {"headers": {"Authorization": "Bearer token"}}
    assert_cannot_fetch(in_front_of(shop(policy)), f"{API}/names", **asked)

    told = Told(explain.command, "--origin", PAGE, "-H", "Authorization", "/names", app=shop(policy))

    assert "but not its request header authorization" in told.screen
    assert 'allow_headers=["Content-Type", "Authorization"],' in told.screen
    assert_can_fetch(in_front_of(shop(policy.replace(**told.fields))), f"{API}/names", **asked)


def test_5_everyone_is_allowed_and_the_page_sends_cookies():
    """``*`` is not a wildcard then."""
    policy = Policy(origins="*")
    assert_cannot_fetch(in_front_of(shop(policy)), f"{API}/names", credentials="include")

    told = Told(explain.command, "--origin", PAGE, "--credentials", "/names", app=shop(policy))

    assert "With credentials, browsers do not take * for everyone" in told.screen
    assert "credentials=True," in told.screen
    assert 'origins=["https://app.example"],' in told.screen
    assert_can_fetch(in_front_of(shop(policy.replace(**told.fields))), f"{API}/names", credentials="include")


def shop_with_session(**config):
    """Return an application that knows who is logged in."""
    app = Flask("shop")
    app.config.update(SECRET_KEY="a", SERVER_NAME="api.example", **config)

    @app.post("/login")
    def login():
        session["name"] = "Ada"
        return "welcome"

    @app.get("/me")
    def me():
        return session.get("name", "nobody")

    CorsGuard(app, origins=[PAGE], credentials=True)
    return app


def name_seen_by_the_page(app):
    """Log in, and return what the page gets."""
    browser = Browser(app, "chromium")
    page = browser.open(PAGE)
    browser.open(API).fetch("/login", "POST")
    return page.fetch(f"{API}/me", credentials="include").text


@pytest.mark.filterwarnings("ignore::flask_corsguard.CorsGuardWarning")
def test_6_the_cookie_is_not_sent():
    """The page reads its answers, and nobody is logged in."""
    app = shop_with_session()
    assert name_seen_by_the_page(app) == "nobody"

    told = Told(explain.command, "--origin", PAGE, "--credentials", "/me", app=app)

    assert "The cookie session is not sent: it has no SameSite, which Chromium treats as Lax" in told.screen
    assert "Set it with SameSite=None; Secure" in told.screen
    again = shop_with_session(SESSION_COOKIE_SAMESITE="None", SESSION_COOKIE_SECURE=True)
    assert name_seen_by_the_page(again) == "Ada"


def test_7_the_policy_lists_methods_and_lacks_one():
    """The view takes it, and the list was written before it did."""
    policy = Policy(origins=[PAGE], methods=["GET", "POST"])
    assert_cannot_fetch(in_front_of(shop(policy)), f"{API}/names", method="PATCH")

    told = Told(explain.command, "--origin", PAGE, "-X", "PATCH", "/names", app=shop(policy))

    assert "allows the page, but not the method PATCH" in told.screen
    assert 'methods=["GET", "POST", "PATCH"],' in told.screen
    assert_can_fetch(in_front_of(shop(policy.replace(**told.fields))), f"{API}/names", method="PATCH")


def test_8_a_proxy_adds_the_header_once_more(server):
    """Chromium's console shows it; one of the two has to be removed."""
    page = Browser(Remote()).open("http://app.example")
    own, added = ("Access-Control-Allow-Origin", "http://app.example"), ("Access-Control-Allow-Origin", "*")
    server.answer = lambda *_: (200, [own, added], b"x")
    assert_cannot_fetch(page, server.url)

    told = Told(
        why.command,
        stdin=f"Access to fetch at '{server.url}/' from origin 'http://app.example' has been blocked by "
        "CORS policy: The 'Access-Control-Allow-Origin' header contains multiple values "
        "'http://app.example, *', but only one is allowed. Have the server send the header with a valid "
        "value.",
    )

    assert (
        "more than one Access-Control-Allow-Origin: usually the application sets one, and a proxy"
        in told.screen
    )
    assert "Remove one of the two" in told.screen
    server.answer = lambda *_: (200, [own], b"x")
    assert_can_fetch(page, server.url)


def shop_with_slash(protect):
    """Return an application whose rule ends with a slash."""
    app = Flask("shop")
    app.add_url_rule("/items/", view_func=lambda: "x", methods=["POST"])
    protect(app)
    return app


def test_9_the_preflight_is_redirected_to_the_slash():
    """Browsers follow no redirect of a preflight; CorsGuard answers before it, or the page asks there."""
    app = shop_with_slash(lambda app: CORS(app, origins=[PAGE]))
    asked = {"method": "POST", "json": {}}
    assert_cannot_fetch(in_front_of(app), f"{API}/items", **asked)

    told = Told(
        why.command,
        stdin=f"Access to fetch at '{API}/items' from origin '{PAGE}' has been blocked by CORS policy: "
        "Response to preflight request doesn't pass access control check: Redirect is not allowed for a "
        "preflight request.",
    )

    assert "the server redirects it. Browsers follow no redirect of a preflight" in told.screen
    assert "mind the slash at the end" in told.screen
    assert 'CorsGuard(app, origins=["https://app.example"])' in told.screen
    assert_can_fetch(in_front_of(app), f"{API}/items/", **asked)
    again = shop_with_slash(lambda app: CorsGuard(app, origins=["https://app.example"]))
    assert_can_fetch(in_front_of(again), f"{API}/items", **asked)


def shop_with_decorator(timed):
    """Return an application whose decorator hides the mark of a view."""
    app = Flask("shop")

    @app.get("/names")
    @timed
    @cors(origins=[PAGE])
    def names():
        return "x"

    CorsGuard(app)
    return app


def hiding(view):
    """Decorate without functools.wraps."""

    def timed(*arguments):
        return view(*arguments)

    return timed


def showing(view):
    """Decorate with it."""
    return wraps(view)(hiding(view))


@pytest.mark.filterwarnings("ignore::flask_corsguard.CorsGuardWarning")
def test_10_a_decorator_hides_the_mark_of_the_view():
    """The closed policy of the application applies; lint shows why."""
    app = shop_with_decorator(hiding)
    with pytest.raises(FetchRefused):
        in_front_of(app).fetch(f"{API}/names")

    told = Told(lint.command, app=app)

    assert "mark." in told.screen
    assert "functools.wraps" in told.screen
    assert_can_fetch(in_front_of(shop_with_decorator(showing)), f"{API}/names")
