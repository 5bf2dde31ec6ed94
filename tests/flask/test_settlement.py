"""Origin callables of Flask applications: in an application context, once per request, for everything."""

from __future__ import annotations

import logging

import pytest
from flask import Flask, appcontext_pushed, current_app, has_request_context

from cases import EVIL, VARY, A, allow
from flask_corsguard import CorsGuard, Policy, cors
from guard_cases import CROSS_SITE
from harness import assert_headers_exactly, call, preflight


class Site:
    """An application whose origins are in its configuration, and what was asked of them."""

    def __init__(self, where="application"):
        self.app = Flask(__name__)
        self.app.config["ALLOWED"] = [A]
        self.asked = []
        policy = Policy(origins=["https://exact.example", self.is_allowed])
        CorsGuard(self.app, policy if where == "application" else None)
        mark = cors(policy) if where == "view" else lambda view: view

        @self.app.route("/", methods=["GET", "POST", "DELETE"])
        @mark
        def index():
            return "index"

        @self.app.get("/fails")
        @mark
        def fails():
            raise ZeroDivisionError

    def is_allowed(self, origin):
        self.asked.append((str(origin), has_request_context()))
        return str(origin) in current_app.config["ALLOWED"]


@pytest.fixture(params=["application", "view"])
def site(request):
    """Return such an application; the policy is its own, or that of its views."""
    return Site(request.param)


def test_a_callable_may_use_the_application(site):
    """For the headers of a response, for a preflight and for the guard; each asks once."""
    for _ in range(3):
        assert call(site.app, headers={"Origin": A}).get("Access-Control-Allow-Origin") == A
        assert preflight(site.app, A, "DELETE").code == 204
        assert call(site.app, "POST", headers={**CROSS_SITE, "Origin": A}).code == 200
        assert call(site.app, "POST", headers=CROSS_SITE).code == 403
        assert [origin for origin, _ in site.asked] == [A, A, A, EVIL]
        site.asked.clear()


def test_a_revoked_origin_is_refused_by_the_next_request(site):
    """Nothing that a callable has returned outlives its request."""
    assert call(site.app, headers={"Origin": A}).get("Access-Control-Allow-Origin") == A
    site.app.config["ALLOWED"] = []
    assert_headers_exactly(call(site.app, headers={"Origin": A}).headers, [VARY])
    assert preflight(site.app, A).code == 403


def test_nobody_is_asked_where_the_answer_is_known(site):
    """A listed origin, an origin that is none, and no origin."""
    for origin in ("https://exact.example", "null", "x", None):
        call(site.app, headers={} if origin is None else {"Origin": origin})

    assert site.asked == []


def test_an_exception_in_debug_mode_asks_no_second_time(site):
    """The response of the debugger, and the 500 that takes its place, are of one request."""
    site.app.debug = True

    result = call(site.app, path="/fails", headers={"Origin": A})

    assert result.code == 500
    assert result.get("Access-Control-Allow-Origin") == A
    assert len(site.asked) == 1


def test_a_response_that_starts_again_asks_no_second_time(site):
    """A layer inside may start twice, the second time with exc_info."""
    inside = site.app.wsgi_app.app

    def twice(environ, start_response):
        body = inside(environ, start_response)
        start_response("500 Oops", [], (ValueError, ValueError(), None))
        return body

    site.app.wsgi_app.app = twice

    result = call(site.app, headers={"Origin": A})

    assert (result.code, result.get("Access-Control-Allow-Origin")) == (500, A)
    assert len(site.asked) == 1


def test_a_callable_sees_the_context_of_the_view_where_there_is_one(site):
    """A connection that the view has opened is used again."""
    assert call(site.app, headers={"Origin": A}).code == 200
    assert [inside for _, inside in site.asked] == [True]


def test_a_callable_that_fails_is_logged_once(site, caplog):
    """And the origin is not allowed."""
    del site.app.config["ALLOWED"]

    result = call(site.app, headers={"Origin": A})

    assert_headers_exactly(result.headers, [VARY])
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert len(site.asked) == 1


def test_a_context_that_cannot_be_pushed_leaves_the_callable_without_one(site, caplog):
    """What needs the application then fails, which means no; what needs none is asked all the same."""

    def raises(sender):
        raise OSError("no context")

    with appcontext_pushed.connected_to(raises, site.app):
        refused = preflight(site.app, A)
        exact = preflight(site.app, "https://exact.example")

    assert refused.code == 403
    assert exact.code == 204
    messages = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    assert messages[0] == "no application context for origin callables; they are asked without one"
    assert "an origin check raised" in messages[1]


def test_the_result_of_a_callable_counts_although_the_context_fails_afterwards(site, caplog):
    """A function that runs at the end of every context may raise."""

    @site.app.teardown_appcontext
    def close(error):
        raise OSError("the connection")

    assert preflight(site.app, A).code == 204
    assert len(site.asked) == 1
    assert caplog.records == []


def test_a_list_of_policies_asks_once():
    """The choice and the answer are one question."""
    asked = []
    own = Policy(origins=[lambda each: asked.append(current_app.name) or str(each) == A], credentials=True)
    app = Flask("shop")
    CorsGuard(app, [own, Policy(origins="*")])
    app.add_url_rule("/", view_func=lambda: "index", methods=["GET", "PUT"])

    assert call(app, headers={"Origin": A}).get("Access-Control-Allow-Credentials") == "true"
    assert_headers_exactly(call(app, headers={"Origin": EVIL}).headers, [allow("*"), VARY])
    assert preflight(app, EVIL, "PUT").get("Access-Control-Allow-Methods") == "GET, HEAD, PUT"
    assert asked == ["shop"] * 3


def test_an_application_in_another_has_its_own_context():
    """A mounted application is not the one whose context is active."""
    inner = Site()
    outer = Flask("outer")
    outer.add_url_rule(
        "/", "index", lambda: call(inner.app, headers={"Origin": A}).get("Access-Control-Allow-Origin")
    )

    assert call(outer).body == A.encode()


def test_a_context_of_the_application_that_is_active_is_used(site):
    """No second one is pushed for the callable; the context of another application is none."""
    pushed = []
    with appcontext_pushed.connected_to(lambda app: pushed.append(app), site.app):
        with site.app.app_context():
            assert preflight(site.app, A).code == 204
        assert pushed == [site.app]
        with Flask("other").app_context():
            assert preflight(site.app, A).code == 204

    assert pushed == [site.app, site.app]


def test_a_callable_that_fails_for_a_page_of_the_application_is_logged_as_well(site, caplog):
    """The page reads the answer, but nobody else would."""
    del site.app.config["ALLOWED"]
    site.app.testing = True

    call(site.app, headers={"Origin": A, "Sec-Fetch-Site": "same-origin"})

    assert [record.levelname for record in caplog.records] == ["ERROR"]
