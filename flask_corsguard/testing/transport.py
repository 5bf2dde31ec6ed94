"""The transport of a request to a WSGI application, as a server does it (PEP 3333)."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import unquote_to_bytes

from .headers import Header, combined, without
from .urls import DEFAULT_PORTS, Url

if TYPE_CHECKING:
    from _typeshed import OptExcInfo
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment


#: The key of the environ for the headers with their names as they are sent, for code that sends them on.
HEADERS: Final = "flask_corsguard.testing.headers"


class RawAnswer(NamedTuple):
    """The response of an application, as a server sends it."""

    status: int
    headers: tuple[Header, ...]
    body: bytes


def wire_headers(url: Url, headers: Iterable[Header], body: bytes | None) -> tuple[Header, ...]:
    """Return *headers* as they are sent: ``Host`` first, one line per name, with ``Content-Length``."""
    headers = [("Host", url.authority), *combined(headers)]
    if body is not None:
        headers = [*without(headers, {"content-length"}), ("Content-Length", str(len(body)))]
    return tuple(headers)


def make_environ(method: str, url: Url, headers: Iterable[Header], body: bytes) -> WSGIEnvironment:
    """Return the environ that a server passes to the application."""
    headers = tuple(headers)
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
        HEADERS: headers,
    }
    for name, value in headers:
        key = name.upper().replace("-", "_")
        environ[key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"] = value
    return environ


class ResponseRecorder:
    """The status, the headers and the body that an application has passed to its server so far."""

    def __init__(self) -> None:
        self.status = ""
        self.headers: list[Header] = []
        self.chunks: list[bytes] = []

    def start_response(
        self, status: str, headers: list[Header], exc_info: OptExcInfo | None = None, /
    ) -> Any:
        """Set the status and the headers, and return ``write``; a second call needs *exc_info*."""
        if exc_info is not None and any(self.chunks) and exc_info[1] is not None:
            raise exc_info[1].with_traceback(exc_info[2])
        if exc_info is None and self.status:
            raise RuntimeError("the application called start_response a second time without exc_info")
        self.status, self.headers = status, list(headers)
        return self.chunks.append

    def answer(self) -> RawAnswer:
        """Return the response as the client gets it."""
        if not self.status:
            raise RuntimeError("the application did not call start_response")
        headers = tuple((name, value.strip("\t ")) for name, value in self.headers)
        return RawAnswer(int(self.status.split(" ", 1)[0]), headers, b"".join(self.chunks))


def call(app: WSGIApplication, environ: WSGIEnvironment, *, is_stream: bool = False) -> RawAnswer:
    """Return the response of *app*; an exception of *app* is not caught.

    :param is_stream: read only the first piece of the body, because it may never end.
    """
    recorder = ResponseRecorder()
    run(app, environ, recorder, is_stream=is_stream)
    return recorder.answer()


def run(
    app: WSGIApplication, environ: WSGIEnvironment, recorder: ResponseRecorder, *, is_stream: bool = False
) -> None:
    """Call *app*, and pass its response to *recorder*, piece by piece."""
    iterable = app(environ, recorder.start_response)
    try:
        for chunk in iterable:
            recorder.chunks.append(chunk)
            if is_stream and any(recorder.chunks):
                break
    finally:
        close = getattr(iterable, "close", None)
        if close is not None:
            close()
