"""What an application is asked and what it answers, recorded outside: one record for each request."""

from __future__ import annotations

import io
import itertools
import threading
from bisect import bisect
from collections.abc import Callable, Iterable, Iterator

from browsers.steps import Seen

Headers = list[tuple[str, str]]


class Recorder:
    """WSGI middleware that stores one :class:`Seen` for each request, in the order in which they came.

    It is the outermost layer: what it stores is what an application is asked and what it answers. A request
    is stored as soon as its response headers are known.
    """

    def __init__(self, app, seen: list[Seen], changed: threading.Condition | None = None) -> None:
        self._app = app
        self._seen = seen
        self._changed = changed or threading.Condition()
        self._arrivals = itertools.count()
        self._kept: list[int] = []

    def __call__(self, environ, start_response):
        number = next(self._arrivals)
        reached = environ["arena.reached"] = []
        upgrade = "HTTP_UPGRADE" in environ
        body = b"" if upgrade else _take_body(environ)
        # All of it now: applications change what they are given, as those do that dispatch by themselves.
        target = f"{environ['wsgi.url_scheme']}://{environ.get('HTTP_HOST', '')}"
        asked = environ["REQUEST_METHOD"], _path(environ), target, tuple(_request_headers(environ)), body
        told: list[tuple[str, Headers]] = []

        def keep(status: str, response_headers: Headers) -> None:
            answered = int(status[:3]), tuple(response_headers), bool(reached)
            self._keep(number, Seen(*asked, *answered))

        once = _Once(keep, told)
        if upgrade and "werkzeug.socket" in environ:
            environ["werkzeug.socket"] = _Socket(environ["werkzeug.socket"], once)

        def start(status, response_headers, exc_info=None):
            told.append((status, response_headers))
            return start_response(status, response_headers, exc_info)

        try:
            answer = self._app(environ, start)
        except BaseException:
            once()
            raise
        if told:
            once()
            return answer
        return _Late(answer, once)

    def _keep(self, number: int, seen: Seen) -> None:
        with self._changed:
            place = bisect(self._kept, number)
            self._kept.insert(place, number)
            self._seen.insert(place, seen)
            self._changed.notify_all()


class _Once:
    """Stores a response the first time that it is called: what the application has started by then."""

    def __init__(self, keep: Callable[[str, Headers], None], told: list[tuple[str, Headers]]) -> None:
        self._keep: Callable[[str, Headers], None] | None = keep
        self._told = told

    def __call__(self, told: tuple[str, Headers] | None = None) -> None:
        keep, self._keep = self._keep, None
        if keep is not None:
            # A server answers 500 if the application starts no response.
            keep(*(told or (self._told[-1] if self._told else ("500", []))))


class _Late:
    """A body whose application starts its response only with the first chunk."""

    def __init__(self, body: Iterable[bytes], once: _Once) -> None:
        self._body = body
        self._once = once

    def __iter__(self) -> Iterator[bytes]:
        try:
            for chunk in self._body:
                self._once()
                yield chunk
        finally:
            self._once()

    def close(self) -> None:
        self._once()
        if hasattr(self._body, "close"):
            self._body.close()


class _Socket:
    """A server's socket that was given away: what is sent first is a response, of which no server knows."""

    def __init__(self, socket, once: _Once) -> None:
        self._socket = socket
        self._once = once

    def __getattr__(self, name: str):
        return getattr(self._socket, name)

    def send(self, data: bytes) -> int:
        self._note(data)
        return self._socket.send(data)

    def sendall(self, data: bytes) -> None:
        self._note(data)
        self._socket.sendall(data)

    def _note(self, data: bytes) -> None:
        first, *lines = bytes(data).partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
        if first.startswith("HTTP/1.1 "):
            headers = [line.partition(":")[::2] for line in lines]
            self._once((first.split()[1], [(name, value.strip()) for name, value in headers]))


def _take_body(environ) -> bytes:
    if environ.get("wsgi.input_terminated"):
        body = environ["wsgi.input"].read()
    else:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    return body


def _path(environ) -> str:
    query = environ.get("QUERY_STRING", "")
    return environ["PATH_INFO"] + (f"?{query}" if query else "")


def _request_headers(environ) -> Iterator[tuple[str, str]]:
    for key, value in environ.items():
        if key.startswith("HTTP_") or (key in {"CONTENT_TYPE", "CONTENT_LENGTH"} and value):
            yield key.removeprefix("HTTP_").replace("_", "-").title(), value
