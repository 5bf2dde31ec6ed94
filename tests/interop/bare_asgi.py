"""The application as a bare function, as the specification of ASGI shows one."""

from __future__ import annotations

from email.utils import formatdate
from urllib.parse import urlsplit

from flask_corsguard.asgi import CorsMiddleware
from interop.bare import CHUNKS, FILE
from interop.policies import BY_PATH
from interop.recorder import AsyncRecorder


async def body_of(receive) -> bytes:
    """Read the whole body."""
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


async def bare(scope, receive, send):
    """Answer by path and method."""
    if scope["type"] != "http":
        # As uvicorn and hypercorn want it of an application that has no lifespan.
        raise NotImplementedError(scope["type"])
    # A server may leave an absolute target as it is, and Quart takes that, too.
    path, method = urlsplit(scope["path"]).path, scope["method"]
    asked = {name for name, _ in scope["headers"]}
    status, headers, parts = 200, [], [b"text\n"]
    if path in {"/api/items", "/account", "/open", "/closed"}:
        if method == "POST":
            parts = [b"made %d\n" % len(await body_of(receive))]
        elif method not in {"GET", "HEAD", "OPTIONS"}:
            status, headers = 405, [(b"allow", b"GET, HEAD, OPTIONS, POST")]
    elif path == "/api/folder":
        status, headers = 308, [(b"location", b"/api/folder/")]
    elif path == "/api/fail":
        status = 500
    elif path == "/api/stream":
        parts = [*CHUNKS]
    elif path == "/files/hello.txt":
        headers = [(b"last-modified", formatdate(FILE.stat().st_mtime, usegmt=True).encode())]
        parts = [FILE.read_bytes()]
        if b"if-modified-since" in asked:
            status, parts = 304, [b""]
    else:
        status = 404
    if status != 304:
        headers.append((b"content-type", b"text/plain"))
        if len(parts) == 1:
            headers.append((b"content-length", b"%d" % len(parts[0])))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    for part in [] if method == "HEAD" else parts:
        await send({"type": "http.response.body", "body": part, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


application = CorsMiddleware(AsyncRecorder(bare), BY_PATH)
