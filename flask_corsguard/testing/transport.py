"""From a request to a WSGI application and back, as a server would do it (PEP 3333)."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from io import BytesIO
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote_to_bytes

from .headers import Header, combined, without
from .urls import DEFAULT_PORTS, Url

if TYPE_CHECKING:
    from _typeshed import OptExcInfo
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment


class RawAnswer(NamedTuple):
    """What an application has answered."""

    status: int
    headers: tuple[Header, ...]
    body: bytes


def wire_headers(url: Url, headers: Iterable[Header], body: bytes | None) -> tuple[Header, ...]:
    """Give *headers* as they are sent: ``Host`` first, one line per name, the length of the body."""
    headers = [("Host", url.authority), *combined(headers)]
    if body is not None:
        headers = [*without(headers, {"content-length"}), ("Content-Length", str(len(body)))]
    return tuple(headers)


def make_environ(
    method: str, url: Url, headers: Iterable[Header], body: bytes, **extra: object
) -> WSGIEnvironment:
    """Give the environ that a server makes of a request."""
    environ: WSGIEnvironment = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(url.path).decode("latin-1"),
        "QUERY_STRING": url.query or "",
        "REQUEST_URI": url.target,
        "RAW_URI": url.target,
        "SERVER_NAME": url.host,
        "SERVER_PORT": str(url.port or DEFAULT_PORTS[url.scheme]),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": url.scheme,
        "wsgi.input": BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in headers:
        key = name.upper().replace("-", "_")
        environ[key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"] = value
    environ.update(extra)
    return environ


class Started:
    """What an application has told by ``start_response`` and ``write``."""

    def __init__(self) -> None:
        self.status = ""
        self.headers: list[Header] = []
        self.chunks: list[bytes] = []

    def start_response(
        self, status: str, headers: list[Header], exc_info: OptExcInfo | None = None, /
    ) -> Any:
        """Take status and headers, and give ``write``; a second time only with *exc_info*."""
        if exc_info is not None and any(self.chunks) and exc_info[1] is not None:
            raise exc_info[1].with_traceback(exc_info[2])
        if exc_info is None and self.status:
            raise RuntimeError("the application called start_response a second time without exc_info")
        self.status, self.headers = status, list(headers)
        return self.chunks.append

    def answer(self) -> RawAnswer:
        """Give what the client sees."""
        if not self.status:
            raise RuntimeError("the application did not call start_response")
        headers = tuple((name, value.strip("\t ")) for name, value in self.headers)
        return RawAnswer(int(self.status.split(" ", 1)[0]), headers, b"".join(self.chunks))


def call(app: WSGIApplication, environ: WSGIEnvironment, *, is_stream: bool = False) -> RawAnswer:
    """Call *app* and give its answer; what it raises goes on to the test.

    :param is_stream: read no further than the first piece of the body: it may never end.
    """
    started = Started()
    run(app, environ, started, is_stream=is_stream)
    return started.answer()


def run(app: WSGIApplication, environ: WSGIEnvironment, started: Started, *, is_stream: bool = False) -> None:
    """Call *app*, and put what it answers into *started*, piece by piece."""
    iterable = app(environ, started.start_response)
    try:
        for chunk in iterable:
            started.chunks.append(chunk)
            if is_stream and any(started.chunks):
                break
    finally:
        close = getattr(iterable, "close", None)
        if close is not None:
            close()
