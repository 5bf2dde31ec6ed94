"""Responses that are made while they are sent: not read ahead, not left open, and readable."""

from __future__ import annotations

import socket
import threading
from contextlib import closing

import pytest
from flask import Flask, Response

from cases import EVIL, VARY, A, allow
from flask_corsguard import CorsGuard
from harness import assert_headers_exactly, make_environ, serving

WHO = [A, EVIL, None]

WHO_IDS = ["an allowed origin", "a refused origin", "no origin"]

#: Seconds; only a test that fails waits for them.
PATIENCE = 30


@pytest.fixture
def app():
    """Make an application to which a test adds a stream; the guard is off, so that any origin reads it."""
    app = Flask(__name__)
    CorsGuard(app, origins=[A], guard="off")
    return app


def of(origin):
    """Return the headers of a request from *origin*."""
    return {} if origin is None else {"Origin": origin}


def begin(app, path, origin):
    """Call *app*; give what its response was begun with, and its body, of which nothing is read."""
    begun = []
    environ = make_environ("GET", path, of(origin))
    body = app(environ, lambda status, headers, *more: begun.append((status, headers)))
    return begun, body


class Chunks:
    """Chunks without an end, that count how often they are asked for and closed."""

    def __init__(self):
        self.made = self.closed = 0

    def __iter__(self):
        return self

    def __next__(self):
        self.made += 1
        return b"chunk"

    def close(self):
        self.closed += 1


def test_a_stream_without_an_end_is_neither_read_ahead_nor_left_open(app):
    """The headers are there before the second chunk is made, and ``close()`` is called once."""
    chunks = Chunks()
    app.add_url_rule("/endless", "endless", lambda: Response(chunks))

    begun, body = begin(app, "/endless", A)
    parts = iter(body)

    assert next(parts) == b"chunk"
    assert chunks.made == 1
    assert_headers_exactly(begun[0][1], [allow(A), VARY])
    body.close()
    assert chunks.closed == 1


@pytest.mark.parametrize("origin", WHO, ids=WHO_IDS)
@pytest.mark.parametrize("debug", [True, False])
def test_an_exception_after_the_first_chunk_goes_to_the_server(origin, debug, app):
    """The headers have been sent, and the exception comes out of the body once."""
    app.debug = debug

    def chunks():
        yield b"first"
        raise LookupError("in the middle")

    app.add_url_rule("/breaks", "breaks", lambda: Response(chunks()))
    begun, body = begin(app, "/breaks", origin)
    parts = iter(body)

    assert next(parts) == b"first"
    with pytest.raises(LookupError, match="in the middle"):
        next(parts)
    body.close()
    ((status, headers),) = begun
    assert status == "200 OK"
    assert_headers_exactly(headers, [allow(A), VARY] if origin == A else [VARY])


@pytest.mark.slow
def test_a_stream_that_breaks_off_over_a_socket_has_its_headers(app, caplog):
    """The client gets the headers and the first chunk, and nothing of the exception."""

    def chunks():
        yield b"first"
        raise LookupError("in the middle")

    app.add_url_rule("/breaks", "breaks", lambda: Response(chunks()))
    with serving(app) as port, connected(port, "/breaks", A) as connection:
        received = read_until(connection, b"first")
        rest = connection.recv(65536)

    assert b"\r\nAccess-Control-Allow-Origin: https://app.example\r\n" in received
    assert b"in the middle" not in received + rest
    assert [record.exc_info[0] for record in caplog.records if record.exc_info] == [LookupError]


def connected(port, path, origin):
    """Send a request and give the connection, on which the answer comes."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    line = f"Origin: {origin}\r\n" if origin else ""
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: h\r\n{line}Connection: close\r\n\r\n".encode())
    return closing(connection)


def read_until(connection, mark):
    """Read until *mark* has come."""
    received = b""
    while mark not in received:
        chunk = connection.recv(65536)
        assert chunk, received
        received += chunk
    return received


@pytest.mark.slow
@pytest.mark.parametrize("origin", WHO, ids=WHO_IDS)
def test_an_event_arrives_before_the_next_one_is_made(origin, app):
    """The second waits until the client has the first; a layer with a buffer would wait in vain."""
    arrived = threading.Event()

    @app.get("/events")
    def events():
        def each():
            yield "data: first\n\n"
            yield f"data: the first had arrived: {arrived.wait(PATIENCE)}\n\n"

        return Response(each(), mimetype="text/event-stream")

    with serving(app) as port, connected(port, "/events", origin) as connection:
        received = read_until(connection, b"data: first")
        arrived.set()
        received += read_until(connection, b"arrived: True")

    allowed = f"\r\nAccess-Control-Allow-Origin: {origin}\r\n".encode()
    assert (allowed in received) is (origin == A)
    assert b"\r\nVary: Origin\r\n" in received
