"""Beside Flask-SocketIO and flask-sock, initialised before the guard or after it."""

from __future__ import annotations

import pytest
from flask import Flask
from flask_sock import Sock
from flask_socketio import SocketIO
from simple_websocket.errors import ConnectionError as RefusedError

from cases import EVIL, A, allow
from flask_corsguard import CorsGuard, CorsGuardWarning, Policy
from harness import PATIENCE, PageSocket, assert_headers_exactly, call, preflight, serving_sockets

POLICY = Policy(origins=[A], allow_headers=["Authorization", "Content-Type", "X-User"], credentials=True)

CREDENTIALS = ("Access-Control-Allow-Credentials", "true")


@pytest.fixture(params=["before", "after"])
def order(request):
    """Whether the other extension is initialised before ours or after it."""
    return request.param


POLLING = "/socket.io/"

HANDSHAKE = {"QUERY_STRING": "EIO=4&transport=polling"}


def polled(app, origin):
    """Begin a connection by polling, as clients of Socket.IO do."""
    return call(app, "GET", POLLING, {"Origin": origin}, **HANDSHAKE)


def test_socketio_inside_leaves_the_policy_to_decide():
    """With its own check turned off and initialised first, it is one more page of the application."""
    app = Flask(__name__)
    SocketIO(app, async_mode="threading", cors_allowed_origins=[], monitor_clients=False)
    CorsGuard(app, POLICY)

    allowed, refused = polled(app, A), polled(app, EVIL)

    assert allowed.code == 200
    assert_headers_exactly(allowed.headers, [allow(A), CREDENTIALS, ("Vary", "Origin")])
    assert_headers_exactly(refused.headers, [("Vary", "Origin")])
    assert preflight(app, A, "POST", POLLING).code == 204
    assert call(app, "POST", POLLING, {"Origin": EVIL}, **HANDSHAKE).code == 403


def test_socketio_inside_with_a_check_of_its_own_is_warned_of():
    """Its headers are replaced, and the warning names them."""
    app = Flask(__name__)
    SocketIO(app, async_mode="threading", cors_allowed_origins=[A, EVIL], monitor_clients=False)
    CorsGuard(app, POLICY)

    with pytest.warns(CorsGuardWarning, match="Access-Control-Allow-Origin"):
        results = [polled(app, A), polled(app, EVIL)]

    assert_headers_exactly(results[0].headers, [allow(A), CREDENTIALS, ("Vary", "Origin")])
    assert_headers_exactly(results[1].headers, [("Vary", "Origin")])


def test_socketio_outside_answers_for_its_path_itself():
    """Initialised after the guard it is outside, and its own list applies to its path, and only there."""
    app = Flask(__name__)
    CorsGuard(app, POLICY)
    SocketIO(app, async_mode="threading", cors_allowed_origins=[EVIL], monitor_clients=False)
    app.add_url_rule("/page", "page", lambda: "page")

    assert polled(app, EVIL).get("Access-Control-Allow-Origin") == EVIL
    assert polled(app, A).code == 400
    assert call(app, "GET", "/page", {"Origin": A}).get("Access-Control-Allow-Origin") == A
    assert call(app, "GET", "/page", {"Origin": EVIL}).get("Access-Control-Allow-Origin") is None


@pytest.mark.slow
def test_a_handshake_is_guarded_whichever_extension_came_first(order):
    """flask-sock's routes are the application's, over a real socket."""
    app = Flask(__name__)
    if order == "after":
        CorsGuard(app, POLICY)

    def greet(connection):
        # The client loses a message that arrives together with the handshake's response, so it asks first.
        connection.send(f"hello {connection.receive()}")
        connection.receive()

    Sock(app).route("/socket")(greet)
    if order == "before":
        CorsGuard(app, POLICY)

    with serving_sockets(app) as port:
        client = PageSocket.connect(f"ws://127.0.0.1:{port}/socket", headers={"Origin": A})
        client.send("page")
        greeting = client.receive(timeout=PATIENCE)
        client.close()
        with pytest.raises(RefusedError):
            PageSocket.connect(f"ws://127.0.0.1:{port}/socket", headers={"Origin": EVIL})

    assert greeting == "hello page"
