"""The differences between engines and the standard, in one table.

Each entry was measured with Chromium, Firefox and WebKitGTK. The rest of the model calls
:meth:`Quirks.has` with the code of an entry, and never looks at the name of an engine.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

#: The name of a browser engine, for :class:`Browser`.
Engine = Literal["chromium", "firefox", "webkit"]

ENGINES: Final[tuple[Engine, ...]] = get_args(Engine)


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """One behaviour in which an engine and the standard differ."""

    __module__ = "flask_corsguard.testing"

    #: A stable name, such as ``"samesite-default"``.
    code: str
    #: The behaviour, in a sentence.
    sentence: str
    #: What the standard requires, with its section.
    standard: str
    #: What Chromium does; the same text as :attr:`standard` if it does not deviate.
    chromium: str
    #: What Firefox does; the same text as :attr:`standard` if it does not deviate.
    firefox: str
    #: What WebKit does; the same text as :attr:`standard` if it does not deviate.
    webkit: str
    #: The engines that deviate from the standard.
    deviating: frozenset[Engine]


def _difference(
    code: str, sentence: str, standard: str, *, chromium: str = "", firefox: str = "", webkit: str = ""
) -> Difference:
    deviations: dict[Engine, str] = {"chromium": chromium, "firefox": firefox, "webkit": webkit}
    return Difference(
        code=code,
        sentence=sentence,
        standard=standard,
        chromium=chromium or standard,
        firefox=firefox or standard,
        webkit=webkit or standard,
        deviating=frozenset(engine for engine, deviation in deviations.items() if deviation),
    )


#: All known differences; a :class:`Browser` with an engine behaves as its entries describe.
DIFFERENCES: Final[tuple[Difference, ...]] = (
    _difference(
        "wildcard-authorization",
        "Whether `Access-Control-Allow-Headers: *` allows a page to send Authorization.",
        "No: Authorization has to be listed by its name (#cors-preflight-fetch, step 7.6).",
        chromium="Yes.",
        firefox="Yes.",
        webkit="Yes.",
    ),
    _difference(
        "client-hints",
        "Whether a page sends client hints (such as DPR, Save-Data and Width) without a preflight.",
        "No: only Accept, Accept-Language, Content-Language, Content-Type and Range can be safelisted "
        "(#cors-safelisted-request-header).",
        chromium="Yes, if the value is one that a hint can have, and Intervention with any value.",
    ),
    _difference(
        "no-referrer-no-cors-origin",
        "The Origin of a no-cors POST (fetch, sendBeacon) under Referrer-Policy: no-referrer.",
        "null (#append-a-request-origin-header, step 4.1).",
        chromium="The page's origin.",
    ),
    _difference(
        "redirected-preflight-origin",
        "The Origin of the preflight that a redirect from one foreign origin to another makes necessary.",
        "null, as on the request that follows (#serializing-a-request-origin).",
        firefox="The page's origin; the request that follows has null.",
    ),
    _difference(
        "redirected-get-preflight",
        "Whether a preflighted request that a redirect (303) makes a simple GET is preflighted again.",
        "No: the redirected request is a simple one (#concept-main-fetch, step 12).",
        firefox="Yes, with `Access-Control-Request-Method: GET`.",
        webkit="Yes, with `Access-Control-Request-Method: GET`.",
    ),
    _difference(
        "resource-policy-address",
        "Whether `Cross-Origin-Resource-Policy: same-site` allows another port of the same IP address.",
        "Yes: equal hosts are of one site (#cross-origin-resource-policy-internal-check, step 5).",
        chromium="No.",
    ),
    _difference(
        "samesite-default",
        "The SameSite value that a cookie without SameSite gets.",
        "Lax (RFC 6265bis, section 5.7, step 18).",
        firefox="None.",
        webkit="None.",
    ),
    _difference(
        "lax-allowing-unsafe",
        "Whether a cookie without SameSite is sent with a top-level POST from another site.",
        "No (RFC 6265bis, section 5.6.7.2, leaves it open).",
        chromium="Yes, while the cookie is at most two minutes old.",
    ),
    _difference(
        "mixed-content-loopback",
        "Whether an https page may use http://127.0.0.1 and http://localhost.",
        "Yes: they are potentially trustworthy (Mixed Content, section 4.4).",
        webkit="Images only.",
    ),
    _difference(
        "image-cache-refetch",
        "Whether requests with and without credentials share an entry of the HTTP cache.",
        "Yes: so a plain <img> without Vary: Origin spoils a later CORS request for the same URL.",
        firefox="No: it fetches again. Requests that agree on credentials share one, as elsewhere.",
    ),
    _difference(
        "preflight-cache-limit",
        "The longest time that a browser caches the response to a preflight.",
        "7200 s (the standard leaves the number to the browser).",
        firefox="86400 s.",
        webkit="600 s.",
    ),
    _difference(
        "negative-max-age",
        "What a negative Access-Control-Max-Age means.",
        "Nothing, so the default of 5 s (#cors-preflight-fetch, step 7.9).",
        chromium="0 s.",
        firefox="0 s.",
        webkit="0 s.",
    ),
    _difference(
        "preflight-fetch-mode",
        "Whether a preflight to a host that is not potentially trustworthy has Sec-Fetch-Mode.",
        "No (Fetch Metadata, section 4).",
        chromium="Yes, and no other Sec-Fetch header.",
    ),
    _difference(
        "secure-cookie-on-loopback",
        "Whether a Secure cookie is stored for http://127.0.0.1 and http://localhost.",
        "Yes: the browser decides which connections are secure (RFC 6265bis, section 5.7, step 13).",
        webkit="No.",
    ),
    _difference(
        "websocket-fetch-metadata",
        "Whether the handshake of a WebSocket has `Sec-Fetch-*`.",
        "Yes, as every request (Fetch Metadata, section 4).",
        chromium="No: a server can only look at Origin.",
    ),
    _difference(
        "websocket-destination",
        "The Sec-Fetch-Dest of a handshake.",
        "empty: the request has no destination (WebSockets, #websocket-opening-handshake, step 1).",
        webkit="websocket.",
    ),
    _difference(
        "fetch-user",
        "Whether a navigation that a person begins has Sec-Fetch-User: ?1.",
        "Yes (Fetch Metadata, section 2.4).",
        webkit="No.",
    ),
    _difference(
        "sandboxed-referer",
        "Whether a form in a sandboxed frame sends a Referer.",
        "No (Referrer Policy, section 8.3, step 3).",
        firefox="The origin of the page around it.",
        webkit="The origin of the page around it.",
    ),
)

_BY_CODE: Final[Mapping[str, Difference]] = {difference.code: difference for difference in DIFFERENCES}

#: See the difference "preflight-cache-limit"; in seconds. ``None`` is the standard.
PREFLIGHT_CACHE_LIMITS: Final[Mapping[Engine | None, int]] = {
    None: 7200,
    "chromium": 7200,
    "firefox": 86400,
    "webkit": 600,
}


class Quirks:
    """The differences of one engine; none for the standard."""

    def __init__(self, engine: Engine | None) -> None:
        if engine is not None and engine not in ENGINES:
            raise ValueError(f"engine is {engine!r}; it can be None or one of {', '.join(ENGINES)}")
        self.engine: Final[Engine | None] = engine

    def has(self, code: str) -> bool:
        """Whether this engine deviates from the standard in the difference called *code*."""
        return self.engine in _BY_CODE[code].deviating

    @property
    def preflight_cache_limit(self) -> int:
        """The longest time that the response to a preflight is cached, in seconds."""
        return PREFLIGHT_CACHE_LIMITS[self.engine]
