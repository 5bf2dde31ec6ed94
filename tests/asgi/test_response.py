"""The table of responses through the ASGI layer."""

from __future__ import annotations

import asyncio

import pytest

from asgi_harness import Spy, ask, http_scope, run, socket_scope
from cases import LISTED, PREFLIGHT_VARY, ROWS, A, Row
from flask_corsguard import Policy
from flask_corsguard.asgi import CorsMiddleware
from harness import cors_headers

TIMED = Policy(origins=[A], timing=True, resource_policy="same-site")


def titled(headers):
    """Write the names as a response of HTTP/1.1 does."""
    return sorted((name.title(), value) for name, value in headers)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_the_layer_answers_as_in_the_table(row: Row):
    """A preflight never reaches the application, anything else reaches it once."""
    spy = Spy()

    result = ask(CorsMiddleware(spy, row.policy), row.method, "/", row.headers)

    assert titled(result.cors) == titled(cors_headers(row.expected))
    assert result.code == (row.status or 200)
    assert len(spy.scopes) == (0 if row.status else 1)
    assert (result.body == b"hello") is (row.status is None)


def test_the_policy_owns_its_headers_and_logs_it_once(caplog):
    """What the application sets is replaced, in whatever case it is written."""
    theirs = [(b"Access-Control-Allow-Origin", b"*"), (b"access-control-allow-methods", b"PUT")]
    app = CorsMiddleware(Spy([*theirs, (b"x-total", b"3"), (b"vary", b"Cookie, origin")]), LISTED)

    for _ in range(2):
        result = ask(app, headers={"Origin": A})

    assert titled(result.headers) == [
        ("Access-Control-Allow-Origin", A),
        ("Access-Control-Expose-Headers", "X-Total"),
        ("Vary", "Cookie, origin"),
        ("X-Total", "3"),
    ]
    (record,) = caplog.records
    named = "Access-Control-Allow-Origin, access-control-allow-methods"
    assert record.getMessage() == (
        f"the application, or a layer inside of this one, sets {named!r} itself; the policy's headers "
        "replace that. Remove it there. This is logged once"
    )


def test_what_the_application_varies_by_is_merged(caplog):
    """Nothing is replaced by that, and nothing is logged."""
    result = ask(CorsMiddleware(Spy([(b"Vary", b"Cookie")]), LISTED))

    assert result.headers == [("Vary", "Cookie, Origin")]
    assert caplog.records == []


def test_a_name_that_no_policy_owns_stays_as_it_is_written():
    """Nothing else of the response is touched."""
    result = run(CorsMiddleware(Spy([(b"X-Total", b"3"), (b"Vary", b"Cookie")]), LISTED), http_scope())

    assert result.start["headers"] == [(b"X-Total", b"3"), (b"vary", b"Cookie, Origin")]


def test_the_answer_of_the_application_to_a_handshake_has_the_headers():
    """It may answer it instead of accepting it."""

    async def answers(scope, receive, send):
        await send({"type": "websocket.http.response.start", "status": 401, "headers": []})
        await send({"type": "websocket.http.response.body", "body": b""})

    result = run(CorsMiddleware(answers, LISTED), socket_scope(headers={"Origin": A}))

    assert (result.code, result.cors[0]) == (401, ("Access-Control-Allow-Origin", A))


OTHERS = [
    {"type": "http.response.early_hint", "links": [b"</style.css>; rel=preload"]},
    {"type": "http.response.push", "path": "/x", "headers": []},
    {"type": "http.response.debug", "info": {}},
    {"type": "http.response.pathsend", "path": "/file"},
    {"type": "http.response.zerocopysend", "file": 7},
    {"type": "http.response.trailers", "headers": [(b"x-sum", b"1")]},
    {"type": "websocket.accept", "subprotocol": None, "headers": []},
]


@pytest.mark.parametrize("message", OTHERS, ids=lambda message: message["type"])
def test_what_does_not_start_a_response_is_passed_on_as_it_is(message):
    """The very object, whatever extension of the specification it is of."""

    async def application(scope, receive, send):
        await send(message)

    for debug in (True, False):
        app = CorsMiddleware(application, LISTED, debug=debug)
        (sent,) = run(app, http_scope(headers={"Accept": "*/*"})).messages
        assert sent is message


