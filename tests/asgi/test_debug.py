"""Debug mode of the ASGI layer: ``X-CorsGuard``, the console, and exceptions of the application."""

from __future__ import annotations

import logging

import pytest

from asgi_harness import Spy, ask, http_scope, run, socket_scope
from cases import EVERYONE, EVIL, LISTED, A
from flask_corsguard import Policy, Request, decide, judge
from flask_corsguard.asgi import CorsMiddleware
from flask_corsguard.wsgi.refusal import PREFLIGHT_REFUSAL_TEXT

ALLOWED = ("Access-Control-Allow-Origin", A)
EARLY = {"type": "http.response.early_hint", "links": [b"</style.css>; rel=preload"]}


def traced(result):
    """Return the value of ``X-CorsGuard``; ``None`` if there is none."""
    return dict(result.headers).get("X-Corsguard")


async def fails(scope, receive, send):
    """Fail before the response starts."""
    raise LookupError("no such tenant")


@pytest.mark.parametrize(
    ("path", "place"),
    [("/api/x", "path /api"), ("/", "closed"), ("//api", "closed"), ("/é", r"path /\xc3\xa9")],
)
def test_a_header_names_the_rule_of_a_path(path, place):
    """If no rule covers the path, the closed policy applies."""
    app = CorsMiddleware(Spy(), {"/api": LISTED, "/é": LISTED}, debug=True)

    assert traced(ask(app, "GET", path, {"Origin": EVIL})) == f"origin-not-allowed; policy={place}"


def test_a_header_names_the_application_where_a_callable_returns_the_policy():
    """The application has given it."""
    app = CorsMiddleware(Spy(), lambda _: LISTED, debug=True)

    assert traced(ask(app, headers={"Origin": A})) == "allowed; policy=application"


def test_debug_mode_may_be_turned_on_and_off_again():
    """Requests without an ``Origin`` never have the header."""
    app = CorsMiddleware(Spy(), LISTED)

    assert traced(ask(app, headers={"Origin": A})) is None
    app.debug = True
    assert traced(ask(app, headers={"Origin": A})) == "allowed; policy=application"
    assert traced(ask(app)) is None
    app.debug = False
    assert traced(ask(app, headers={"Origin": A})) is None


@pytest.mark.parametrize(
    ("origin", "guard", "reason"),
    [
        (A, "enforce", "allowed"),
        ("http://api.example", "enforce", "same-origin"),
        (EVIL, "report", "origin-not-allowed"),
        (EVIL, "off", "origin-not-allowed"),
    ],
)
def test_the_answer_to_a_handshake_that_is_accepted_has_the_header(origin, guard, reason):
    """The network panel shows it beside the socket."""
    app = CorsMiddleware(Spy(), LISTED.replace(guard=guard), debug=True)

    result = run(app, socket_scope(headers={"Origin": origin, "Host": "api.example"}))

    (accept,) = result.messages
    assert accept["headers"] == [(b"x-corsguard", f"{reason}; policy=application".encode())]


def test_a_refused_handshake_that_gets_an_answer_has_the_header():
    """With the whole reason in its text."""
    extension = {"extensions": {"websocket.http.response": {}}}
    result = run(
        CorsMiddleware(Spy(), LISTED, debug=True), socket_scope(headers={"Origin": EVIL}, **extension)
    )

    assert traced(result) == "origin-not-allowed; policy=application"
    assert b"https://evil.example" in result.body


def test_a_refusal_appears_on_the_console_where_nobody_has_set_up_the_log(monkeypatch, caplog, capsys):
    """With the path, and with what to do about a proxy in front."""
    caplog.set_level(logging.CRITICAL, "flask_corsguard")
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    headers = {"Host": "10.0.0.7", "Origin": "https://api.example", "X-Forwarded-Host": "api.example"}

    ask(CorsMiddleware(Spy(), LISTED, debug=True), "POST", "/pay", headers)

    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(
        "flask_corsguard: request refused: origin-not-allowed origin='https://api.example'"
    )
    assert "path='/pay' (the origin's host is in X-Forwarded-Host: have the proxy pass Host on" in line
    assert "ProxyFixMiddleware" in line


def test_an_exception_is_the_servers():
    """Outside of debug mode nothing is answered for it."""
    with pytest.raises(LookupError):
        ask(CorsMiddleware(fails, LISTED), headers={"Origin": A})


@pytest.mark.parametrize(
    ("policy", "headers"), [(LISTED, {}), (LISTED, {"Origin": EVIL}), (Policy(origins="*"), {})]
)
def test_in_debug_mode_the_server_gets_the_exception_if_no_other_origin_may_read_it(policy, headers):
    """The server, or a debugger around this layer, makes of it what it will."""
    with pytest.raises(LookupError):
        ask(CorsMiddleware(fails, policy, debug=True), headers=headers)


def test_the_exception_of_a_socket_is_the_servers():
    """There is no response that could name it."""
    with pytest.raises(LookupError):
        run(CorsMiddleware(fails, LISTED, debug=True), socket_scope(headers={"Origin": A}))


