"""What of an ASGI scope matters to CORS.

:see: https://asgi.readthedocs.io/en/latest/specs/www.html
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import replace
from typing import Any, Final

from flask_corsguard.core.request import Request

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApplication = Callable[[Scope, Receive, Send], Awaitable[None]]

_LENGTH_OF_ORIGIN: Final = len(b"origin")
_LENGTH_OF_UPGRADE: Final = len(b"upgrade")


def request_of(scope: Scope) -> Request:
    """Return the part of a request, or of a WebSocket's handshake, that matters to CORS."""
    headers = ((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"])
    # "scheme" may be left out: "HTTP Connection Scope" and "Websocket Connection Scope" of the specification.
    if scope["type"] == "http":
        return Request.from_headers(scope["method"], headers, scheme=scope.get("scheme", "http"))
    handshake = Request.from_headers("GET", headers, scheme=scope.get("scheme", "ws"))
    # Over HTTP/2 a handshake has no Upgrade (RFC 8441, section 5).
    return replace(handshake, upgrade="websocket")


def origin_of(scope: Scope) -> tuple[str | None, bool]:
    """Return the value of ``Origin``, and whether the request is a plain GET or HEAD.

    A plain request does not ask for another protocol. The specification wants names in lower case, and a
    server that does not keep to it must not open the guard.
    """
    origin: bytes | None = None
    is_plain = scope["type"] == "http" and scope["method"] in {"GET", "HEAD"}
    for name, value in scope["headers"]:
        # The length is compared first, because that costs least.
        length = len(name)
        if length == _LENGTH_OF_ORIGIN and name.lower() == b"origin":
            origin = value if origin is None else b"%b,%b" % (origin, value)
        elif length == _LENGTH_OF_UPGRADE and name.lower() == b"upgrade":
            is_plain = False
    return None if origin is None else origin.decode("latin-1"), is_plain


def header_of(scope: Scope, name: bytes) -> str | None:
    """Return the value of a header; lines that come more than once are joined by commas, as WSGI does.

    :param name: the name in lower case.
    """
    values = [value.decode("latin-1") for each, value in scope["headers"] if each.lower() == name]
    return ",".join(values) if values else None


def path_of(scope: Scope) -> str:
    """Return the path below the application's root, in the form that ``PATH_INFO`` has in WSGI (PEP 3333).

    Some servers leave the root at the start of the path, and others take it away.
    """
    path: str = scope["path"]
    root: str = scope.get("root_path", "").rstrip("/")
    if root and (path == root or path.startswith(f"{root}/")):
        path = path[len(root) :]
    return path.encode("utf-8", "surrogateescape").decode("latin-1")
