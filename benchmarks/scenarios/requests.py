"""The requests, by name: what a server hands on of what browsers send."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from typing import Any, Final

Environ = dict[str, Any]

HOST: Final = "api.example"
PATH: Final = "/api/items/7"
SHORT_PATH: Final = "/x"
#: The origin that a policy of exact origins allows, and one that no policy allows but ``any``.
ALLOWED: Final = "https://app.example"
REFUSED: Final = "https://evil.example"

ACRM: Final = "HTTP_ACCESS_CONTROL_REQUEST_METHOD"
ACRH: Final = "HTTP_ACCESS_CONTROL_REQUEST_HEADERS"

_FIREFOX: Final = {
    "HTTP_USER_AGENT": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "HTTP_ACCEPT": "application/json",
    "HTTP_ACCEPT_LANGUAGE": "en-US,en;q=0.5",
    "HTTP_ACCEPT_ENCODING": "gzip, deflate, br, zstd",
    "HTTP_CONNECTION": "keep-alive",
}


def anew(text: str) -> str:
    """Return an equal string that is another object, as a server makes it (PEP 3333, Latin-1)."""
    return text.encode("latin-1").decode("latin-1")


def environ(method: str, **headers: str) -> Environ:
    """Return the least environ that a request by *method* can have.

    What is counted, and not timed, is counted with it: which other names are in a dictionary decides how
    many look-ups collide, and by that alone instructions differ by two percent. The names of headers are
    strings of their own, as a server makes them.
    """
    return {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": SHORT_PATH,
        "QUERY_STRING": "",
        "SERVER_NAME": HOST,
        "SERVER_PORT": "443",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": HOST,
        "wsgi.url_scheme": "https",
        **{anew(name): value for name, value in headers.items()},
    }


def without_fetch_metadata(environ: Environ) -> Environ:
    """Return *environ* as an old browser sends it, or any browser over plain http: without Sec-Fetch-Site."""
    return {name: value for name, value in environ.items() if name != "HTTP_SEC_FETCH_SITE"}


def preflight(origin: str, method: str = "POST", headers: str = "content-type") -> Environ:
    """Return the environ of a preflight from *origin*."""
    asked = {ACRM: method, ACRH: headers}
    return environ("OPTIONS", HTTP_ORIGIN=origin, **asked)


def _get(_: str) -> Environ:
    return environ("GET")


def _get_allowed(origin: str) -> Environ:
    return environ("GET", HTTP_ORIGIN=origin)


def _get_refused(_: str) -> Environ:
    return _get_allowed(REFUSED)


def _post_same_origin(_: str) -> Environ:
    return environ("POST", HTTP_ORIGIN=f"https://{HOST}", HTTP_SEC_FETCH_SITE="same-origin")


def _post_allowed(origin: str) -> Environ:
    return environ("POST", HTTP_ORIGIN=origin, HTTP_SEC_FETCH_SITE="cross-site")


def _post_refused(_: str) -> Environ:
    return _post_allowed(REFUSED)


def _preflight_two_headers(origin: str) -> Environ:
    return preflight(origin, headers="authorization,content-type")


def _preflight_refused(_: str) -> Environ:
    return preflight(REFUSED)


#: Each request by its name, made for the origin that the policy allows.
REQUESTS: Final[dict[str, Callable[[str], Environ]]] = {
    "get": _get,
    "get-allowed": _get_allowed,
    "get-refused": _get_refused,
    "post-same-origin": _post_same_origin,
    "post-allowed": _post_allowed,
    "post-refused": _post_refused,
    "preflight": preflight,
    "preflight-two-headers": _preflight_two_headers,
    "preflight-refused": _preflight_refused,
}


def browser_request(name: str, origin: str) -> Environ:
    """Return the request of that name with all that Firefox sends and all that gunicorn adds.

    Times are measured with it. Every value of a header is decoded anew from bytes, as a server decodes
    it: a string that is also the policy's own object would be found without being compared. The names are
    the library's own objects, as in all results that are recorded. The instructions include the cost of
    names that are a server's objects.
    """
    request = REQUESTS[name](origin)
    site = "cross-site" if "HTTP_ORIGIN" in request else "none"
    sent = {**_FIREFOX, "HTTP_SEC_FETCH_SITE": site, **request, "PATH_INFO": PATH, "RAW_URI": PATH}
    return {
        "wsgi.version": (1, 0),
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "SERVER_SOFTWARE": "benchmarks",
        "REMOTE_ADDR": "192.0.2.1",
        "REMOTE_PORT": "50000",
        "CONTENT_LENGTH": "0",
        **{sys.intern(name): anew(value) for name, value in sent.items()},
    }
