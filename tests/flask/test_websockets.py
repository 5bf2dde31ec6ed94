"""WebSockets, which no browser checks: a real client, a real socket, flask-sock behind the guard."""

from __future__ import annotations

import pytest
from flask import Flask
from flask_sock import Sock
from simple_websocket import ConnectionClosed
from simple_websocket.errors import ConnectionError as RefusedError

from cases import EVIL, A
from flask_corsguard import CorsGuard, Policy, cors
from harness import PATIENCE, PageSocket, serving_sockets

pytestmark = pytest.mark.slow


@pytest.fixture
def app():
    """An application whose socket echoes, and counts who got there."""
    app = Flask(__name__)
    app.opened = []
    socket = Sock(app)

    def echo(connection):
        app.opened.append(1)
        while True:
            connection.send(f"echo {connection.receive()}")

    socket.route("/echo")(echo)
    socket.route("/marked", endpoint="marked")(cors(origins=[EVIL])(lambda connection: echo(connection)))
    CorsGuard(app, Policy(origins=[A]))
    return app


def say(port, headers, path="/echo"):
    """Open a WebSocket as a page with these *headers* would, send a word and return the answer."""
    client = PageSocket(f"ws://127.0.0.1:{port}{path}", headers=headers)
    try:
        client.send("hello")
        return client.receive(timeout=PATIENCE)
    finally:
        client.close()


@pytest.mark.parametrize("path", ["/echo", "/marked"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://third.example"},
        {"Origin": "null"},
        {"Origin": "https://third.example", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://sub.127.0.0.1", "Sec-Fetch-Site": "same-site"},
        {"Origin": A, "Cookie": "session=1"},
    ],
    ids=str,
)
def test_a_handshake_from_a_foreign_origin_never_reaches_the_view(app, headers, path):
    """The client gets a 403, and the socket is never opened."""
    with serving_sockets(app) as port, pytest.raises((RefusedError, ConnectionClosed)) as refused:
        say(port, headers, path)

    assert "403" in str(refused.value)
    assert app.opened == []


@pytest.mark.parametrize(
    ("origin", "path"),
    [(A, "/echo"), (EVIL, "/marked"), (None, "/echo"), ("own", "/echo"), ("own", "/marked")],
)
def test_an_allowed_handshake_opens_a_socket_that_works(app, origin, path):
    """By the policy of its own view; the application's own pages and other programs always."""
    with serving_sockets(app) as port:
        sent = f"http://127.0.0.1:{port}" if origin == "own" else origin
        answer = say(port, {"Origin": sent} if sent else {}, path)

    assert answer == "echo hello"
    assert app.opened == [1]
