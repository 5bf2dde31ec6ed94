"""The headers of a policy on the response of an application, and what PEP 3333 allows to applications."""

from __future__ import annotations

from wsgiref.util import FileWrapper

import pytest

from cases import EVERYONE, EVIL, LISTED, VARY, A, allow
from flask_corsguard import CorsMiddleware, Policy
from flask_corsguard.core.compiled import compiled
from flask_corsguard.wsgi.response import PLAIN_NAMES, merge
from harness import SpyApp, assert_headers_exactly, call, make_environ, preflight

GRANTED = [allow(A), ("Access-Control-Expose-Headers", "X-Total"), VARY]


@pytest.mark.parametrize(
    "status", ["200 OK", "204 No Content", "304 Not Modified", "404 Not Found", "500 Oops"]
)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE"])
def test_every_status_and_method_carries_the_headers(status, method):
    """Errors are readable and 304 refreshes the right entry of a cache."""
    policy = LISTED.replace(methods=["POST", "DELETE"])

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


def test_a_response_that_starts_again_after_an_error_is_completed_too():
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


@pytest.mark.parametrize("make", [tuple, iter, reversed])
@pytest.mark.parametrize("second", ["Content-Length", "X-Own"])
def test_headers_in_a_tuple_or_an_iterator_are_completed_too(make, second):
    """PEP 3333 asks for a list; other iterables are read once, and none of their headers is lost."""

    def app(environ, start_response):
        start_response("200 OK", make([("Content-Type", "text/plain"), (second, "0")]))
        return []

    result = call(CorsMiddleware(app, LISTED), headers={"Origin": A})

    assert result.get("Content-Type") == "text/plain"
    assert result.get(second) == "0"
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
    """One line, without regard to case, without repetition; `*` includes all."""
    app = CorsMiddleware(SpyApp(headers=[("vary", value) for value in theirs]), LISTED)

    assert call(app).get("Vary") == merged


def test_vary_of_the_application_is_unchanged_if_the_policy_adds_none():
    """A policy for everyone leaves it as it is."""
    app = CorsMiddleware(SpyApp(headers=[("Vary", "Accept")]), EVERYONE)

    assert call(app).get("Vary") == "Accept"


def test_cors_headers_of_the_application_are_replaced_with_one_warning(caplog):
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
    named = "access-control-allow-origin, Access-Control-Allow-Credentials, Access-Control-Allow-Methods, "
    assert record.getMessage().startswith(f"the application, or a layer inside of this one, sets '{named}")


def test_headers_that_a_policy_does_not_set_stay_the_applications():
    """A policy replaces ``Timing-Allow-Origin`` and the resource policy only if it sets them."""
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


def test_a_plain_name_is_owned_by_no_policy():
    """Otherwise a response could have a header of the application and one of the policy."""
    everything = Policy(origins=[A], timing=True, resource_policy="same-site")

    for name in PLAIN_NAMES:
        assert name.lower() not in compiled(everything).owned | {"vary"}
        assert merge([(name, "x"), ("vary", "A")], (), frozenset())[0] == [(name, "x"), ("Vary", "A")]
