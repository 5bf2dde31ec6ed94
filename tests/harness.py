"""What tests use: applications that record how they are called, and callers that return what came back."""

from __future__ import annotations

import gc
import io
import socket
import sys
import threading
import warnings
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, NamedTuple
from wsgiref.util import setup_testing_defaults

from simple_websocket import Client
from simple_websocket.errors import ConnectionError as RefusedError
from waitress.server import create_server
from waitress.wasyncore import close_all
from werkzeug.serving import make_server

from flask_corsguard import CorsGuardWarning
from flask_corsguard.core.findings import FINDINGS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Header = tuple[str, str]

#: Seconds in which a server of a test answers and ends, on any machine.
PATIENCE = 60

#: Whether this interpreter is PyPy.
PYPY = sys.implementation.name == "pypy"

#: The headers of a policy; the rest of a response is the application's.
CORS_NAMES = ("access-control-", "vary", "timing-allow-origin", "cross-origin-resource-policy")


class Result(NamedTuple):
    """A response as the server got it."""

    status: str
    headers: list[Header]
    body: bytes

    @property
    def code(self) -> int:
        return int(self.status.split()[0])

    @property
    def cors(self) -> list[Header]:
        return cors_headers(self.headers)

    def get(self, name: str) -> str | None:
        values = [value for each, value in self.headers if each.lower() == name.lower()]
        assert len(values) <= 1, f"{name} is sent {len(values)} times: {values}"
        return values[0] if values else None


def cors_headers(headers: Iterable[Header]) -> list[Header]:
    """Return of *headers* those that a policy speaks of."""
    return [(name, value) for name, value in headers if name.lower().startswith(CORS_NAMES)]


def assert_headers_exactly(actual: Iterable[Header], expected: Iterable[Header]) -> None:
    """Assert that *actual* has the CORS headers of *expected*, in any order, and no others."""
    assert sorted(cors_headers(actual)) == sorted(expected)


class SpyApp:
    """A WSGI application that answers as configured, and remembers what it was called with."""

    def __init__(
        self,
        status: str = "200 OK",
        headers: Iterable[Header] = (("Content-Type", "text/plain"),),
        body: Iterable[bytes] = (b"hello",),
    ) -> None:
        self.status = status
        self.headers = list(headers)
        self.body = body
        self.calls: list[dict[str, object]] = []

    def __call__(self, environ, start_response):
        self.calls.append(environ)
        start_response(self.status, self.headers)
        return self.body


def make_environ(
    method: str = "GET", path: str = "/", headers: Iterable[Header] | dict[str, str] = (), **extra: object
) -> dict[str, object]:
    """Make a WSGI environ; repeated headers are joined by a comma, as servers do."""
    environ: dict[str, object] = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "SCRIPT_NAME": "",
        "QUERY_STRING": "",
    }
    for name, value in headers.items() if isinstance(headers, dict) else headers:
        key = "HTTP_" + name.upper().replace("-", "_")
        environ[key] = f"{environ[key]},{value}" if key in environ else value
    environ["wsgi.input"] = io.BytesIO()
    setup_testing_defaults(environ)
    environ.update(extra)
    return environ


def call(app, method="GET", path="/", headers=(), **extra) -> Result:
    """Call a WSGI application as a server does, and close what it returns."""
    started: list[tuple[str, list[Header]]] = []
    written: list[bytes] = []

    def start_response(status, headers, exc_info=None):
        assert not started or exc_info, "start_response was called twice without exc_info"
        started.append((status, headers))
        return written.append

    iterable = app(make_environ(method, path, headers, **extra), start_response)
    try:
        body = b"".join(iterable)
    finally:
        if hasattr(iterable, "close"):
            iterable.close()
    status, headers = started[-1]
    return Result(status, headers, b"".join(written) + body)


def preflight(app, origin, method="GET", path="/", headers=None, **extra) -> Result:
    """Ask as a browser does before it sends *method*."""
    asked = {"Origin": origin, "Access-Control-Request-Method": method}
    if headers is not None:
        asked["Access-Control-Request-Headers"] = headers
    return call(app, "OPTIONS", path, asked, **extra)


@contextmanager
def warned(*words: str) -> Iterator[list[warnings.WarningMessage]]:
    """Assert that the block warns once for each of *words*, in this order, and of nothing else.

    Each warning has a code of the catalogue, by which programs know it.
    """
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        # Before Flask 3.1, Werkzeug warns of a request to another host than SERVER_NAME.
        warnings.filterwarnings("ignore", "Current server name", UserWarning)
        yield caught
    assert [each.category for each in caught] == [CorsGuardWarning] * len(words)
    for each, word in zip(caught, words, strict=True):
        assert word in str(each.message)
        assert each.message.finding.code in FINDINGS


@contextmanager
def serving(app) -> Iterator[int]:
    """Serve *app* by a real server on a free loopback port, which is given."""
    channels: dict[int, object] = {}
    server = create_server(app, map=channels, host="127.0.0.1", port=0, threads=4, ident=None)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield server.effective_port
    finally:
        server.trigger.pull_trigger(lambda: close_all(channels))
        thread.join(PATIENCE)
        server.task_dispatcher.shutdown()
        assert not thread.is_alive()


class PageSocket(Client):
    """A client that names its port in ``Host``, as browsers do, and closes what was refused."""

    def handshake(self):
        self.host = f"{self.host}:{self.port}"
        try:
            super().handshake()
        except RefusedError:
            self.sock.close()
            raise


@contextmanager
def serving_sockets(app) -> Iterator[int]:
    """Serve *app* by a server that can give its socket away."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join(PATIENCE)
        server.server_close()


def raw_exchange(port: int, request: str) -> tuple[str, list[Header], bytes]:
    """Send *request*, lines as given, over a socket; give the status line, the headers, the body."""
    data = request.replace("\n", "\r\n").encode("latin-1")
    received = b""
    with closing(socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)) as connection:
        connection.sendall(data)
        while chunk := connection.recv(65536):
            received += chunk
    head, _, body = received.partition(b"\r\n\r\n")
    status, *lines = head.decode("latin-1").split("\r\n")
    return status, [tuple(line.split(": ", 1)) for line in lines], body  # type: ignore[misc]


def count_calls(act) -> int:
    """Return how many calls *act* makes, those of built-in functions included.

    Meanwhile the garbage collector waits: Hypothesis has it call a function, which would be counted.
    """
    count = 0

    def note(frame, event, argument):
        nonlocal count
        count += event in {"call", "c_call"}

    collects = gc.isenabled()
    gc.disable()
    sys.setprofile(note)
    try:
        act()
    finally:
        sys.setprofile(None)
        if collects:
            gc.enable()
    return count
