"""What the configuration around an exported file is for: the scheme of a request, and WebSockets."""

from __future__ import annotations

import socket

import pytest

from edge.engines.launch import PATIENCE, running
from edge.engines.table import ENGINES
from flask_corsguard import SAME_ORIGIN, Policy
from flask_corsguard.edge.source import source_of

(VARNISH,) = (engine for engine in ENGINES if engine.form == "varnish")

SENT = [(), ("http",), ("https",), ("https", "http"), ("http", "https")]


def headers_of(site, origin: str, sent: tuple[str, ...]):
    """Return headers without ``Sec-Fetch-Site``, as an older browser sends them, and with *sent*."""
    return [("Host", site.host), ("Origin", origin), *(("X-Forwarded-Proto", each) for each in sent)]


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
@pytest.mark.parametrize("engine", ENGINES, ids=str)
def test_a_client_does_not_choose_the_scheme_that_the_application_learns(engine, tls):
    """It is that of the connection, or it is missing where nothing is encrypted."""
    with running(engine, source_of(SAME_ORIGIN), tls=tls) as started, started.wire() as wire:
        site = started.site
        answers = [wire.ask("GET", "/", headers_of(site, site.origin, sent)) for sent in SENT]

    learned = {tuple(each.values("x-scheme")) for each in answers}
    assert len(learned) == 1
    assert learned <= ({("https",)} if tls else {("http",), ()})


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
def test_a_client_of_varnish_does_not_choose_which_origin_is_its_own(tls):
    """In front of a server without TLS, a page of the same host is its own by either scheme."""
    with running(VARNISH, source_of(SAME_ORIGIN), tls=tls) as started, started.wire() as wire:
        site = started.site
        statuses = {
            scheme: {
                wire.ask("POST", "/", headers_of(site, f"{scheme}://{site.host}", sent)).status
                for sent in SENT
            }
            for scheme in ("http", "https")
        }

    assert statuses == {"http": {403 if tls else 200}, "https": {200}}


def handshake(origin: str) -> bytes:
    """Return a handshake as a browser sends it."""
    host = origin.partition("://")[2]
    lines = [
        "GET / HTTP/1.1",
        *(f"Host: {host}", f"Origin: {origin}", "Upgrade: websocket", "Connection: Upgrade"),
        *("Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", "Sec-WebSocket-Version: 13"),
    ]
    return "\r\n".join([*lines, "", ""]).encode()


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
@pytest.mark.parametrize("engine", ENGINES, ids=str)
def test_bytes_go_through_a_socket_that_was_opened(engine, tls):
    """In both directions, more than once."""
    with running(engine, source_of(Policy(origins="*")), tls=tls, sockets=True) as started:
        connection = socket.create_connection(("localhost", started.port), timeout=PATIENCE)
        if started.context:
            connection = started.context.wrap_socket(connection, server_hostname="localhost")
        with connection, connection.makefile("rb") as received:
            connection.sendall(handshake(started.site.origin))
            head = list(iter(received.readline, b"\r\n"))
            assert head[0].startswith(b"HTTP/1.1 101 ")
            for sent in (b"\x81\x85\0\0\0\0hello", b"\x82\x81\0\0\0\0\xff", b"GET / HTTP/1.1\r\n\r\n"):
                connection.sendall(sent)
                assert received.read(len(sent)) == sent
