"""The policy of a response, which is found once the application has matched the view."""

from __future__ import annotations

import pytest
from flask import Flask

from cases import EVIL, VARY, A, allow
from flask_corsguard import CorsGuard, Policy, cors
from harness import assert_headers_exactly, call, make_environ

#: Requests after which the routing remembers all that it can.
ENOUGH = 4


def raising():
    """Raise, as a view."""
    raise LookupError("it")


@pytest.fixture
def app():
    """Make an application in debug mode, open to A, with a view that raises and is open to another origin."""
    app = Flask(__name__)
    app.debug = True
    app.add_url_rule("/marked", "marked", cors(origins=[EVIL])(raising), methods=["GET", "HEAD", "POST"])
    app.add_url_rule("/plain", "plain", lambda: raising())
    CorsGuard(app, origins=[A])
    return app


def inside(app, layer):
    """Put the WSGI application *layer* between the guard and Flask's side of *app*."""
    app.extensions["corsguard"].app = layer


@pytest.mark.parametrize(("path", "allowed", "other"), [("/marked", EVIL, A), ("/plain", A, EVIL)])
def test_in_debug_the_policy_of_the_view_decides_who_reads_its_exception(app, path, allowed, other):
    """Every time: nothing that is remembered of one view applies to the other."""
    for _ in range(ENOUGH):
        result = call(app, "GET", path, {"Origin": allowed})

        assert (result.status, result.body) == ("500 Internal Server Error", b"LookupError: it\n")
        assert_headers_exactly(result.headers, [allow(allowed), VARY])
        for headers in ({"Origin": other}, {}):
            with pytest.raises(LookupError):
                call(app, "GET", path, headers)


def test_in_debug_the_answer_to_head_names_the_length_of_the_exception_alone(app):
    """``HEAD`` is answered without a body."""
    result = call(app, "HEAD", "/marked", {"Origin": EVIL})

    assert (result.code, result.body) == (500, b"")
    assert result.get("Content-Length") == str(len("LookupError: it\n"))


def test_outside_of_debug_an_exception_of_a_layer_inside_goes_on_as_it_is(app):
    """An allowed origin does not read it, either."""
    app.debug = False
    inside(app, lambda environ, start_response: raising())

    with pytest.raises(LookupError):
        call(app, "GET", "/marked", {"Origin": EVIL})


@pytest.mark.parametrize(("path", "allowed", "other"), [("/marked", EVIL, A), ("/missing", A, EVIL)])
def test_an_exception_before_flask_matches_has_the_policy_of_its_url(app, path, allowed, other):
    """A layer inside raised it, so no view was matched, and the URL map is asked."""
    inside(app, lambda environ, start_response: raising())

    assert call(app, "GET", path, {"Origin": allowed}).cors == [allow(allowed), VARY]
    with pytest.raises(LookupError):
        call(app, "GET", path, {"Origin": other})


def test_an_exception_after_the_response_has_started_starts_it_again(app):
    """Both beginnings carry the headers of the policy, and the second one the exception."""
    started = []

    def layer(environ, start_response):
        start_response("200 OK", [("X-First", "1")])
        raise LookupError("late")

    inside(app, layer)
    body = app(make_environ("GET", "/marked", {"Origin": EVIL}), lambda *args: started.append(args))

    assert [status for status, *_ in started] == ["200 OK", "500 Internal Server Error"]
    for _, headers, *_ in started:
        assert_headers_exactly(headers, [allow(EVIL), VARY])
    assert [len(each) for each in started] == [2, 3]
    assert started[1][2][0] is LookupError
    assert b"".join(body) == b"LookupError: late\n"


def test_a_response_that_a_layer_inside_starts_again_has_its_exc_info(app):
    """The policy is found each time, and the arguments reach the server."""
    started, error = [], LookupError("late")

    def layer(environ, start_response):
        start_response("200 OK", [])
        start_response("500 Oops", [("X-Second", "2")], (LookupError, error, None))
        return []

    inside(app, layer)
    app(make_environ("GET", "/marked", {"Origin": EVIL}), lambda *args: started.append(args))

    assert started[1][0] == "500 Oops"
    assert started[1][1][0] == ("X-Second", "2")
    assert started[1][2] == (LookupError, error, None)
    for _, headers, *_ in started:
        assert_headers_exactly(headers, [allow(EVIL), VARY])


