"""The parts of an ASGI scope that matter to CORS.

:see: https://asgi.readthedocs.io/en/latest/specs/www.html
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from flask_corsguard.core import fetch_standard
from flask_corsguard.core.request import Request
from flask_corsguard.wsgi.environ import MODE, asks_to_read

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
#: Not of the three types above: frameworks write the types of scope and channels in different ways.
ASGIApplication = Callable[[Any, Any, Any], Awaitable[None]]

_LENGTH_OF_ORIGIN: Final = len(b"origin")
_LENGTH_OF_UPGRADE: Final = len(b"upgrade")

_FIELDS: Final = {
    b"origin": "origin",
    fetch_standard.ACRM.lower().encode(): "requested_method",
    fetch_standard.ACRH.lower().encode(): "requested_headers",
    fetch_standard.ACRPN.lower().encode(): "private_network",
    b"sec-fetch-site": "fetch_site",
    b"host": "host",
    b"upgrade": "upgrade",
}


def request_of(scope: Scope) -> Request:
    """Return the part of a request, or of a handshake, that matters to CORS."""
    found: dict[str, str] = {}
    has_cookie = False
    for raw_name, value in scope["headers"]:
        name = raw_name.lower()
        field = _FIELDS.get(name)
        if field is not None:
            text = value.decode("latin-1")
            found[field] = f"{found[field]},{text}" if field in found else text
        elif name == b"cookie":
            has_cookie = True
    # "scheme" may be left out: "HTTP Connection Scope" and "Websocket Connection Scope" of the specification.
    if scope["type"] == "http":
        return Request(
            method=scope["method"], scheme=scope.get("scheme", "http"), has_cookie=has_cookie, **found
        )
    # Over HTTP/2 a handshake has no Upgrade (RFC 8441, section 5).
    found["upgrade"] = "websocket"
    return Request(method="GET", scheme=scope.get("scheme", "ws"), has_cookie=has_cookie, **found)


def origin_of(scope: Scope) -> tuple[str | None, bool, bool]:
    """Return the value of ``Origin``, whether the request is a plain GET or HEAD, and whether it has cookies.

    A plain request does not ask for another protocol. The specification wants names in lower case, and a
    server that sends others must not open the guard.
    """
    origin: bytes | None = None
    has_cookie = False
    is_plain = scope["type"] == "http" and scope["method"] in {"GET", "HEAD"}
    for name, value in scope["headers"]:
        # The length is compared first, because that costs least. "Cookie" is as long as "Origin".
        length = len(name)
        if length == _LENGTH_OF_ORIGIN:
            lower = name.lower()
            if lower == b"origin":
                origin = value if origin is None else b"%b,%b" % (origin, value)
            elif lower == b"cookie":
                has_cookie = True
        elif length == _LENGTH_OF_UPGRADE and name.lower() == b"upgrade":
            is_plain = False
    return None if origin is None else origin.decode("latin-1"), is_plain, has_cookie


def header_of(scope: Scope, name: bytes) -> str | None:
    """Return the value of a header; lines that come more than once are joined by commas, as WSGI does.

    :param name: the name in lower case.
    """
    values = [value.decode("latin-1") for each, value in scope["headers"] if each.lower() == name]
    return ",".join(values) if values else None


def may_ask_to_read(scope: Scope) -> bool:
    """Whether a page may have asked to read the response, by what the browser sent."""
    return asks_to_read({MODE: header_of(scope, b"sec-fetch-mode")})


def path_of(scope: Scope, root: str = "") -> str:
    """Return the path below the application's root, in the form that ``PATH_INFO`` has in WSGI (PEP 3333).

    Some servers leave the root at the start of the path, and others take it away. Where a segment only begins
    like the root, some frameworks take that away, too. Such a path is ambiguous: it is returned without a
    slash.

    :param root: the root that the application has itself, whatever the server passes on.
    """
    # A protocol that the specification does not name may have no path.
    path: str = scope.get("path", "")
    path = path.removeprefix((root or scope.get("root_path") or "").rstrip("/"))
    # Servers decode bytes that are not UTF-8 in different ways; no rule contains any of them.
    return path.encode("utf-8", "surrogatepass").decode("latin-1")


def environ_for_log(scope: Scope) -> dict[str, Any]:
    """Return what the log shows of a request that is not part of the decision, under the names of WSGI."""
    return {"PATH_INFO": path_of(scope), "HTTP_X_FORWARDED_HOST": header_of(scope, b"x-forwarded-host")}
