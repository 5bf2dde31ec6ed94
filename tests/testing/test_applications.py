"""The model in front of this library, and in front of applications that write their headers by hand."""

from __future__ import annotations

import pytest
from flask import Flask, request, session

from flask_corsguard import SAME_ORIGIN, CorsGuard, CorsMiddleware, Policy, asgi
from flask_corsguard.testing import Browser, assert_can_fetch, assert_cannot_fetch
from testing.scripted import API, APP, THIRD, asked

METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH"]


def guarded(**policy):
    """Return a Flask application with a CorsGuard, whose views return what they received."""
    app = Flask(__name__)
    app.reached = []

    @app.route("/", methods=METHODS)
    def _index():
        app.reached.append(request.method)
        return "hello", {"X-Total": "7"}

    CorsGuard(app, Policy(**policy))
    return app


def by_middleware(**policy):
    """Return the same application with a CorsMiddleware."""
    plain = Flask(__name__)
    plain.add_url_rule("/", view_func=lambda: ("hello", {"X-Total": "7"}), methods=METHODS)
    return CorsMiddleware(plain, Policy(**policy))


MAKERS = pytest.mark.parametrize("make", [guarded, by_middleware])


@MAKERS
def test_a_browser_allows_what_a_policy_allows(make):
    """The page may use the method, the header and credentials, and reads the exposed header."""
    app = make(
        origins=[APP],
        methods=METHODS,
        allow_headers=["X-A", "Authorization", "Content-Type"],
        expose_headers=["X-Total"],
        credentials=True,
        timing=True,
    )
    page = Browser(app).open(APP)
    response = assert_can_fetch(
        page, API, method="PATCH", json=1, headers={"X-A": "1", "Authorization": "2"}, credentials="include"
    )

    assert response.headers["X-Total"] == "7"
    assert response.timing_allowed


@MAKERS
@pytest.mark.parametrize(
    "at", [THIRD, "https://app.example:8443", "http://app.example", "https://www.app.example"]
)
def test_a_browser_refuses_an_origin_that_a_policy_does_not_allow(make, at):
    """Lookalikes of an allowed origin are other origins."""
    page = Browser(make(origins=[APP], methods=METHODS)).open(at)

    assert assert_cannot_fetch(page, "http://api.example" if at[4] == ":" else API).step == "CORS check"
    refused = assert_cannot_fetch(page, "http://api.example" if at[4] == ":" else API, method="PUT")
    assert refused.step == "CORS-preflight fetch, step 7 (CORS check)"


@MAKERS
def test_any_page_can_read_the_responses_of_a_public_policy(make):
    """A sandboxed frame can, too."""
    app = make(origins="*", methods="*", allow_headers="*", expose_headers="*")
    page = Browser(app).open(THIRD, sandboxed=True)

    assert assert_can_fetch(page, API, method="DELETE", headers={"X-A": "1"}).headers["X-Total"] == "7"
    assert_cannot_fetch(page, API, credentials="include")


@MAKERS
def test_only_same_origin_pages_read_responses_under_the_closed_policy(make):
    """No other origin reads anything."""
    app = make(origins=SAME_ORIGIN.origins)

    assert Browser(app).open(API).fetch(API, "PUT", json=1).ok
    assert_cannot_fetch(Browser(app).open(APP), API)


def test_a_forged_form_is_refused_before_it_is_executed():
    """The guard refuses requests that any other site can send, but not the application's own forms."""
    app = guarded(origins=[APP])
    browser = Browser(app)
    evil = browser.open(THIRD)
    for target in ("_top", "frame"):
        assert evil.submit(API, {"a": "1"}, target=target).exchange[-1].status == 403
    assert evil.beacon(API, "x").exchange[-1].status == 403
    assert evil.fetch(API, "POST", mode="no-cors").exchange[-1].status == 403
    assert app.reached == []

    assert browser.open(API).submit(API, {"a": "1"}).exchange[-1].status == 200
    assert browser.open(API, referrer_policy="no-referrer").submit(API, {}).exchange[-1].status == 200
    assert app.reached == ["POST", "POST"]


def test_a_session_works_across_origins():
    """The policy allows credentials, the cookie is sent across sites, and the page includes it."""
    app = Flask(__name__)
    app.config.update(SECRET_KEY="x", SESSION_COOKIE_SAMESITE="None", SESSION_COOKIE_SECURE=True)

    @app.post("/in")
    def _in():
        session["user"] = "Alice"
        return "in"

    @app.get("/me")
    def _me():
        return session.get("user", "nobody")

    CorsGuard(app, origins=[APP], credentials=True)
    page = Browser(app).open(APP)
    assert_can_fetch(page, f"{API}/in", method="POST", credentials="include")

    assert page.fetch(f"{API}/me", credentials="include").text == "Alice"
    assert page.fetch(f"{API}/me").text == "nobody"


def wrong(change):
    """Return an application that allows the page by hand, with one mistake."""

    def app(environ, start_response):
        headers = {
            "Access-Control-Allow-Origin": environ.get("HTTP_ORIGIN", "null"),
            "Access-Control-Allow-Credentials": "true",
            "Access-Control-Allow-Methods": "PUT",
            "Access-Control-Allow-Headers": "x-a",
        }
        headers.update(change)
        start_response("200 OK", [item for item in headers.items() if item[1] is not None])
        return [b"hello"]

    return app


@pytest.mark.parametrize(
    ("change", "step"),
    [
        ({}, None),
        ({"Access-Control-Allow-Origin": "*"}, "7 (CORS check)"),
        ({"Access-Control-Allow-Credentials": "True"}, "7 (CORS check)"),
        ({"Access-Control-Allow-Methods": "put"}, "7.5 (methods)"),
        ({"Access-Control-Allow-Methods": "*"}, "7.5 (methods)"),
        ({"Access-Control-Allow-Headers": "*"}, "7.7 (headers)"),
        ({"Access-Control-Allow-Headers": None}, "7.7 (headers)"),
        ({"Access-Control-Allow-Headers": "x-a x-b"}, "7.3 (list syntax)"),
    ],
)
def test_each_mistake_of_headers_written_by_hand_fails_at_its_step(change, step):
    """The page is allowed everything except one thing."""
    page = Browser(wrong(change)).open(APP)
    arguments = {"method": "PUT", "headers": {"X-A": "1"}, "credentials": "include"}
    if step is None:
        assert_can_fetch(page, API, **arguments)
    else:
        assert assert_cannot_fetch(page, API, **arguments).step == f"CORS-preflight fetch, step {step}"


def test_an_application_that_mirrors_every_origin_allows_every_page():
    """The model tells what a browser does, not what is safe."""
    browser = Browser(wrong({}))
    response = assert_can_fetch(browser.open("https://evil.example"), API, credentials="include")

    assert response.text == "hello"
    assert asked(browser) == [("GET", "https://evil.example")]


async def asynchronous(scope, receive, send):
    """Answer as ASGI does."""


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda app: app.test_client(), " is not a WSGI application. Pass the application itself."),
        (lambda app: {API: app.test_client()}, " is not a WSGI application. Pass the application itself."),
        (lambda app: asynchronous, " is an ASGI application, and a Browser calls WSGI applications."),
        (lambda app: asgi.CorsMiddleware(asynchronous, SAME_ORIGIN), " is an ASGI application, and a "),
    ],
)
def test_what_cannot_be_called_as_wsgi_is_refused_when_the_browser_is_created(make, sentence):
    """Not at the first request, deep inside."""
    with pytest.raises(TypeError) as raised:
        Browser(make(guarded(origins=[APP])))

    assert sentence in str(raised.value)
