"""The kinds of a request, and the reasons of a decision."""

from __future__ import annotations

from enum import Enum, unique
from typing import Final


@unique
class Kind(str, Enum):
    """The kinds of a request in the CORS protocol (https://fetch.spec.whatwg.org/#http-requests).

    A preflight is OPTIONS with one ``Origin`` and one ``Access-Control-Request-Method``. An actual request
    is any other request with an ``Origin``. A request without ``Origin`` is not a CORS request.
    """

    __module__ = "flask_corsguard"

    PREFLIGHT = "preflight"
    ACTUAL = "actual"
    NON_CORS = "non-cors"

    __str__ = str.__str__


@unique
class Reason(str, Enum):
    """The reasons of a decision. The values are stable, and the log shows them."""

    __module__ = "flask_corsguard"

    ALLOWED = "allowed"
    NO_ORIGIN = "no-origin"
    ORIGIN_MALFORMED = "origin-malformed"
    ORIGIN_NULL = "origin-null"
    ORIGIN_NOT_ALLOWED = "origin-not-allowed"
    ORIGIN_INSECURE = "origin-insecure"
    ORIGIN_CHECK_FAILED = "origin-check-failed"
    METHOD_NOT_ALLOWED = "method-not-allowed"
    HEADER_NOT_ALLOWED = "header-not-allowed"
    HEADERS_TOO_LONG = "headers-too-long"
    PRIVATE_NETWORK_NOT_ALLOWED = "private-network-not-allowed"
    # Only the guard has the following reasons; see core/guard.py.
    GUARD_OFF = "guard-off"
    SAFE_METHOD = "safe-method"
    SAME_ORIGIN = "same-origin"
    ORIGIN_MISSING = "origin-missing"
    COOKIE_NOT_ALLOWED = "cookie-not-allowed"
    # Both functions give it, for UNMANAGED.
    UNMANAGED = "unmanaged"

    __str__ = str.__str__
    # Tempting: the method of Enum. But it is written in Python, which costs a call.
    __hash__ = str.__hash__


# Before Python 3.12, every look-up of a member in its class calls a Python function. The members that
# requests need are bound here.
ALLOWED: Final = Reason.ALLOWED
NO_ORIGIN: Final = Reason.NO_ORIGIN
SAFE_METHOD: Final = Reason.SAFE_METHOD
SAME_ORIGIN: Final = Reason.SAME_ORIGIN
ORIGIN_MISSING: Final = Reason.ORIGIN_MISSING
METHOD_NOT_ALLOWED: Final = Reason.METHOD_NOT_ALLOWED
COOKIE_NOT_ALLOWED: Final = Reason.COOKIE_NOT_ALLOWED

#: The reasons with which nothing is refused.
PASSING: Final = frozenset({ALLOWED, NO_ORIGIN, Reason.GUARD_OFF, Reason.UNMANAGED, SAFE_METHOD, SAME_ORIGIN})
