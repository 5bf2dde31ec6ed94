"""What kinds of request there are, and why a decision came out as it did."""

from __future__ import annotations

from enum import Enum, unique
from typing import Final


@unique
class Kind(str, Enum):
    """What a request is to the CORS protocol (https://fetch.spec.whatwg.org/#http-requests).

    A preflight is OPTIONS with one ``Origin`` and one ``Access-Control-Request-Method``; an actual request
    is any other one with an ``Origin``; a request without ``Origin`` is not CORS.
    """

    __module__ = "flask_corsguard"

    PREFLIGHT = "preflight"
    ACTUAL = "actual"
    NON_CORS = "non-cors"

    __str__ = str.__str__


@unique
class Reason(str, Enum):
    """Why a decision came out as it did; the value is stable and goes to logs."""

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
    # Of the guard alone.
    GUARD_OFF = "guard-off"
    SAFE_METHOD = "safe-method"
    SAME_ORIGIN = "same-origin"
    ORIGIN_MISSING = "origin-missing"
    COOKIE_NOT_ALLOWED = "cookie-not-allowed"

    __str__ = str.__str__
    # Tempting: that of Enum. But it is a call of Python.
    __hash__ = str.__hash__


# Before Python 3.12, looking a member up in its class is a call of Python. Those that requests need are
# bound here.
ALLOWED: Final = Reason.ALLOWED
NO_ORIGIN: Final = Reason.NO_ORIGIN
SAFE_METHOD: Final = Reason.SAFE_METHOD
SAME_ORIGIN: Final = Reason.SAME_ORIGIN
ORIGIN_MISSING: Final = Reason.ORIGIN_MISSING
METHOD_NOT_ALLOWED: Final = Reason.METHOD_NOT_ALLOWED
COOKIE_NOT_ALLOWED: Final = Reason.COOKIE_NOT_ALLOWED

#: The reasons with which nothing is refused.
PASSING: Final = frozenset({ALLOWED, NO_ORIGIN, Reason.GUARD_OFF, SAFE_METHOD, SAME_ORIGIN})