def test_a_response_with_trailers_announces_them():
    """The key stays beside the headers."""

    async def application(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": iter([]), "trailers": True})

    start = ask(CorsMiddleware(application, LISTED), headers={"Origin": A}).start
    assert start["trailers"] is True
    assert (b"vary", b"Origin") in start["headers"]


def test_what_the_application_receives_is_the_servers():
    """The same channel reports a client that leaves."""
    got = []

    async def application(scope, receive, send):
        got.append(receive)

    async def receive():
        return {"type": "http.disconnect"}

    asyncio.run(CorsMiddleware(application, LISTED)(http_scope(), receive, None))
    assert got == [receive]


def test_timing_and_embedding_are_the_applications_where_the_policy_is_silent():
    """They are replaced under a policy that has them."""
    own = [(b"timing-allow-origin", b"*"), (b"cross-origin-resource-policy", b"cross-origin")]

    assert set(ask(CorsMiddleware(Spy(own), LISTED)).cors) >= {
        ("Timing-Allow-Origin", "*"),
        ("Cross-Origin-Resource-Policy", "cross-origin"),
    }
    assert set(ask(CorsMiddleware(Spy(own), TIMED)).cors) == {
        ("Cross-Origin-Resource-Policy", "same-site"),
        ("Vary", "Origin"),
    }


def test_the_headers_of_the_application_stay_as_they_are():
    """They may be a tuple that many responses share, or left out."""
    shared = ((b"content-type", b"text/plain"),)
    spy = Spy(shared)

    assert ask(CorsMiddleware(spy, LISTED), headers={"Origin": A}).code == 200
    assert spy.headers is shared

    async def without(scope, receive, send):
        await send({"type": "http.response.start", "status": 204})
        await send({"type": "http.response.body"})

    assert ask(CorsMiddleware(without, LISTED), headers={"Origin": A}).cors == [
        ("Access-Control-Allow-Origin", A),
        ("Access-Control-Expose-Headers", "X-Total"),
        ("Vary", "Origin"),
    ]


def test_two_origin_lines_are_not_an_origin():
    """They are compared as one value with a comma, as in WSGI, whatever the case of their names."""
    scope = http_scope()
    scope["headers"] = [(b"origin", A.encode()), (b"Origin", A.encode())]

    result = run(CorsMiddleware(Spy(), LISTED), scope)

    assert result.cors == [("Vary", "Origin")]


def test_a_part_of_the_body_does_not_wait_for_the_next_one():
    """What the application sends goes on to the server at once."""
    sent, between = [], []

    async def streaming(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for part in (b"one", b"two"):
            await send({"type": "http.response.body", "body": part, "more_body": True})
            between.append([each.get("body") for each in sent[1:]])
        await send({"type": "http.response.body"})

    async def send(message):
        sent.append(message)

    asyncio.run(CorsMiddleware(streaming, LISTED)(http_scope(), None, send))

    assert between == [[b"one"], [b"one", b"two"]]


def test_a_preflight_that_was_refused_is_a_403_with_a_text():
    """Because of its ``Vary``, a cache does not send it to another client."""
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "PUT"}

    result = ask(CorsMiddleware(Spy(), LISTED), "OPTIONS", "/", asked)

    assert (result.code, result.cors) == (403, [PREFLIGHT_VARY])
    assert result.body.startswith(b"Refused: the CORS policy")


@pytest.mark.parametrize("kind", ["lifespan", "custom"])
def test_what_is_neither_a_request_nor_a_socket_goes_to_the_application(kind):
    """The lifespan, for example, with the very scope and channels."""
    got = []

    async def application(*arguments):
        got.append(arguments)

    scope, channels = {"type": kind}, (object(), object())
    asyncio.run(CorsMiddleware(application, LISTED)(scope, *channels))

    assert got == [(scope, *channels)]
    assert got[0][0] is scope


def test_the_answer_to_a_preflight_that_is_granted_is_whole():
    """It starts and ends, with nothing between."""
    asked = {"Origin": A, "Access-Control-Request-Method": "PUT"}

    start, body = ask(CorsMiddleware(Spy(), LISTED.replace(methods=["PUT"])), "OPTIONS", "/", asked).messages

    assert (start["type"], start["status"]) == ("http.response.start", 204)
    assert body == {"type": "http.response.body"}


@pytest.mark.parametrize("scope", [http_scope("POST"), socket_scope()], ids=lambda scope: scope["type"])
def test_a_request_whose_headers_are_missing_does_not_reach_the_application(scope):
    """The specification wants them; without them, the origin of the request is unknown."""
    del scope["headers"]
    spy = Spy()

    with pytest.raises(KeyError):
        run(CorsMiddleware(spy, LISTED), scope)

    assert spy.scopes == []


@pytest.mark.parametrize(
    ("key", "scopes"),
    [
        ("scheme", [http_scope, socket_scope]),
        ("root_path", [http_scope, socket_scope]),
        ("path", [lambda *args, **more: {**socket_scope(*args, **more), "type": "custom"}]),
        ("extensions", [socket_scope]),
    ],
)
@pytest.mark.parametrize("origin", ["http://a.example", "https://a.example", A, "https://evil.example"])
def test_what_a_scope_may_leave_out_has_a_default(key, scopes, origin, caplog):
    """See "HTTP Connection Scope"; a scheme is http or ws, a root is none."""
    caplog.set_level("DEBUG", "flask_corsguard")
    default = {"root_path": "", "path": "", "extensions": {}}
    for make in scopes:
        scope = make(headers={"Origin": origin, "Host": "a.example"})
        if scope["type"] == "http":
            scope["method"] = "POST"
        whole = {**scope, key: default.get(key, "http" if scope["type"] == "http" else "ws")}
        bare = {name: value for name, value in scope.items() if name != key}
        told = []
        for each in (whole, bare):
            app = CorsMiddleware(Spy(), {"/X": Policy(origins="*"), "/": LISTED}, debug=True)
            told.append((run(app, each, survives=[KeyError, AssertionError]), caplog.text))
            caplog.clear()
        assert told[0] == told[1]
