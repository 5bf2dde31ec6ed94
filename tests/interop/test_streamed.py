"""Streams, clients that leave, and WebSockets, under real servers and with real clients."""

from __future__ import annotations

import http.client
from contextlib import closing
from uuid import uuid4

import pytest

from harness import cors_headers
from interop.policies import EVIL, FIRST, PARTNER, SECOND, A
from interop.rows import allowed
from interop.servers import start
from interop.wire import PATIENCE


def connect(url, **options):
    """Open a WebSocket; the client is imported here, because `make test` reads this module without it."""
    from websockets.sync.client import connect as connect_to

    return connect_to(url, open_timeout=PATIENCE, **options)


def refused():
    """Expect that a WebSocket is refused."""
    from websockets.exceptions import InvalidStatus

    return pytest.raises(InvalidStatus)


STREAMING = ("bare", "starlette", "quart", "django")
WITH_SOCKETS = ("bare", "starlette", "quart")


@pytest.fixture(scope="module", params=["uvicorn", "uvicorn-httptools", "hypercorn"])
def port(request):
    """Start a server, and give its port."""
    home, port = start(request.param, "interop.streamed:application")
    yield port
    home.stop()


@pytest.fixture
def name():
    """Return a name that no other test has for its events."""
    return uuid4().hex


def ask(port: int, path: str, **headers: str) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
    """Send a GET, and give the connection and the response, of which no body has been read."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request("GET", path, headers=headers)
    return connection, connection.getresponse()


def tell(port: int, query: str) -> None:
    """Make something happen, or wait until it has."""
    connection, response = ask(port, f"/told?{query}")
    with closing(connection):
        assert response.status == 204


@pytest.mark.parametrize("app", STREAMING)
def test_an_event_arrives_while_the_next_one_does_not_exist(port, name, app):
    """The application makes the second when the client has the first."""
    connection, response = ask(port, f"/{app}?{name}", Origin=A)
    with closing(connection):
        assert sorted(cors_headers((key.title(), value) for key, value in response.getheaders())) == sorted(
            allowed()
        )
        assert response.read(len(FIRST)) == FIRST
        tell(port, f"set=go-{name}")
        assert response.read() == SECOND


@pytest.mark.parametrize("app", STREAMING)
def test_the_application_learns_of_a_client_that_leaves(port, name, app):
    """It leaves after the first part; the application waits for nothing else."""
    connection, response = ask(port, f"/{app}?{name}", Origin=A)
    with closing(connection), closing(response):
        assert response.read(len(FIRST)) == FIRST
    tell(port, f"wait=left-{name}")


@pytest.mark.parametrize("app", WITH_SOCKETS)
@pytest.mark.parametrize("origin", [A, PARTNER, "own", None])
def test_a_socket_is_accepted(port, name, app, origin):
    """From an allowed origin, an own page and no browser; what is sent comes back until the client leaves."""
    origin = f"http://127.0.0.1:{port}" if origin == "own" else origin
    with connect(f"ws://127.0.0.1:{port}/{app}?{name}", origin=origin, proxy=None) as socket:
        for text in ("one", "two"):
            socket.send(text)
            assert socket.recv(PATIENCE) == text
    tell(port, f"wait=left-{name}")


@pytest.mark.parametrize("app", WITH_SOCKETS)
@pytest.mark.parametrize(
    ("origin", "cookie", "reason"),
    [
        (EVIL, None, b"origin-not-allowed"),
        ("null", None, b"origin-null"),
        ("https://127.0.0.1.evil.example", None, b"origin-not-allowed"),
        (A, "a=1", b"credentials=True"),
    ],
)
def test_a_socket_is_refused_before_it_is_accepted(port, app, origin, cookie, reason):
    """The client gets a 403 with the reason, and an allowed origin what to change."""
    headers = {"Cookie": cookie} if cookie else {}
    with refused() as caught:
        connect(f"ws://127.0.0.1:{port}/{app}", origin=origin, additional_headers=headers, proxy=None)

    assert caught.value.response.status_code == 403
    assert reason in caught.value.response.body


def test_in_debug_mode_the_answer_to_a_handshake_names_the_reason(port, name):
    """Whether it is accepted or refused."""
    url = f"ws://127.0.0.1:{port}/debug?{name}"

    with connect(url, origin=A, proxy=None) as socket:
        assert socket.response.headers["X-CorsGuard"] == "allowed; policy=application"
    with refused() as caught:
        connect(url, origin=EVIL, proxy=None)
    assert caught.value.response.headers["X-CorsGuard"] == "origin-not-allowed; policy=application"
