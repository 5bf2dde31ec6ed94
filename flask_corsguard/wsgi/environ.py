"""What of a WSGI environ matters to CORS (PEP 3333, "environ Variables")."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask_corsguard.core.decision import Request

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

ORIGIN: Final = "HTTP_ORIGIN"
ACRM: Final = "HTTP_ACCESS_CONTROL_REQUEST_METHOD"
ACRH: Final = "HTTP_ACCESS_CONTROL_REQUEST_HEADERS"
ACRPN: Final = "HTTP_ACCESS_CONTROL_REQUEST_PRIVATE_NETWORK"
SITE: Final = "HTTP_SEC_FETCH_SITE"
UPGRADE: Final = "HTTP_UPGRADE"
COOKIE: Final = "HTTP_COOKIE"

#: Where Werkzeug leaves the request, with the rule that Flask has matched.
REQUEST: Final = "werkzeug.request"


def request_of(environ: WSGIEnvironment) -> Request:
    """Read from *environ* what of the request matters to CORS."""
    get = environ.get
    return Request(
        get("REQUEST_METHOD", ""),
        get(ORIGIN),
        get(ACRM),
        get(ACRH),
        get(ACRPN),
        get(SITE),
        get("HTTP_HOST"),
        get("wsgi.url_scheme", "http"),
        get(UPGRADE),
        COOKIE in environ,
    )