@pytest.mark.parametrize(
    "changes",
    [{"PATH_INFO": "/plain"}, {"REQUEST_METHOD": "PATCH"}, {"HTTP_ORIGIN": A}, {"HTTP_ORIGIN": None}],
    ids=str,
)
def test_a_layer_inside_that_changes_the_environ_does_not_change_the_policy(changes):
    """The path, the method and the origin are those of the request that came in."""
    app = Flask(__name__)
    view = cors(origins=[EVIL])(lambda: "read")
    app.add_url_rule("/marked", "read", view)
    app.add_url_rule("/marked", "written", cors(origins=[A])(lambda: "written"), methods=["PATCH"])
    app.add_url_rule("/plain", "plain", cors(origins=[A])(lambda: "plain"))
    CorsGuard(app)

    def layer(environ, start_response):
        environ.update(changes)
        start_response("200 OK", [])
        return []

    inside(app, layer)

    assert call(app, "GET", "/marked", {"Origin": EVIL}).cors == [allow(EVIL), VARY]


def test_in_debug_a_layer_inside_that_changes_the_environ_does_not_change_who_reads_an_exception(app):
    """The origin and the method are those of the request that came in."""

    def layer(environ, start_response):
        environ.update(HTTP_ORIGIN=A, REQUEST_METHOD="HEAD")
        raise LookupError("it")

    inside(app, layer)

    assert call(app, "GET", "/marked", {"Origin": EVIL}).body == b"LookupError: it\n"
    with pytest.raises(LookupError):
        call(app, "GET", "/marked", {"Origin": "https://third.example"})


def test_an_origin_check_that_raises_when_the_response_starts_is_logged_once(caplog):
    """The origin is not allowed, and the response is sent all the same."""

    def check(origin):
        raise LookupError("database")

    app = Flask(__name__)
    app.add_url_rule("/", "page", cors(origins=[check])(lambda: "page"))
    CorsGuard(app)

    result = call(app, headers={"Origin": A})

    assert (result.body, result.cors) == (b"page", [VARY])
    assert [record.exc_info[0] for record in caplog.records] == [LookupError]


def marking_app(seen):
    """Make an application with a view that is marked while it runs; *seen* gets what it is called with."""
    app = Flask(__name__)

    def page():
        seen.append(1)
        cors(origins=[EVIL])(app.view_functions["page"])
        return "page"

    app.add_url_rule("/", "page", page, methods=["GET", "POST"])
    CorsGuard(app, Policy(origins=[A], methods=["GET", "POST"]))
    return app


def test_a_mark_put_between_a_request_and_its_response_is_the_policy_of_the_response():
    """The policy of a request that any policy allows is found when its response starts."""
    assert call(marking_app([]), headers={"Origin": EVIL}).cors == [allow(EVIL), VARY]


def test_a_mark_put_between_a_guarded_request_and_its_response_applies_to_the_next_one():
    """The policy that has allowed the request is that of its response, too."""
    seen = []
    app = marking_app(seen)
    post = {"Origin": A, "Sec-Fetch-Site": "cross-site"}

    first, second = (call(app, "POST", "/", post) for _ in range(2))

    assert (first.code, first.cors) == (200, [allow(A), VARY])
    assert (second.code, second.cors) == (403, [VARY])
    assert seen == [1]


def test_a_mark_put_during_a_response_is_found_by_the_next_request_of_a_warm_application():
    """The application was known to have no marks when the request came in."""
    app = Flask(__name__)
    marked = []

    def page():
        if marked:
            cors(origins=[EVIL])(app.view_functions["page"])
        return "page"

    app.add_url_rule("/", "page", page)
    CorsGuard(app, origins=[A])
    for _ in range(ENOUGH):
        assert call(app, headers={"Origin": A}).cors == [allow(A), VARY]

    marked.append(1)
    call(app, headers={"Origin": A})

    assert call(app, headers={"Origin": A}).cors == [VARY]
    assert call(app, headers={"Origin": EVIL}).cors == [allow(EVIL), VARY]
