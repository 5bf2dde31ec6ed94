"""The guard around an ASGI application: what is refused does not reach it."""

from __future__ import annotations

import logging

import pytest

from asgi_harness import Spy, ask, http_scope, run, socket_scope
from cases import EVIL, LISTED, A
from flask_corsguard import Reason
from flask_corsguard.asgi import CorsMiddleware
from guard_cases import CROSS_SITE, GUARD_ROWS, OPEN_TO_A, READ_ONLY, GuardRow

FORGED = {"Host": "api.example", "Origin": EVIL, "Upgrade": "websocket", "Cookie": "session=1"}
DENIAL = {"extensions": {"websocket.http.response": {}}}


@pytest.mark.parametrize("row", GUARD_ROWS, ids=lambda row: row.id)
def test_the_application_is_reached_as_in_the_table(row: GuardRow):
    """A request that passes reaches it once, and a refused one does not."""
    spy = Spy()

    result = ask(CorsMiddleware(spy, row.policy), row.method, "/x", row.headers, scheme=row.scheme)

    assert result.code == (200 if row.passes else 403)
    assert len(spy.scopes) == row.passes


SOCKETS = [row for row in GUARD_ROWS if row.headers.get("Upgrade", "").lower() == "websocket"]


@pytest.mark.parametrize("row", SOCKETS, ids=lambda row: row.id)
def test_a_socket_is_accepted_as_in_the_table(row: GuardRow):
    """The handshake is refused before the application could accept it."""
    spy = Spy()
    scheme = row.scheme.replace("http", "ws")

    result = run(CorsMiddleware(spy, row.policy), socket_scope("/x", row.headers, scheme=scheme))

    wanted = "websocket.accept" if row.passes else "websocket.close"
    assert [each["type"] for each in result.messages] == [wanted]
    assert len(spy.scopes) == row.passes


def test_a_socket_without_an_upgrade_header_is_a_handshake():
    """Over HTTP/2 there is none."""
    spy = Spy()

    result = run(CorsMiddleware(spy, LISTED), socket_scope(headers={"Origin": EVIL, "Host": "api.example"}))

    assert result.messages == [{"type": "websocket.close", "code": 1008}]
    assert spy.scopes == []


def test_a_scope_without_a_scheme_is_plain():
    """The specification allows a server to leave it out."""
    own = {"Origin": "http://api.example", "Host": "api.example"}
    scope, request = socket_scope(headers=own), http_scope("POST", headers=own)
    del scope["scheme"], request["scheme"]

    assert run(CorsMiddleware(Spy(), LISTED), scope).messages == [{"type": "websocket.accept"}]
    assert run(CorsMiddleware(Spy(), LISTED), request).code == 200


def test_names_of_headers_are_read_in_any_case():
    """A server that does not send lower case must not open the guard."""
    forged, handshake = http_scope("POST"), http_scope()
    forged["headers"] = [(b"Sec-Fetch-Site", b"cross-site")]
    handshake["headers"] = [(b"Upgrade", b"websocket"), *forged["headers"]]

    assert run(CorsMiddleware(Spy(), LISTED), forged).code == 403
    assert run(CorsMiddleware(Spy(), LISTED), handshake).code == 403


@pytest.mark.parametrize(("scheme", "wanted"), [("ws", "websocket.accept"), ("wss", "websocket.close")])
def test_a_page_of_plain_http_is_not_an_own_page_of_https(scheme, wanted):
    """Anyone on the network can be that page."""
    scope = socket_scope(headers={"Origin": "http://api.example", "Host": "api.example"}, scheme=scheme)

    assert run(CorsMiddleware(Spy(), LISTED), scope).messages[0]["type"] == wanted


def test_a_server_that_can_send_an_answer_to_a_handshake_gets_the_reason():
    """The answer is a 403 with a short text."""
    result = run(CorsMiddleware(Spy(), LISTED), socket_scope(headers=FORGED, **DENIAL))

    assert result.code == 403
    assert result.body.startswith(b"Refused (origin-not-allowed)")
    assert result.cors == [("Vary", "Origin")]
    assert [each["type"] for each in result.messages] == [
        "websocket.http.response.start",
        "websocket.http.response.body",
    ]


def test_the_headers_of_refusals_are_on_every_answer_to_one():
    """On that to a handshake, too; a refused preflight has none."""
    app = CorsMiddleware(Spy(), LISTED, refusal_headers={"X-Frame-Options": "DENY"})
    asked = {"Origin": EVIL, "Access-Control-Request-Method": "PUT"}

    assert ("X-Frame-Options", "DENY") in ask(app, "POST", "/", CROSS_SITE).headers
    assert ("X-Frame-Options", "DENY") in run(app, socket_scope(headers=FORGED, **DENIAL)).headers
    assert ("X-Frame-Options", "DENY") not in ask(app, "OPTIONS", "/", asked).headers


def test_a_server_whose_extensions_are_none_closes():
    """The key may be there without a value."""
    result = run(CorsMiddleware(Spy(), LISTED), socket_scope(headers=FORGED, extensions=None))

    assert result.messages == [{"type": "websocket.close", "code": 1008}]


