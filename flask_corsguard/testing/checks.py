"""The checks of a response that decide whether a page may have it, and of a request before it is sent.

Each raises :class:`~.refusals.NetworkError` where the standard returns a network error.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from flask_corsguard.core.fetch_standard import ACAC, ACAO, CORP, TAO

from .differences import Quirks
from .headers import Header, get, response_essence, split
from .refusals import NetworkError
from .requests import Request, redirect_taint, serialized_origin
from .urls import HTTP_SCHEMES, is_address, is_trustworthy, same_origin, schemelessly_same_site

#: See #bad-port.
BAD_PORTS: Final = frozenset(
    {
        *(0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95),
        *(101, 102, 103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179),
        *(389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601),
        *(636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566),
        *(6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080),
    }
)
#: See https://mimesniff.spec.whatwg.org/#javascript-mime-type.
JAVASCRIPT_TYPES: Final = frozenset(
    {
        *("application/ecmascript", "application/javascript", "application/x-ecmascript"),
        *("application/x-javascript", "text/ecmascript", "text/javascript", "text/jscript"),
        *("text/livescript", "text/x-ecmascript", "text/x-javascript"),
        *(f"text/javascript1.{minor}" for minor in range(6)),
    }
)


def cors_check(request: Request, headers: Iterable[Header], *, step: str = "CORS check") -> None:
    """Let a page read the response only if the server says so (#concept-cors-check)."""
    headers = list(headers)
    allowed = get(headers, ACAO)
    includes = request.credentials == "include"
    if allowed == "*" and not includes:
        return
    origin = serialized_origin(request)
    if allowed == origin and (not includes or get(headers, ACAC) == "true"):
        return
    raise NetworkError(step, _why_not_shared(request, headers), _what_shares(request, origin))


def _why_not_shared(request: Request, headers: list[Header]) -> str:
    allowed, origin = get(headers, ACAO), serialized_origin(request)
    asks = origin
    if origin == "null":
        why = "its document is sandboxed"
        if redirect_taint(request) != "same-origin":
            why = "a redirect led from one foreign origin to another"
        asks = f"null (because {why})"
    if allowed is None:
        return f"the answer has no {ACAO}, and {asks} asks."
    if allowed == origin:
        said = get(headers, ACAC)
        what = "is missing" if said is None else f"is {said!r}"
        return f'with credentials, {ACAC} has to be exactly "true", and it {what}.'
    if allowed == "*":
        return f'{ACAO} is "*", which does not count for a request with credentials.'
    if len(split(allowed)) > 1 or len(allowed.split()) > 1:
        return f"{ACAO} has more than one value, {allowed!r}: it can have one only."
    hint = ""
    if allowed.rstrip("/").lower() == origin:
        hint = "; they are compared byte by byte: no slash at the end, no upper case"
    return f"{ACAO} is {allowed!r}, and {asks} asks{hint}."


def _what_shares(request: Request, origin: str) -> str:
    if request.credentials == "include":
        if origin == "null":
            return "no policy allows null with credentials: anyone can be null; avoid what makes it null"
        policy = f'a policy with origins=["{origin}"], credentials=True'
        return f"{ACAO}: {origin} and {ACAC}: true ({policy})"
    if origin == "null":
        return f'{ACAO}: * (a policy with origins="*")'
    return f'{ACAO}: {origin} (a policy with origins=["{origin}"])'


def tao_check(request: Request, headers: Iterable[Header]) -> bool:
    """Whether a page may see the timing of the response (#concept-tao-check)."""
    # Step 2 is the caller's: its flag, once set, stays.
    values = split(get(headers, TAO) or "")
    if "*" in values or serialized_origin(request) in values:
        return True
    if request.is_navigation and not same_origin(request.url.origin, request.origin):
        return False
    return request.tainting == "basic"


def resource_policy_check(request: Request, headers: Iterable[Header], quirks: Quirks) -> None:
    """Let a page embed the response unless the server says no.

    See #cross-origin-resource-policy-internal-check; the embedder policy is unsafe-none.
    """
    policy = get(headers, CORP)
    target = request.url.origin
    if policy == "same-origin":
        blocked = not same_origin(request.origin, target)
    elif policy == "same-site":
        secure = str(request.origin).startswith("https:") or request.url.scheme != "https"
        blocked = not (schemelessly_same_site(request.origin, target) and secure)
        if is_address(request.url.host) and quirks.has("resource-policy-address"):
            blocked = not same_origin(request.origin, target)
    else:
        # Tempting: to refuse what is malformed. But then there is no policy (step 3).
        blocked = False
    if blocked:
        raise NetworkError(
            "cross-origin resource policy check",
            f"{CORP} is {policy!r}, and {request.origin} embeds it.",
            f'{CORP}: cross-origin (a policy with resource_policy="cross-origin")',
        )


def port_check(request: Request) -> None:
    """Keep browsers from talking to what is no web server (#block-bad-port)."""
    if request.url.port in BAD_PORTS:
        raise NetworkError(
            "main fetch, step 7 (bad port)",
            f"port {request.url.port} belongs to another protocol.",
            "another port",
        )


def upgrades_mixed_content(request: Request) -> bool:
    """Whether an http image of an https page is fetched over https instead.

    See https://w3c.github.io/webappsec-mixed-content/#upgrade-algorithm.
    """
    return (
        _prohibits_mixed_content(request)
        and request.destination == "image"
        and request.url.scheme == "http"
        and not is_trustworthy(request.url)
        and not is_address(request.url.host)
    )


def mixed_content_check(request: Request, quirks: Quirks) -> None:
    """Keep a page of https from depending on plain http.

    The answer need not be looked at again: a model has no broken TLS.
    See https://w3c.github.io/webappsec-mixed-content/#should-block-fetch.
    """
    if not _prohibits_mixed_content(request) or request.url.scheme not in HTTP_SCHEMES | {"ws", "wss"}:
        return
    if is_trustworthy(request.url):
        loopback = request.url.scheme == "http" and quirks.has("mixed-content-loopback")
        if not loopback or request.destination == "image":
            return
    raise NetworkError(
        "main fetch, step 7 (mixed content)",
        f"a page of https may not use {request.url.origin}.",
        "the same over https",
    )


def _prohibits_mixed_content(request: Request) -> bool:
    # Tempting: every potentially trustworthy page (#categorize-settings-object, step 1). But no
    # engine keeps a page of http://localhost from using plain http.
    client = request.client
    return client is not None and client.url.scheme == "https" and not request.is_top_level


def script_type_check(headers: Iterable[Header]) -> None:
    """Keep what is surely no script from running as one.

    See #should-response-to-request-be-blocked-due-to-mime-type and
    #should-response-to-request-be-blocked-due-to-nosniff.
    """
    headers = list(headers)
    essence = response_essence(headers) or ""
    nosniff = split(get(headers, "X-Content-Type-Options") or "")[0].lower() == "nosniff"
    if essence.startswith(("audio/", "image/", "video/")) or essence == "text/csv":
        because = f"its type is {essence}."
    elif nosniff and essence not in JAVASCRIPT_TYPES:
        because = f"its type is {essence or 'missing'} and X-Content-Type-Options is nosniff."
    else:
        return
    raise NetworkError("main fetch, step 20 (MIME type)", because, "Content-Type: text/javascript")
