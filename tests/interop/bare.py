"""The application as a bare function, as PEP 3333 shows one."""

from __future__ import annotations

from email.utils import formatdate
from pathlib import Path

from flask_corsguard import CorsMiddleware
from interop.policies import BY_PATH
from interop.recorder import Recorder

FILE = Path(__file__).parent / "files" / "hello.txt"
CHUNKS = (b"one\n", b"two\n", b"three\n")


def body_of(environ) -> bytes:
    """Read the body as far as PEP 3333 allows: to its length, or to its end if the server marks that."""
    if environ.get("CONTENT_LENGTH"):
        return environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    return environ["wsgi.input"].read() if environ.get("wsgi.input_terminated") else b""


def bare(environ, start_response):
    """Answer by path and method."""
    path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
    status, headers, body = "200 OK", [], [b"text\n"]
    if path in {"/api/items", "/account", "/open", "/closed"}:
        if method == "POST":
            body = [b"made %d\n" % len(body_of(environ))]
        elif method not in {"GET", "HEAD", "OPTIONS"}:
            status, headers = "405 Method Not Allowed", [("Allow", "GET, HEAD, OPTIONS, POST")]
    elif path == "/api/folder":
        status, headers = "308 Permanent Redirect", [("Location", "/api/folder/")]
    elif path == "/api/fail":
        status = "500 Internal Server Error"
    elif path == "/api/stream":
        body = iter(CHUNKS)
    elif path == "/files/hello.txt":
        headers = [("Last-Modified", formatdate(FILE.stat().st_mtime, usegmt=True))]
        body = [FILE.read_bytes()]
        if "HTTP_IF_MODIFIED_SINCE" in environ:
            status, body = "304 Not Modified", []
    else:
        status = "404 Not Found"
    if not status.startswith("304"):
        headers.append(("Content-Type", "text/plain"))
    if isinstance(body, list) and body:
        headers.append(("Content-Length", str(len(body[0]))))
    start_response(status, headers)
    return [] if method == "HEAD" else body


application = CorsMiddleware(Recorder(bare), BY_PATH)
