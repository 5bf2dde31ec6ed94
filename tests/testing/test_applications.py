"""The model in front of this library, and in front of those who do it by hand and wrongly."""

from __future__ import annotations

import pytest
from flask import Flask, request, session

from flask_corsguard import SAME_ORIGIN, CorsGuard, CorsMiddleware, Policy
from flask_corsguard.testing import Browser, assert_can_fetch, assert_cannot_fetch
from testing.scripted import API, APP, THIRD, asked

METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH"]


def guarded(**policy):
    """Give a Flask application behind the guard, which says what it was asked."""
    app = Flask(__name__)
    app.reached = []

    @app.route("/", methods=METHODS)
    def _index():
        app.reached.append(request.method)
        return "hello", {"X-Total": "7"}

    CorsGuard(app, Policy(**policy))
    return app


def by_middleware(**policy):
    """Give the same behind the generic layer."""
    plain = Flask(__name__)
    plain.add_url_rule("/", view_func=lambda: ("hello", {"X-Total": "7"}), methods=METHODS)
    return CorsMiddleware(plain, Policy(**policy))


MAKERS = pytest.mark.parametrize("make", [guarded, by_middleware])


@MAKERS
def test_what_a_policy_allows_a_browser_lets_through(make):
    """Method, header, credentials, exposed header and all."""
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
def test_what_it_does_not_allow_a_browser_does_not(make, at):
    """Lookalikes and neighbours are others."""
    page = Browser(make(origins=[APP], methods=METHODS)).open(at)

    assert assert_cannot_fetch(page, "http://api.example" if at[4] == ":" else API).step == "CORS check"
    refused = assert_cannot_fetch(page, "http://api.example" if at[4] == ":" else API, method="PUT")
    assert refused.step == "CORS-preflight fetch, step 7 (CORS check)"


@MAKERS
def test_anyone_may_read_what_is_for_everyone(make):
    """A sandboxed frame, too, and everything that is listed as such."""
    app = make(origins="*", methods="*", allow_headers="*", expose_headers="*")
    page = Browser(app).open(THIRD, sandboxed=True)

    assert assert_can_fetch(page, API, method="DELETE", headers={"X-A": "1"}).headers["X-Total"] == "7"
    assert_cannot_fetch(page, API, credentials="include")


@MAKERS
def test_the_closed_policy_is_for_the_own_pages(make):
    """Nobody else reads anything."""
    app = make(origins=SAME_ORIGIN.origins)

    assert Browser(app).open(API).fetch(API, "PUT", json=1).ok
    assert_cannot_fetch(Browser(app).open(APP), API)


def test_a_forged_form_is_refused_before_it_is_executed():
    """Wherever it goes; the own one is not."""
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


def test_a_session_works_across_origins_if_everything_is_right():
    """The policy, the cookie, and the page."""
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
    """Give an application that allows the page by hand, with one mistake."""

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
def test_each_mistake_by_hand_is_found_where_it_is(change, step):
    """A page that is allowed everything, but for one thing."""
    page = Browser(wrong(change)).open(APP)
    arguments = {"method": "PUT", "headers": {"X-A": "1"}, "credentials": "include"}
    if step is None:
        assert_can_fetch(page, API, **arguments)
    else:
        assert assert_cannot_fetch(page, API, **arguments).step == f"CORS-preflight fetch, step {step}"


def test_who_mirrors_every_origin_lets_everyone_in():
    """The model says what a browser does, not what is wise."""
    browser = Browser(wrong({}))
    response = assert_can_fetch(browser.open("https://evil.example"), API, credentials="include")

    assert response.text == "hello"
    assert asked(browser) == [("GET", "https://evil.example")]
