"""The requests: what a server hands on of what browsers send.

Every value is decoded anew from bytes, as a server decodes it: a string that is also the policy's own
object would be found without being compared.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from typing import Any, Final

Environ = dict[str, Any]

HOST: Final = "api.example"
PATH: Final = "/api/items/7"
#: Who is allowed where a policy has exact origins, and who is not.
ALLOWED: Final = "https://app.example"
REFUSED: Final = "https://evil.example"

ACRM: Final = "HTTP_ACCESS_CONTROL_REQUEST_METHOD"
ACRH: Final = "HTTP_ACCESS_CONTROL_REQUEST_HEADERS"

_BROWSERS: Final = {
    "HTTP_HOST": HOST,
    "HTTP_USER_AGENT": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "HTTP_ACCEPT": "application/json",
    "HTTP_ACCEPT_LANGUAGE": "en-US,en;q=0.5",
    "HTTP_ACCEPT_ENCODING": "gzip, deflate, br, zstd",
    "HTTP_CONNECTION": "keep-alive",
}


def anew(text: str) -> str:
    """Give an equal string that is another object, as a server makes it (PEP 3333, Latin-1)."""
    return text.encode("latin-1").decode("latin-1")


def environ(method: str, **headers: str) -> Environ:
    """Give the environ of a request by *method* to the one path that is asked for."""
    return {
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "https",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "SERVER_SOFTWARE": "benchmarks",
        "SERVER_NAME": HOST,
        "SERVER_PORT": "443",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "192.0.2.1",
        "REMOTE_PORT": "50000",
        "REQUEST_METHOD": anew(method),
        "SCRIPT_NAME": "",
        "PATH_INFO": anew(PATH),
        "QUERY_STRING": "",
        "RAW_URI": anew(PATH),
        "CONTENT_LENGTH": "0",
        **{name: anew(value) for name, value in (_BROWSERS | headers).items()},
    }


def _get(_: str) -> Environ:
    return environ("GET", HTTP_SEC_FETCH_SITE="none")


def _get_allowed(origin: str) -> Environ:
    return environ("GET", HTTP_ORIGIN=origin, HTTP_SEC_FETCH_SITE="cross-site")


def _get_refused(_: str) -> Environ:
    return _get_allowed(REFUSED)


def _post_same_origin(_: str) -> Environ:
    return environ("POST", HTTP_ORIGIN=f"https://{HOST}", HTTP_SEC_FETCH_SITE="same-origin")


def _post_allowed(origin: str) -> Environ:
    return environ("POST", HTTP_ORIGIN=origin, HTTP_SEC_FETCH_SITE="cross-site")


def _post_refused(_: str) -> Environ:
    return _post_allowed(REFUSED)


def _preflight(origin: str) -> Environ:
    asked = {ACRM: "PUT", ACRH: "content-type"}
    return environ("OPTIONS", HTTP_ORIGIN=origin, HTTP_SEC_FETCH_SITE="cross-site", **asked)


def _preflight_two_headers(origin: str) -> Environ:
    return _preflight(origin) | {ACRH: anew("authorization,content-type")}


def _preflight_refused(_: str) -> Environ:
    return _preflight(REFUSED)


#: Each request by its name, made for the origin that the policy allows.
REQUESTS: Final[dict[str, Callable[[str], Environ]]] = {
    "get": _get,
    "get-allowed": _get_allowed,
    "get-refused": _get_refused,
    "post-same-origin": _post_same_origin,
    "post-allowed": _post_allowed,
    "post-refused": _post_refused,
    "preflight": _preflight,
    "preflight-two-headers": _preflight_two_headers,
    "preflight-refused": _preflight_refused,
}


def scope_of(environ: Environ) -> dict[str, Any]:
    """Give the scope of ASGI that says what *environ* says."""
    headers = [
        (name.removeprefix("HTTP_").replace("_", "-").lower().encode(), value.encode("latin-1"))
        for name, value in environ.items()
        if name.startswith("HTTP_")
    ]
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": environ["REQUEST_METHOD"],
        "scheme": environ["wsgi.url_scheme"],
        "path": environ["PATH_INFO"],
        "raw_path": environ["PATH_INFO"].encode(),
        "query_string": b"",
        "root_path": "",
        "headers": headers,
        "client": ("192.0.2.1", 50000),
        "server": (HOST, 443),
        "extensions": {},
    }
