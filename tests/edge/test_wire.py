"""The client that sends requests unchanged."""

from __future__ import annotations

import ssl

import pytest
import trustme

from edge.interpreted import served
from flask_corsguard.edge import wire as wire_module
from flask_corsguard.edge.wire import Answer, Wire, WireError

pytestmark = pytest.mark.slow

CHUNKS = b"X-A: 1\r\nx-a: 2\r\n\r\n2;x\r\nab\r\n0\r\n\r\n"


def asked(answer, method="GET", times=1):
    """Ask a server that answers with these bytes."""
    heads = []

    def answer_to(head):
        heads.append(head)
        return answer

    with served(answer_to) as port, Wire("127.0.0.1", port) as wire:
        answers = [wire.ask(method, "/a%zz", [("Host", "h"), ("X-A", "\xe9")]) for _ in range(times)]
    assert len(set(heads)) == 1
    return heads[0], answers


def test_a_request_is_sent_unchanged():
    """Byte for byte; a method that may have a body has ``Content-Length: 0``."""
    plain, _ = asked(b"HTTP/1.1 204 No Content\r\n\r\n")
    post, _ = asked(b"HTTP/1.1 204 No Content\r\n\r\n", "POST")

    assert plain == "GET /a%zz HTTP/1.1\r\nHost: h\r\nX-A: \xe9\r\n\r\n"
    assert post == "POST /a%zz HTTP/1.1\r\nHost: h\r\nX-A: \xe9\r\nContent-Length: 0\r\n\r\n"


@pytest.mark.parametrize(
    ("answer", "method"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nX-A: 1\r\nx-a:2\r\n\r\nabc", "GET"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n" + CHUNKS, "GET"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 300000\r\nX-A: 1\r\nx-a: 2\r\n\r\n" + b"x" * 300_000, "GET"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nX-A: 1\r\nx-a: 2\r\n\r\n", "HEAD"),
        (b"HTTP/1.1 200\r\nX-A: 1\r\nx-a: 2\r\n\r\n", "GET"),
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\nX-A: 1\r\nx-a: 2\r\n\r\n", "GET"),
        (
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-A: 1\r\nx-a: 2\r\n\r\n",
            "GET",
        ),
    ],
    ids=lambda each: str(len(each)),
)
def test_an_answer_is_read_to_its_end(answer, method):
    """However its body ends, the next answer is the next one."""
    _, answers = asked(answer, method, times=3)

    assert [(each.status, each.values("x-a")) for each in answers] == [(200, ["1", "2"])] * 3


def test_an_upgraded_connection_is_not_used_again():
    """Its answer is the last one that is HTTP."""
    _, answers = asked(b"HTTP/1.1 101 Switching Protocols\r\n\r\n\x00\x01", times=2)

    assert answers == [Answer(101, ())] * 2


@pytest.mark.parametrize(
    "answer", [b"SSH-2.0-x\r\n\r\n", b"HTTP/1.1\r\n\r\n", b"HTTP/1.1 abc\r\n\r\n", b"x" * 3000]
)
def test_bytes_that_are_not_an_answer_are_an_error(answer, monkeypatch):
    """Something else was sent, or too much."""
    monkeypatch.setattr(wire_module, "MAX_HEAD", 1000)

    with pytest.raises(WireError):
        asked(answer)


def test_a_connection_that_ends_is_an_error():
    """A server that closes without an answer has refused to answer."""
    with served(lambda _: 1 / 0) as port, Wire("127.0.0.1", port) as wire, pytest.raises(WireError):
        wire.ask("GET", "/", [])


def test_an_idle_connection_that_has_ended_is_opened_again():
    """The request is sent once more."""
    with served(lambda _: b"HTTP/1.1 204 No Content\r\n\r\n") as port, Wire("127.0.0.1", port) as wire:
        wire.ask("GET", "/", [])
        wire._socket.shutdown(2)

        assert wire.ask("GET", "/", []).status == 204


def test_nobody_there_is_an_error():
    """As of any connection."""
    with served(lambda _: b"") as port:
        pass

    with Wire("127.0.0.1", port) as wire, pytest.raises(OSError, match="refused"):
        wire.ask("GET", "/", [])


def test_tls_is_checked():
    """A certificate that is not trusted ends the connection."""
    authority = trustme.CA()
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(server)
    client = ssl.create_default_context()
    answer = b"HTTP/1.1 204 No Content\r\n\r\n"

    with served(lambda _: answer, tls=server) as port:
        with Wire("127.0.0.1", port, client) as wire, pytest.raises(ssl.SSLError):
            wire.ask("GET", "/", [])
        authority.configure_trust(client)
        with Wire("127.0.0.1", port, client) as wire:
            assert wire.ask("GET", "/", []).status == 204