@pytest.mark.parametrize(("method", "body"), [("GET", b"LookupError: no such tenant\n"), ("HEAD", b"")])
def test_in_debug_mode_an_allowed_page_reads_the_exception(method, body, caplog):
    """The traceback is in the log."""
    result = ask(CorsMiddleware(fails, LISTED, debug=True), method, headers={"Origin": A})

    assert (result.code, result.body) == (500, body)
    assert ALLOWED in result.cors
    assert traced(result) == "allowed; policy=application"
    assert [record.name for record in caplog.records] == ["flask_corsguard"]
    assert "Traceback" in caplog.text


def test_a_response_that_has_started_is_not_started_again():
    """The exception goes to the server, in debug mode, too."""

    async def breaks(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"part", "more_body": True})
        raise LookupError

    with pytest.raises(LookupError):
        ask(CorsMiddleware(breaks, LISTED, debug=True), headers={"Origin": A})


def test_a_hint_that_is_sent_early_does_not_begin_a_response():
    """An exception that follows it is answered."""

    async def breaks(scope, receive, send):
        await send(EARLY)
        raise LookupError

    result = ask(CorsMiddleware(breaks, LISTED, debug=True), headers={"Origin": A})

    assert result.messages[0] is EARLY
    assert result.code == 500


def test_in_debug_mode_a_refusal_contains_its_whole_reason():
    """To everyone, a refused preflight included."""
    app = CorsMiddleware(Spy(), LISTED, debug=True)
    asked = {"Origin": EVIL, "Access-Control-Request-Method": "PUT"}

    assert b"https://evil.example" in ask(app, "OPTIONS", "/", asked).body
    assert b"https://evil.example" in ask(app, "POST", "/", {"Origin": EVIL}).body


@pytest.mark.parametrize(
    "scope",
    [http_scope(), socket_scope(), socket_scope(headers={"Origin": A})],
    ids=lambda scope: scope["type"],
)
def test_an_exception_is_answered_to_a_page_that_asks_to_read_and_to_nobody_else(scope):
    """A policy for everyone allows clients without an origin, and a handshake has no response to read."""
    for policy in (LISTED, EVERYONE):
        with pytest.raises(LookupError, match="no such tenant"):
            run(CorsMiddleware(fails, policy, debug=True), scope)


def test_an_exception_after_a_part_of_the_body_is_the_servers():
    """The response has started, and cannot start again."""

    async def late(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"x", "more_body": True})
        raise LookupError

    app = CorsMiddleware(late, LISTED, debug=True)

    with pytest.raises(LookupError):
        ask(app, headers={"Origin": A})
    result = run(app, http_scope(headers={"Origin": A}), survives=[LookupError])
    assert [each["type"] for each in result.messages] == ["http.response.start", "http.response.body"]


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (
            SyntaxError("bad", ("f.py", 1, 2, "a b", 1, 3)),
            b'  File "f.py", line 1\n    a b\n     ^\nSyntaxError: bad\n',
        ),
        (LookupError("a\udc80b"), b"LookupError: a\\udc80b\n"),
    ],
)
def test_the_answer_to_an_exception_is_the_text_of_its_traceback_but_for_the_frames(error, text):
    """It may have several lines, or contain bytes that are not Unicode."""

    async def application(scope, receive, send):
        raise error

    result = ask(CorsMiddleware(application, LISTED, debug=True), headers={"Origin": A})

    assert (result.code, result.body) == (500, text)


def test_an_exception_that_names_what_is_not_unicode_is_answered():
    """A file may have such a name."""

    async def fails_so(scope, receive, send):
        raise LookupError("caf\udce9")

    assert ask(CorsMiddleware(fails_so, LISTED, debug=True), headers={"Origin": A}).body == (
        b"LookupError: caf\\udce9\n"
    )


@pytest.mark.parametrize("debug", [True, False])
def test_the_text_of_a_refused_preflight_is_one_line(debug):
    """In debug mode it is the explanation; otherwise it is the same for everyone."""
    app = CorsMiddleware(Spy(), LISTED, debug=debug)
    result = ask(app, "OPTIONS", headers={"Origin": EVIL, "Access-Control-Request-Method": "DELETE"})
    decision = decide(LISTED, Request(method="OPTIONS", origin=EVIL, requested_method="DELETE"))
    text = decision.explain() if debug else PREFLIGHT_REFUSAL_TEXT.removesuffix("\n")

    assert result.body.decode() == f"{text}\n"


@pytest.mark.parametrize("debug", [True, False])
def test_the_text_of_a_refused_request_is_one_line(debug):
    """In debug mode it is the explanation; otherwise it names the reason alone."""
    result = ask(CorsMiddleware(Spy(), LISTED, debug=debug), "DELETE", headers={"Origin": EVIL})
    decision = judge(LISTED, Request(method="DELETE", origin=EVIL, host="api.example"))
    told = f"Refused: {decision.explain()}" if debug else "Refused (origin-not-allowed): the CORS policy"

    assert result.body.decode().startswith(told)
    assert result.body.endswith(b"\n")
    assert result.body.count(b"\n") == 1
