"""The table through the WSGI layer, and what PEP 3333 lets applications do."""

from __future__ import annotations

import logging
import threading
from wsgiref.util import FileWrapper

import pytest

from cases import EVERYONE, EVIL, LISTED, ROWS, VARY, A, Row, allow
from flask_corsguard import SAME_ORIGIN, CorsMiddleware, Policy, PolicyError, Reason
from harness import SpyApp, assert_headers_exactly, call, cors_headers, make_environ, preflight

GRANTED = [allow(A), ("Access-Control-Expose-Headers", "X-Total"), VARY]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_the_layer_answers_as_the_table_says(row: Row):
    """A preflight never reaches the application, anything else reaches it once."""
    spy = SpyApp()

    result = call(CorsMiddleware(spy, row.policy), row.method, "/", row.headers)

    assert_headers_exactly(result.headers, row.expected)
    assert result.code == (row.status or 200)
    assert len(spy.calls) == (0 if row.status else 1)
    assert (result.body == b"hello") is (row.status is None)


@pytest.mark.parametrize(
    "status", ["200 OK", "204 No Content", "304 Not Modified", "404 Not Found", "500 Oops"]
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE"])
def test_every_status_and_method_carries_the_headers(status, method):
    """Errors are readable and 304 refreshes the right entry of a cache."""
    policy = LISTED.replace(methods=["DELETE"])

    result = call(CorsMiddleware(SpyApp(status), policy), method, "/", {"Origin": A})

    assert result.status == status
    assert_headers_exactly(result.headers, GRANTED)


def test_nothing_else_of_the_response_is_touched():
    """The status, the other headers in their order, and the very body object come through."""
    body = [b"a", b"b"]
    headers = [("Content-Type", "x/y"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), ("X", "\xe9")]
    spy = SpyApp("299 Strange", headers, body)
    started = []

    returned = CorsMiddleware(spy, LISTED)(
        make_environ("GET", "/", {"Origin": A}), lambda *args: started.append(args)
    )

    assert returned is body
    ((status, sent),) = started
    assert status == "299 Strange"
    assert sent[: len(headers)] == headers
    assert type(sent) is list
    assert spy.headers == headers
    assert sent is not spy.headers


def test_a_wrapper_that_mutates_our_headers_cannot_poison_the_next_response():
    """What an outer layer does to the list that it got stays in that response."""
    layer = CorsMiddleware(SpyApp(), LISTED)

    def outer(environ, start_response):
        def start(status, headers, exc_info=None):
            write = start_response(status, list(headers), exc_info)
            headers.clear()
            headers.append(("Access-Control-Allow-Origin", EVIL))
            return write

        return layer(environ, start)

    first = call(outer, headers={"Origin": A})
    second = call(outer, headers={"Origin": A})
    preflights = [preflight(outer, A) for _ in range(2)]

    assert_headers_exactly(first.headers, GRANTED)
    assert_headers_exactly(second.headers, GRANTED)
    assert preflights[0] == preflights[1]


def test_write_is_the_servers_own():
    """An application that writes imperatively writes to the server."""

    def app(environ, start_response):
        write = start_response("200 OK", [])
        write(b"written ")
        return [b"returned"]

    result = call(CorsMiddleware(app, LISTED), headers={"Origin": A})

    assert result.body == b"written returned"
    assert_headers_exactly(result.headers, GRANTED)


def test_close_is_called_once():
    """The body object's own close() is what the server finds."""
    closed = []

    class Body:
        def __iter__(self):
            return iter([b"x"])

        def close(self):
            closed.append(1)

    call(CorsMiddleware(SpyApp(body=Body()), LISTED), headers={"Origin": A})

    assert closed == [1]


def test_a_file_wrapper_stays_one(tmp_path):
    """The server can still send the file its own, fast way."""
    path = tmp_path / "file"
    path.write_bytes(b"content")

    with path.open("rb") as file:
        wrapper = FileWrapper(file)
        environ = make_environ(headers={"Origin": A}, **{"wsgi.file_wrapper": FileWrapper})
        returned = CorsMiddleware(SpyApp(body=wrapper), LISTED)(environ, lambda *args: None)

        assert returned is wrapper


def test_a_generator_that_starts_late_gets_its_headers():
    """A response that begins with the first iteration is completed then."""

    def app(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        yield b"late"

    result = call(CorsMiddleware(app, LISTED), headers={"Origin": A})

    assert result.body == b"late"
    assert_headers_exactly(result.headers, GRANTED)


def test_nothing_is_read_ahead_of_a_stream():
    """The first piece is given before the second is made."""
    made = []

    def app(environ, start_response):
        start_response("200 OK", [])
        for piece in (b"1", b"2"):
            made.append(piece)
            yield piece

    iterator = iter(CorsMiddleware(app, LISTED)(make_environ(headers={"Origin": A}), lambda *args: None))

    assert made == []
    assert next(iterator) == b"1"
    assert made == [b"1"]


def test_a_response_begun_anew_after_an_error_is_completed_too():
    """start_response called a second time with exc_info gets the headers and the exc_info through."""
    seen = []

    def app(environ, start_response):
        start_response("200 OK", [("X-First", "1")])
        try:
            raise ValueError("late")
        except ValueError as error:
            exc_info = (type(error), error, None)
            start_response("500 Internal Server Error", [("X-Second", "2")], exc_info)
        return [b"sorry"]

    def server(environ, start_response):
        def start(*args):
            seen.append(args)
            return start_response(*args)

        return CorsMiddleware(app, LISTED)(environ, start)

    result = call(server, headers={"Origin": A})

    assert result.code == 500
    assert [len(args) for args in seen] == [2, 3]
    assert isinstance(seen[1][2][1], ValueError)
    assert_headers_exactly(result.headers, GRANTED)


@pytest.mark.parametrize(
    ("theirs", "merged"),
    [
        ([], "Origin"),
        (["Accept-Encoding"], "Accept-Encoding, Origin"),
        (["accept-encoding, origin"], "accept-encoding, origin"),
        (["ORIGIN"], "ORIGIN"),
        (["Cookie", "Accept"], "Cookie, Accept, Origin"),
        (["Origin, origin,, Accept"], "Origin, Accept"),
        (["*"], "*"),
        (["Accept, *"], "*"),
    ],
)
def test_vary_is_merged(theirs, merged):
    """One line, without regard to case, without repetition; `*` stands for all."""
    app = CorsMiddleware(SpyApp(headers=[("vary", value) for value in theirs]), LISTED)

    assert call(app).get("Vary") == merged


def test_vary_of_the_application_stands_where_the_policy_adds_none():
    """A policy for everyone leaves it as it says."""
    app = CorsMiddleware(SpyApp(headers=[("Vary", "Accept")]), EVERYONE)

    assert call(app).get("Vary") == "Accept"


def test_headers_of_the_application_are_replaced_and_that_is_said_once(caplog):
    """The policy owns the CORS headers of a response; none is sent twice."""
    theirs = [
        ("access-control-allow-origin", "*"),
        ("Access-Control-Allow-Credentials", "true"),
        ("Access-Control-Allow-Methods", "PUT"),
        ("Access-Control-Allow-Private-Network", "true"),
    ]
    app = CorsMiddleware(SpyApp(headers=theirs), LISTED)

    results = [call(app, headers={"Origin": origin}) for origin in (A, A, EVIL)]

    assert_headers_exactly(results[0].headers, GRANTED)
    assert_headers_exactly(results[1].headers, GRANTED)
    assert_headers_exactly(results[2].headers, [VARY])
    (record,) = caplog.records
    assert record.levelname == "WARNING"
    assert "access-control-allow-origin" in record.getMessage()


def test_what_a_policy_is_silent_about_stays_the_applications():
    """Timing and resource policy are replaced only by a policy that speaks of them."""
    theirs = [("Timing-Allow-Origin", "*"), ("Cross-Origin-Resource-Policy", "cross-origin")]
    spy = SpyApp(headers=theirs)

    silent = call(CorsMiddleware(spy, LISTED), headers={"Origin": A})
    speaking = call(
        CorsMiddleware(spy, LISTED.replace(timing=True, resource_policy="same-site")), headers={"Origin": A}
    )

    assert silent.get("Timing-Allow-Origin") == "*"
    assert silent.get("Cross-Origin-Resource-Policy") == "cross-origin"
    assert speaking.get("Timing-Allow-Origin") == A
    assert speaking.get("Cross-Origin-Resource-Policy") == "same-site"


def test_a_mapping_gives_each_path_its_policy():
    """The first path that covers the request's counts, and no path means the closed policy."""
    partner = Policy(origins=[EVIL])
    app = CorsMiddleware(SpyApp(), {"/api/open": EVERYONE, "/api": LISTED, "/caf\xe9": partner})

    def origin_for(path, origin=A):
        return call(app, "GET", path, {"Origin": origin}).get("Access-Control-Allow-Origin")

    assert origin_for("/api/open") == "*"
    assert origin_for("/api/open/x") == "*"
    assert origin_for("/api/opening") == A
    assert origin_for("/api/") == A
    assert origin_for("/apix") is None
    assert origin_for("/") is None
    assert origin_for("/caf\xc3\xa9", EVIL) == EVIL
    assert origin_for("/api/../x") is None
    assert preflight(app, A, "GET", "/api/x").code == 204
    assert preflight(app, A, "GET", "/x").code == 403


def test_a_mapping_with_a_root_covers_everything():
    """`/` covers the empty path of a mounted application, too."""
    app = CorsMiddleware(SpyApp(), {"/": LISTED})

    assert call(app, "GET", "", {"Origin": A}, PATH_INFO="").get("Access-Control-Allow-Origin") == A


def test_a_callable_is_asked_once_per_request_before_the_application_runs():
    """What layers further in do to the environ does not change the policy."""
    asked = []

    def policy_of(environ):
        asked.append(environ["PATH_INFO"])
        return LISTED

    def app(environ, start_response):
        environ["PATH_INFO"] = "/shifted"
        start_response("200 OK", [])
        return []

    layer = CorsMiddleware(app, policy_of)

    assert_headers_exactly(call(layer, "GET", "/x", {"Origin": A}).headers, GRANTED)
    assert preflight(layer, A, "GET", "/y").code == 204
    assert asked == ["/x", "/y"]


@pytest.mark.parametrize("answer", [None, "*", ValueError("no such tenant")], ids=repr)
def test_a_callable_that_fails_closes_the_door(answer, caplog):
    """No policy means nobody, the request is served, and the log says why."""

    def policy_of(environ):
        if isinstance(answer, Exception):
            raise answer
        return answer

    result = call(CorsMiddleware(SpyApp(), policy_of), headers={"Origin": A})

    assert result.body == b"hello"
    assert result.cors == []
    (record,) = caplog.records
    assert record.levelname == "ERROR"


@pytest.mark.parametrize("policy", [None, 3, "*", [A]], ids=repr)
def test_what_is_no_policy_is_refused_with_the_remedy(policy):
    """The middleware says what it takes."""
    with pytest.raises(PolicyError, match=r"policy\.type") as caught:
        CorsMiddleware(SpyApp(), policy)

    assert "Policy(origins=" in str(caught.value)


def test_what_is_no_application_is_told_so():
    """Application and policy are easily given in the wrong order."""
    with pytest.raises(TypeError, match=r"write CorsMiddleware\(application, policy\)"):
        CorsMiddleware(LISTED, SpyApp())


def test_the_policy_can_be_replaced_while_requests_run():
    """Every answer is wholly the old policy's or wholly the new one's."""
    old = Policy(origins=[A], methods=["PUT"], allow_headers=["X-Old"], credentials=True, max_age=1)
    new = Policy(origins=[A, EVIL], methods=["DELETE"], allow_headers=["X-New"], max_age=2)
    layer = CorsMiddleware(SpyApp(), old)
    whole = []
    for policy in (old, new):
        layer.policy = policy
        whole.append(sorted(preflight(layer, A).cors))
    stop = threading.Event()
    seen: list[list[tuple[str, str]]] = []

    def ask():
        while not stop.is_set():
            seen.append(sorted(preflight(layer, A).cors))

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for turn in range(400):
        layer.policy = (old, new)[turn % 2]
        assert layer.policy is (old, new)[turn % 2]
    stop.set()
    for thread in threads:
        thread.join()

    assert [answer for answer in seen if answer not in whole] == []


def test_a_request_that_runs_while_the_policy_is_replaced_keeps_the_old_one():
    """What was decided about a request when it came in holds until it has gone out."""

    def app(environ, start_response):
        layer.policy = SAME_ORIGIN
        start_response("200 OK", [])
        return []

    layer = CorsMiddleware(app, LISTED)

    assert_headers_exactly(call(layer, headers={"Origin": A}).headers, GRANTED)
    assert call(layer, headers={"Origin": A}).cors == []


def test_a_policy_that_is_none_does_not_replace_one():
    """A mistake at run time leaves the old policy where it is."""
    layer = CorsMiddleware(SpyApp(), LISTED)

    with pytest.raises(PolicyError):
        layer.policy = None

    assert layer.policy is LISTED
    assert_headers_exactly(call(layer, headers={"Origin": A}).headers, GRANTED)


def test_a_refused_preflight_is_told_to_who_listens():
    """on_refusal gets the environ and the decision, also where only the method was refused."""
    told = []
    layer = CorsMiddleware(SpyApp(), LISTED, on_refusal=lambda *args: told.append(args))

    preflight(layer, A, "PUT", "/x")
    preflight(layer, EVIL, "GET", "/y")
    preflight(layer, A, "GET", "/z")
    call(layer, headers={"Origin": EVIL})

    assert [(environ["PATH_INFO"], decision.reason) for environ, decision in told] == [
        ("/x", Reason.METHOD_NOT_ALLOWED),
        ("/y", Reason.ORIGIN_NOT_ALLOWED),
    ]


def test_a_listener_that_raises_changes_no_answer(caplog):
    """The answer does not depend on who listens."""

    def listener(environ, decision):
        raise RuntimeError("listener")

    result = preflight(CorsMiddleware(SpyApp(), LISTED, on_refusal=listener), EVIL)

    assert result.code == 403
    assert "on_refusal raised" in caplog.text


def test_a_refused_preflight_is_logged_in_one_line_at_info(caplog):
    """What is allowed is not logged at all."""
    caplog.set_level(logging.DEBUG, "flask_corsguard")
    layer = CorsMiddleware(SpyApp(), LISTED)

    preflight(layer, A, "GET", "/")
    call(layer, headers={"Origin": EVIL})
    preflight(layer, A, "PUT", "/x\ny", "x-a")

    (record,) = caplog.records
    assert record.levelname == "INFO"
    assert record.getMessage() == (
        "preflight refused: method-not-allowed: 'PUT' "
        "origin='https://app.example' method='PUT' headers='x-a' path='/x\\ny'"
    )


def test_nothing_is_formatted_where_the_level_is_off(monkeypatch, caplog):
    """A silent log costs a refused preflight nothing."""
    caplog.set_level(logging.WARNING, "flask_corsguard")
    monkeypatch.setattr("flask_corsguard.wsgi.middleware.shown", lambda value: pytest.fail("formatted"))

    assert preflight(CorsMiddleware(SpyApp(), LISTED), EVIL).code == 403


def raising(environ, start_response):
    """Fail before anything is answered."""
    raise ValueError("secret \u2603")


def test_without_debug_an_exception_goes_on_as_it_is():
    """What the application raises is the server's to answer."""
    with pytest.raises(ValueError, match="secret"):
        call(CorsMiddleware(raising, LISTED), headers={"Origin": A})


def test_in_debug_an_allowed_origin_reads_the_name_of_the_exception(caplog):
    """It gets a plain 500, and the log the traceback."""
    result = call(CorsMiddleware(raising, LISTED, debug=True), headers={"Origin": A})

    assert result.status == "500 Internal Server Error"
    assert result.body.decode() == "ValueError: secret \u2603\n"
    assert result.get("Content-Type") == "text/plain; charset=utf-8"
    assert_headers_exactly(result.headers, GRANTED)
    (record,) = caplog.records
    assert record.exc_info[1].args == ("secret \u2603",)


@pytest.mark.parametrize("headers", [{}, {"Origin": EVIL}, {"Origin": "null"}], ids=str)
def test_in_debug_nobody_else_learns_anything_of_an_exception(headers):
    """Without an allowed origin it goes on to the debugger, or whatever is outside."""
    with pytest.raises(ValueError, match="secret"):
        call(CorsMiddleware(raising, LISTED, debug=True), headers=headers)


def test_in_debug_a_response_to_an_exception_is_begun_with_exc_info():
    """PEP 3333 has error handlers say so, whether or not there is something to take back."""
    started = []

    CorsMiddleware(raising, LISTED, debug=True)(
        make_environ(headers={"Origin": A}), lambda *args: started.append(args)
    )

    ((_, _, exc_info),) = started
    assert exc_info[0] is ValueError


@pytest.mark.parametrize("make", [tuple, iter, reversed])
@pytest.mark.parametrize("second", ["Content-Length", "X-Own"])
def test_headers_that_are_no_list_are_completed_too(make, second):
    """PEP 3333 asks for a list; an application that gives a tuple, or what is read once, keeps them."""

    def app(environ, start_response):
        start_response("200 OK", make([("Content-Type", "text/plain"), (second, "0")]))
        return []

    result = call(CorsMiddleware(app, LISTED), headers={"Origin": A})

    assert result.get("Content-Type") == "text/plain"
    assert result.get(second) == "0"
    assert_headers_exactly(result.headers, GRANTED)


def test_in_debug_a_response_that_has_begun_is_begun_anew_with_exc_info():
    """A server that has sent the headers can then raise the exception again."""

    def app(environ, start_response):
        start_response("200 OK", [])
        raise ValueError("late")

    result = call(CorsMiddleware(app, LISTED, debug=True), headers={"Origin": A})

    assert result.code == 500


def test_in_debug_a_refused_preflight_says_why():
    """Outside of debug it says only that it is refused."""
    told = preflight(CorsMiddleware(SpyApp(), LISTED, debug=True), EVIL)
    untold = preflight(CorsMiddleware(SpyApp(), LISTED), EVIL)

    assert b"is not one of the origins" in told.body
    assert b"example" not in untold.body
    assert cors_headers(told.headers) == cors_headers(untold.headers)
