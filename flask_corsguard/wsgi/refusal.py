"""The answers to refused requests, and how a proxy in front could have caused a refusal."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final, NamedTuple, cast

from flask_corsguard.core.decision import Decision
from flask_corsguard.core.fetch_standard import ACAO, CORP, CORS_RESPONSE_HEADERS, TAO, is_token
from flask_corsguard.core.guard import authorities, is_websocket
from flask_corsguard.core.hidden_host import MAX_AUTHORITY_LENGTH, hides_host
from flask_corsguard.core.origin import Origin
from flask_corsguard.core.request import Request

if TYPE_CHECKING:
    from flask_corsguard.core.answer import Header

#: How much of ``X-Forwarded-Host`` is read, in bytes: some proxies in a row, each of which adds a host.
MAX_FORWARDED_LENGTH: Final = 256

_NO_PAIRS: Final = "has no headers: write refusal_headers={'X-Frame-Options': 'DENY'}."

#: In lower case: what describes the text, and what a policy can own.
_OWN_HEADERS: Final = CORS_RESPONSE_HEADERS | {
    *("content-type", "content-length", "vary", TAO.lower(), CORP.lower()),
}

# RFC 9110, section 5.5, and PEP 3333, "Unicode Issues".
_UNSENDABLE = re.compile(r"[^\t\x20-\x7e\x80-\xff]")

#: The text of the answer to a refused preflight. No page can read it, but somebody may try by hand.
PREFLIGHT_REFUSAL_TEXT: Final = "Refused: the CORS policy of this server does not allow this origin.\n"


def refusal_headers_from(given: object) -> list[Header]:
    """Return the headers of the application on the answer to a refused request.

    :param given: pairs of name and value, or a mapping.
    :raises TypeError: if *given* contains anything else.
    :raises ValueError: if a name or a value cannot be sent, or if the layer sets that header itself.
    """
    pairs = given.items() if isinstance(given, Mapping) else given
    headers: list[Header] = []
    if isinstance(pairs, str) or not isinstance(pairs, Iterable):
        raise TypeError(f"refusal_headers={given!r} {_NO_PAIRS}")
    for pair in cast("Iterable[object]", pairs):
        if not isinstance(pair, tuple) or [type(each) for each in pair] != [str, str]:
            raise TypeError(f"{pair!r} in refusal_headers {_NO_PAIRS}")
        name, value = cast("Header", pair)
        if name.lower() in _OWN_HEADERS:
            raise ValueError(f"{name!r} in refusal_headers is set by the layer itself: leave it out.")
        if not is_token(name) or _UNSENDABLE.search(value):
            raise ValueError(
                f"{name!r}: {value!r} in refusal_headers cannot be sent: a name is a token, and a value one "
                "line of Latin-1."
            )
        headers.append((name, value))
    return headers


def refusal_text(decision: Decision, *, debug: bool = False) -> str:
    """Return the text of the answer to a request that the guard refuses.

    An allowed origin, which can read the answer, gets an explanation; any other one only gets the reason's
    code, unless *debug* is on.
    """
    if debug or any(name == ACAO for name, _ in decision.headers):
        return f"Refused: {decision.explain()}\n"
    # No page can read this, but somebody may try by hand.
    return (
        f"Refused ({decision.reason}): the CORS policy of this server does not allow another origin to "
        "send this request. If it should, the log of the server shows what to change.\n"
    )


class ProxyAdvice(NamedTuple):
    """What to do where a proxy in front has changed what the application sees."""

    scheme: str
    host: str
    port: str


#: For WSGI, whose applications have Werkzeug's ``ProxyFix``.
PROXY_FIX: Final = ProxyAdvice(
    "see x_proto of ProxyFix",
    "is a ProxyFix missing, or x_host=1 in it?",
    "does a proxy rewrite Host, or is x_port=1 missing?",
)


def proxy_hint(request: Request, forwarded_host: str | None, advice: ProxyAdvice = PROXY_FIX) -> str:
    """Return how a proxy in front could have caused a refusal; an empty string if it could not.

    :param request: the refused request.
    :param forwarded_host: the value of ``X-Forwarded-Host``. Anyone can send it, so it is good for a hint
        and for nothing else.
    :param advice: what to do about it.
    """
    if request.fetch_site:
        # The browser has compared the origins itself; no proxy can have confused it.
        return ""
    if request.origin == "null":
        if request.upgrade and is_websocket(request.upgrade):
            # A handshake always names its page, and Chromium sends it without Sec-Fetch-Site: a sandboxed
            # frame.
            return ""
        return (
            "over plain http a page of the application's own sends null, too, under "
            "Referrer-Policy: no-referrer; use https, or another Referrer-Policy"
        )
    origin = Origin.parse(request.origin or "")
    if origin is None:
        return ""
    host = (request.host or "")[:MAX_AUTHORITY_LENGTH].lower()
    if host in authorities(origin):
        return (
            "only the scheme differs, because the page has http and the server has https: "
            f"redirect http to https, or, if a proxy reports the wrong scheme, {advice.scheme}"
        )
    names = [name.strip().lower() for name in (forwarded_host or "")[:MAX_FORWARDED_LENGTH].split(",")]
    if any(name in names for name in authorities(origin)):
        return f"the origin's host is in X-Forwarded-Host: {advice.host}"
    if not host:
        return "the request has no Host"
    name = host if host.endswith("]") else host.rpartition(":")[0] or host
    if name == origin.host:
        return f"only the port differs from Host: {advice.port}"
    if hides_host(request):
        return (
            "Host is a name for use inside of a network: if the origin is the application's own, a proxy "
            "replaces Host; have it pass the browser's on"
        )
    return ""
