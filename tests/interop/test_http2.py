"""HTTP/2, where the host is a pseudo-header and a handshake has no ``Upgrade``, under hypercorn."""

from __future__ import annotations

import socket
from contextlib import closing

import pytest
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, ResponseReceived, StreamEnded, StreamReset

from interop.policies import EVIL, A
from interop.servers import start
from interop.wire import PATIENCE

AUTHORITY = "api.example"


@pytest.fixture(scope="module")
def port():
    """Start hypercorn, and give its port."""
    home, port = start("hypercorn", "interop.streamed:application")
    yield port
    home.stop()


def ask(port: int, method: str, path: str, *headers: tuple[str, str]) -> tuple[int, dict[str, str], bytes]:
    """Send one request, and give the status, the headers and the body of the answer."""
    connection = H2Connection(H2Configuration(header_encoding="utf-8"))
    connection.initiate_connection()
    pseudo = [(":method", method), (":scheme", "http"), (":authority", AUTHORITY), (":path", path)]
    connection.send_headers(1, [*pseudo, *headers], end_stream=method != "CONNECT")
    status, received, body = 0, {}, b""
    with closing(socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)) as wire:
        wire.sendall(connection.data_to_send())
        while True:
            data = wire.recv(65536)
            assert data, "the server has ended the connection"
            for event in connection.receive_data(data):
                if isinstance(event, ResponseReceived):
                    received = dict(event.headers)
                    status = int(received.pop(":status"))
                    if method == "CONNECT" and status == 200:
                        # It stays open.
                        return status, received, body
                elif isinstance(event, DataReceived):
                    body += event.data
                elif isinstance(event, (StreamEnded, StreamReset)):
                    return status, received, body
            wire.sendall(connection.data_to_send())


def test_a_preflight_is_answered(port):
    """As over HTTP/1.1."""
    status, headers, _ = ask(
        port, "OPTIONS", "/bare", ("origin", A), ("access-control-request-method", "PUT")
    )

    assert (status, headers["access-control-allow-origin"]) == (204, A)


@pytest.mark.parametrize(
    "headers",
    [
        [("origin", EVIL), ("sec-fetch-site", "cross-site")],
        [("origin", EVIL)],
        [("origin", "http://other.example")],
    ],
)
def test_a_forged_request_is_refused(port, headers):
    """The host that an origin is compared with is that of the URL."""
    assert ask(port, "POST", "/bare", *headers)[0] == 403


WEBSOCKET = [(":protocol", "websocket"), ("sec-websocket-version", "13")]


@pytest.mark.parametrize("origin", [A, f"http://{AUTHORITY}", None])
def test_a_socket_is_accepted(port, origin):
    """It is opened by CONNECT (RFC 8441)."""
    headers = [("origin", origin)] if origin else []

    assert ask(port, "CONNECT", "/bare", *WEBSOCKET, *headers)[0] == 200


@pytest.mark.parametrize("origin", [EVIL, "null", "http://other.example"])
def test_a_socket_is_refused_before_it_is_accepted(port, origin):
    """The answer contains the reason."""
    status, _, body = ask(port, "CONNECT", "/bare", *WEBSOCKET, ("origin", origin))

    assert status == 403
    assert body.startswith(b"Refused (origin-")
