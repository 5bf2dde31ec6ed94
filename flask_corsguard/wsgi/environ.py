"""The parts of a WSGI environ that matter to CORS (PEP 3333, "environ Variables")."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask_corsguard.core.guard import reason_to_pass
from flask_corsguard.core.request import Request, is_preflight

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

ORIGIN: Final = "HTTP_ORIGIN"
ACRM: Final = "HTTP_ACCESS_CONTROL_REQUEST_METHOD"
ACRH: Final = "HTTP_ACCESS_CONTROL_REQUEST_HEADERS"
ACRPN: Final = "HTTP_ACCESS_CONTROL_REQUEST_PRIVATE_NETWORK"
SITE: Final = "HTTP_SEC_FETCH_SITE"
MODE: Final = "HTTP_SEC_FETCH_MODE"
UPGRADE: Final = "HTTP_UPGRADE"
COOKIE: Final = "HTTP_COOKIE"

#: ``Sec-Fetch-Mode`` of a request whose response CORS may withhold. Not a set: see ``OWN_SITES``.
_MODES_THAT_READ: Final = (None, "", "cors")

#: Where Werkzeug leaves the request, with the rule that Flask has matched.
REQUEST: Final = "werkzeug.request"


def request_of(environ: WSGIEnvironment) -> Request:
    """Return the part of the request that matters to CORS."""
    get = environ.get
    return Request(
        method=get("REQUEST_METHOD", ""),
        origin=get(ORIGIN),
        requested_method=get(ACRM),
        requested_headers=get(ACRH),
        private_network=get(ACRPN),
        fetch_site=get(SITE),
        host=get("HTTP_HOST"),
        scheme=get("wsgi.url_scheme", "http"),
        upgrade=get(UPGRADE),
        has_cookie=COOKIE in environ,
    )


def asks_to_read(environ: WSGIEnvironment) -> bool:
    """Whether a page may have asked to read the response, by what the browser sent.

    It has not where the browser names a mode without CORS, such as that of a form
    (https://fetch.spec.whatwg.org/#concept-request-mode). Old browsers and plain http name none.
    """
    return environ.get(MODE) in _MODES_THAT_READ


def method_to_judge(environ: WSGIEnvironment) -> str | None:
    """Return the method whose policy decides before the application runs; ``None`` if no policy is needed.

    That is the requested method of a preflight, and the own method of a request that the guard may refuse.
    """
    method: str = environ["REQUEST_METHOD"]
    if (method == "GET" or method == "HEAD") and UPGRADE not in environ:  # noqa: PLR1714 - a tuple costs more
        # Most requests; reason_to_pass() returns SAFE_METHOD for them.
        return None
    origin: str | None = environ.get(ORIGIN)
    requested: str | None = environ.get(ACRM)
    if is_preflight(method, origin, requested):
        return requested
    if reason_to_pass(method, environ.get(UPGRADE), environ.get(SITE), origin) is None:
        return method
    return None
