"""ASGI applications that watch how they are called, and a caller that returns what came back."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple

from harness import cors_headers

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness import Header


class Result(NamedTuple):
    """What a layer sent to the server."""

    messages: list[dict[str, object]]

    @property
    def start(self) -> dict[str, object]:
        """The message that starts the response; there is one."""
        (start,) = [each for each in self.messages if each["type"].endswith("response.start")]
        return start

    @property
    def code(self) -> int:
        """The status."""
        return self.start["status"]

    @property
    def headers(self) -> list[Header]:
        """The headers, with names as HTTP/1.1 writes them."""
        pairs = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in self.start["headers"]]
        assert all(name == name.lower() for name, _ in pairs)
        return [(name.title(), value) for name, value in pairs]

    @property
    def cors(self) -> list[Header]:
        """The headers that a policy speaks of."""
        return cors_headers(self.headers)

    @property
    def body(self) -> bytes:
        """The whole body."""
        return b"".join(each.get("body", b"") for each in self.messages if each["type"].endswith("body"))


class Spy:
    """An ASGI application that answers with a text, accepts every socket and remembers its scopes."""

    def __init__(self, headers=((b"content-type", b"text/plain"),), status=200) -> None:
        self.headers = headers
        self.status = status
        self.scopes: list[dict[str, object]] = []

    async def __call__(self, scope, receive, send):
        self.scopes.append(scope)
        if scope["type"] == "websocket":
            assert (await receive())["type"] == "websocket.connect"
            await send({"type": "websocket.accept"})
            return
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": b"hel", "more_body": True})
        await send({"type": "http.response.body", "body": b"lo"})


def http_scope(method: str = "GET", path: str = "/", headers: Iterable[Header] | dict = (), **extra: object):
    """Make the scope of a request as a server does."""
    pairs = headers.items() if isinstance(headers, dict) else headers
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.5"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode("utf-8", "surrogateescape"),
        "query_string": b"",
        "root_path": "",
        "headers": [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in pairs],
        **extra,
    }


def socket_scope(path: str = "/", headers: Iterable[Header] | dict = (), **extra: object):
    """Make the scope of a WebSocket's handshake as a server does."""
    scope = http_scope("GET", path, headers, scheme="ws", subprotocols=[])
    del scope["method"]
    return {**scope, "type": "websocket", **extra}


def finish(coroutine) -> None:
    """Run a coroutine that never waits, at a tenth of the cost of an event loop."""
    try:
        coroutine.send(None)
    except StopIteration:
        return
    raise AssertionError("it waits")


def run(app, scope, received=(), survives=(), drive=asyncio.run) -> Result:
    """Call *app* with *scope* as a server does, and collect what it sends, also before what it *survives*."""
    first = "websocket.connect" if scope["type"] == "websocket" else "http.request"
    incoming = iter([{"type": first, "body": b"", "more_body": False}, *received])
    sent: list[dict[str, object]] = []

    answered = asyncio.Event()

    async def receive():
        for message in incoming:
            return message
        # The client waits. Once it has its answer, servers report that it has gone.
        await answered.wait()
        return {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)
        if message["type"] == "http.response.body" and not message.get("more_body", False):
            answered.set()

    with suppress(*survives):
        drive(app(scope, receive, send))
    return Result(sent)


def ask(app, method="GET", path="/", headers=(), **extra) -> Result:
    """Send one request to *app*."""
    return run(app, http_scope(method, path, headers, **extra))


def as_wsgi(app):
    """Make *app* callable as WSGI applications are."""

    def called(environ, start_response):
        headers = [
            (key[5:].replace("_", "-"), value) for key, value in environ.items() if key.startswith("HTTP_")
        ]
        scope = http_scope(
            environ["REQUEST_METHOD"],
            environ["PATH_INFO"].encode("latin-1").decode("utf-8"),
            headers,
            query_string=environ["QUERY_STRING"].encode(),
        )
        result = run(app, scope)
        phrase = HTTPStatus(result.code).phrase
        raw = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in result.start["headers"]]
        start_response(f"{result.code} {phrase}", raw)
        return [result.body]

    return called