@pytest.mark.parametrize(
    ("origin", "guard", "passes"),
    [
        (EVIL, "enforce", False),
        (EVIL, "report", True),
        (A, "enforce", True),
        ("https://api.example", "enforce", True),
        (None, "enforce", True),
    ],
)
@pytest.mark.parametrize("source", [lambda policy: policy, lambda policy: {"/": policy}])
def test_a_protocol_that_nobody_knows_is_judged_as_a_handshake(origin, guard, passes, source, caplog):
    """A page opens WebTransport across origins, too. The server ends what gets no answer."""
    got = []

    async def application(*arguments):
        got.append(arguments)

    scope = {
        "type": "webtransport",
        "scheme": "https",
        "headers": [(b"host", b"api.example"), *([(b"origin", origin.encode())] if origin else [])],
    }
    app = CorsMiddleware(application, source(LISTED.replace(guard=guard)))
    assert run(app, scope).messages == []

    assert len(got) == passes
    assert ("refused: origin-not-allowed" in caplog.text) is (origin == EVIL)


def test_an_allowed_origin_reads_why_its_request_is_refused():
    """The headers of the policy are on the answer."""
    result = ask(CorsMiddleware(Spy(), READ_ONLY), "POST", "/", {**CROSS_SITE, "Origin": A})

    assert ("Access-Control-Allow-Origin", A) in result.cors
    assert b"method" in result.body


def test_a_refused_head_has_no_body():
    """Its length is that of the text."""
    headers = {"Origin": EVIL, "Sec-Fetch-Site": "cross-site", "Upgrade": "websocket"}
    result = ask(CorsMiddleware(Spy(), LISTED), "HEAD", "/", headers)

    assert (result.code, result.body) == (403, b"")
    assert int(dict(result.headers)["Content-Length"]) > 0


def test_a_report_allows_the_request_and_is_logged(caplog):
    """It is logged and notified as a refusal is."""
    told = []
    app = CorsMiddleware(
        Spy(), OPEN_TO_A.replace(guard="report"), on_refusal=lambda *arguments: told.append(arguments)
    )

    assert ask(app, "POST", "/pay", CROSS_SITE).code == 200
    ((scope, decision),) = told
    assert (scope["path"], decision.reason) == ("/pay", Reason.ORIGIN_NOT_ALLOWED)
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert record.getMessage().startswith("request would be refused: origin-not-allowed")
    assert "path='/pay'" in record.getMessage()


def test_an_asynchronous_listener_gets_a_refusal():
    """It is awaited before the answer is sent."""
    told = []

    async def listen(_scope, decision):
        told.append(decision.reason)

    app = CorsMiddleware(Spy(), OPEN_TO_A, on_refusal=listen)

    assert ask(app, "POST", "/", CROSS_SITE).code == 403
    assert told == [Reason.ORIGIN_NOT_ALLOWED]


def test_a_listener_that_raises_changes_nothing(caplog):
    """The refusal stays a refusal."""
    app = CorsMiddleware(Spy(), OPEN_TO_A, on_refusal=lambda *_: 1 / 0)

    assert ask(app, "POST", "/", CROSS_SITE).code == 403
    assert "on_refusal raised" in caplog.text


def test_a_hint_names_the_proxy_in_front(caplog):
    """The host of the origin is in ``X-Forwarded-Host``."""
    headers = {"Host": "10.0.0.7", "Origin": "https://api.example", "X-Forwarded-Host": "api.example"}
    with caplog.at_level(logging.WARNING, "flask_corsguard"):
        assert ask(CorsMiddleware(Spy(), LISTED), "POST", "/", headers).code == 403

    assert "X-Forwarded-Host" in caplog.text


def test_a_hint_reads_every_line_of_a_header(caplog):
    """Each proxy in a row may add one."""
    headers = [("Host", "10.0.0.7"), ("Origin", "https://api.example")]
    hosts = [("X-Forwarded-Host", "other.example"), ("X-Forwarded-Host", "api.example")]

    assert ask(CorsMiddleware(Spy(), LISTED), "POST", "/", [*headers, *hosts]).code == 403
    assert "the origin's host is in X-Forwarded-Host" in caplog.text


def test_where_nobody_listens_a_refusal_is_a_refusal(caplog):
    """Neither the log nor a callable is needed for it."""
    with caplog.at_level(logging.CRITICAL, "flask_corsguard"):
        assert ask(CorsMiddleware(Spy(), OPEN_TO_A), "POST", "/", CROSS_SITE).code == 403
        asked = {"Origin": EVIL, "Access-Control-Request-Method": "PUT"}
        assert ask(CorsMiddleware(Spy(), OPEN_TO_A), "OPTIONS", "/", asked).code == 403
    assert caplog.records == []


@pytest.mark.parametrize(("methods", "type_"), [(["GET"], "websocket.accept"), (["PUT"], "websocket.close")])
def test_a_handshake_is_a_get_to_a_list_of_methods(methods, type_):
    """As in WSGI, where it comes with that method."""
    app = CorsMiddleware(Spy(), LISTED.replace(methods=methods))

    assert run(app, socket_scope(headers={"Origin": A})).messages[0]["type"] == type_


@pytest.mark.parametrize("write", [str.lower, str.title, str.upper])
@pytest.mark.parametrize("scope", [http_scope("POST"), socket_scope()], ids=lambda scope: scope["type"])
def test_names_of_headers_are_compared_without_case(scope, write):
    """The specification wants lower case, and a server that violates it must not open the guard."""
    for name, value in (("sec-fetch-site", b"cross-site"), ("origin", EVIL.encode())):
        spy = Spy()

        run(CorsMiddleware(spy, OPEN_TO_A), {**scope, "headers": [(write(name).encode(), value)]})

        assert spy.scopes == []
