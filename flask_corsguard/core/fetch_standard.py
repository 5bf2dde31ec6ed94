"""The terms of the Fetch standard that a server of the CORS protocol needs, one name for each.

A name here means what the standard means by it. This module contains no rule of the library's own.

:see: https://fetch.spec.whatwg.org/ (sections are cited by their anchors)
"""

from __future__ import annotations

import re
from typing import Final

ACAO: Final = "Access-Control-Allow-Origin"
ACAC: Final = "Access-Control-Allow-Credentials"
ACAM: Final = "Access-Control-Allow-Methods"
ACAH: Final = "Access-Control-Allow-Headers"
ACMA: Final = "Access-Control-Max-Age"
ACEH: Final = "Access-Control-Expose-Headers"
ACAPN: Final = "Access-Control-Allow-Private-Network"

ACRM: Final = "Access-Control-Request-Method"
ACRH: Final = "Access-Control-Request-Headers"
ACRPN: Final = "Access-Control-Request-Private-Network"

TAO: Final = "Timing-Allow-Origin"
CORP: Final = "Cross-Origin-Resource-Policy"

#: In lower case. See #http-responses; the last one is from the draft of Private Network Access.
CORS_RESPONSE_HEADERS: Final = frozenset(name.lower() for name in (ACAO, ACAC, ACAM, ACAH, ACMA, ACEH, ACAPN))

#: See #cors-safelisted-method. Browsers send them whether or not Access-Control-Allow-Methods lists them
#: (#cors-preflight-fetch, step 7.5).
SAFELISTED_METHODS: Final = frozenset({"GET", "HEAD", "POST"})

#: See #concept-method-normalize. Browsers turn only these into upper case; they send `patch` as it is.
NORMALIZED_METHODS: Final = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"})

#: The registered methods that a policy accepts in upper case only. The standard allows any token, but nobody
#: means `patch`.
UPPER_CASE_METHODS: Final = NORMALIZED_METHODS | {"PATCH", "QUERY"}

#: See #forbidden-method. The comparison is case-insensitive.
FORBIDDEN_METHODS: Final = frozenset({"CONNECT", "TRACE", "TRACK"})

#: See #forbidden-request-header; in lower case. X-HTTP-Method, X-HTTP-Method-Override and X-Method-Override
#: are left out: only some of their values are forbidden.
FORBIDDEN_REQUEST_HEADERS: Final = frozenset(
    {
        "accept-charset",
        "accept-encoding",
        "access-control-request-headers",
        "access-control-request-method",
        "connection",
        "content-length",
        "cookie",
        "cookie2",
        "date",
        "dnt",
        "expect",
        "host",
        "keep-alive",
        "origin",
        "referer",
        "set-cookie",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "via",
    }
)
FORBIDDEN_REQUEST_HEADER_PREFIXES: Final = ("proxy-", "sec-")

#: See #forbidden-response-header-name; in lower case.
FORBIDDEN_RESPONSE_HEADERS: Final = frozenset({"set-cookie", "set-cookie2"})

#: See #cors-safelisted-response-header-name; in lower case. A page can always read these.
SAFELISTED_RESPONSE_HEADERS: Final = frozenset(
    {
        "cache-control",
        "content-language",
        "content-length",
        "content-type",
        "expires",
        "last-modified",
        "pragma",
    }
)

#: See #cors-non-wildcard-request-header-name; in lower case.
NON_WILDCARD_REQUEST_HEADER: Final = "authorization"

# RFC 9110, section 5.6.2.
_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")


def is_token(text: str) -> bool:
    """Whether *text* is a token, the grammar of methods and header names (RFC 9110, 5.6.2)."""
    return _TOKEN.fullmatch(text) is not None


def is_forbidden_method(method: str) -> bool:
    """Whether no page may send *method* (#forbidden-method)."""
    return method.upper() in FORBIDDEN_METHODS


def is_forbidden_request_header(name: str) -> bool:
    """Whether no page may set a request header of this *name* (#forbidden-request-header)."""
    lower = name.lower()
    return lower in FORBIDDEN_REQUEST_HEADERS or lower.startswith(FORBIDDEN_REQUEST_HEADER_PREFIXES)
