"""WebSockets, which no browser checks: a real client, a real socket, flask-sock behind the guard."""

from __future__ import annotations

import threading
from contextlib import contextmanager

import pytest
from flask import Flask
from flask_sock import Sock
from simple_websocket import Client, ConnectionClosed
from simple_websocket.errors import ConnectionError as RefusedError
from werkzeug.serving import make_server

from cases import EVIL, A
from flask_corsguard import CorsGuard, Policy, cors


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


@contextmanager
def serving(app):
    """Serve *app* by a server that can give its socket away."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


class PageSocket(Client):
    """A client that names its port in ``Host``, as browsers do, and closes what was refused."""

    def handshake(self):
        self.host = f"{self.host}:{self.port}"
        try:
            super().handshake()
        except RefusedError:
            self.sock.close()
            raise


def say(port, headers, path="/echo"):
    """Open a WebSocket as a page with these *headers* would, say a word and give the answer."""
    client = PageSocket(f"ws://127.0.0.1:{port}{path}", headers=headers)
    try:
        client.send("hello")
        return client.receive(timeout=10)
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
    """The client is told 403, and the socket is never opened."""
    with serving(app) as port, pytest.raises((RefusedError, ConnectionClosed)) as refused:
        say(port, headers, path)

    assert "403" in str(refused.value)
    assert app.opened == []


@pytest.mark.parametrize(
    ("origin", "path"),
    [(A, "/echo"), (EVIL, "/marked"), (None, "/echo"), ("own", "/echo"), ("own", "/marked")],
)
def test_an_allowed_handshake_opens_a_socket_that_works(app, origin, path):
    """By the policy of its own view; the application's own pages and other programs always."""
    with serving(app) as port:
        sent = f"http://127.0.0.1:{port}" if origin == "own" else origin
        answer = say(port, {"Origin": sent} if sent else {}, path)

    assert answer == "echo hello"
    assert app.opened == [1]
