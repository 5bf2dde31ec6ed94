"""Checks of a request before it is sent, and of a response before the page gets it.

A function named ``..._check`` raises :class:`~.refusals.NetworkError` if the standard returns a
network error.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from flask_corsguard.core.fetch_standard import ACAC, ACAO, CORP, TAO

from .differences import Quirks
from .headers import Header, get, response_essence, split
from .refusals import NetworkError
from .requests import Request, redirect_taint, serialized_origin
from .sites import schemelessly_same_site
from .urls import (
    HTTP_SCHEMES,
    is_address,
    is_trustworthy,
    same_origin,
)

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
    """Check that the response allows the request's origin to read it (#concept-cors-check)."""
    headers = list(headers)
    allowed = get(headers, ACAO)
    includes = request.credentials == "include"
    if allowed == "*" and not includes:
        return
    origin = serialized_origin(request)
    if allowed == origin and (not includes or get(headers, ACAC) == "true"):
        return
    raise NetworkError(step, _reason_not_to_share(request, headers), _headers_to_share(request, origin))


def _reason_not_to_share(request: Request, headers: list[Header]) -> str:
    allowed, origin = get(headers, ACAO), serialized_origin(request)
    mismatch = f"and the origin of the request is {origin}"
    if origin == "null":
        cause = "its document is sandboxed"
        if redirect_taint(request) != "same-origin":
            cause = "a redirect led from one foreign origin to another"
        mismatch += f", because {cause}"
    if allowed is None:
        return f"the response has no {ACAO}, {mismatch}."
    if allowed == origin:
        value = get(headers, ACAC)
        state = "is missing" if value is None else f"is {value!r}"
        return f'a request with credentials needs {ACAC} to be exactly "true", and it {state}.'
    if allowed == "*":
        return f'{ACAO} is "*", which is not a wildcard for a request with credentials.'
    if len(split(allowed)) > 1 or len(allowed.split()) > 1:
        return f"{ACAO} has more than one value, {allowed!r}; only one is possible."
    hint = ""
    if allowed.rstrip("/").lower() == origin:
        hint = "; origins are compared byte by byte: no slash at the end, no upper case"
    return f"{ACAO} is {allowed!r}, {mismatch}{hint}."


def _headers_to_share(request: Request, origin: str) -> str:
    if request.credentials == "include":
        if origin == "null":
            return (
                "a request without credentials, or an origin that is not null: "
                "no policy allows null with credentials, because any page can have that origin"
            )
        policy = f'a policy with origins=["{origin}"], credentials=True'
        return f"{ACAO}: {origin} and {ACAC}: true ({policy})"
    if origin == "null":
        return f'{ACAO}: * (a policy with origins="*")'
    return f'{ACAO}: {origin} (a policy with origins=["{origin}"])'


def tao_check(request: Request, headers: Iterable[Header]) -> bool:
    """Return whether the page may see the timing of the response (#concept-tao-check)."""
    # Step 2 is left to the caller, which stores the flag over redirects.
    values = split(get(headers, TAO) or "")
    if "*" in values or serialized_origin(request) in values:
        return True
    if request.is_navigation and not same_origin(request.url.origin, request.origin):
        return False
    return request.tainting == "basic"


def resource_policy_check(request: Request, headers: Iterable[Header], quirks: Quirks) -> None:
    """Check that the response allows a page of this origin to embed it.

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
        # Tempting: to block a malformed value. But the standard ignores it (step 3).
        blocked = False
    if blocked:
        raise NetworkError(
            "cross-origin resource policy check",
            f"{CORP} is {policy!r}, and the page that embeds the response has the origin {request.origin}.",
            f'{CORP}: cross-origin (a policy with resource_policy="cross-origin")',
        )


def port_check(request: Request) -> None:
    """Check that the port is not that of another protocol (#block-bad-port)."""
    if request.url.port in BAD_PORTS:
        raise NetworkError(
            "main fetch, step 7 (bad port)",
            f"browsers block port {request.url.port}, which belongs to another protocol.",
            "another port",
        )


def upgrades_mixed_content(request: Request) -> bool:
    """Return whether this is an http image of an https page, which is fetched over https instead.

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
    """Check that an https page does not load from plain http.

    See https://w3c.github.io/webappsec-mixed-content/#should-block-fetch. The check of the response
    (#should-block-response) is left out: the model has no TLS that could be broken.
    """
    if not _prohibits_mixed_content(request) or request.url.scheme not in HTTP_SCHEMES:
        return
    if is_trustworthy(request.url):
        is_blocked = request.url.scheme == "http" and quirks.has("mixed-content-loopback")
        if not is_blocked or request.destination == "image":
            return
    raise NetworkError(
        "main fetch, step 7 (mixed content)",
        f"an https page cannot load from {request.url.origin}.",
        "an https URL",
    )


def _prohibits_mixed_content(request: Request) -> bool:
    # Tempting: every potentially trustworthy page (#categorize-settings-object, step 1). But no
    # engine forbids a page of http://localhost to load over plain http.
    client = request.client
    return client is not None and client.url.scheme == "https" and not request.is_top_level


def script_type_check(headers: Iterable[Header]) -> None:
    """Check that the type of the response allows it to run as a script.

    See #should-response-to-request-be-blocked-due-to-mime-type and
    #should-response-to-request-be-blocked-due-to-nosniff.
    """
    headers = list(headers)
    essence = response_essence(headers) or ""
    nosniff = split(get(headers, "X-Content-Type-Options") or "")[0].lower() == "nosniff"
    if essence.startswith(("audio/", "image/", "video/")) or essence == "text/csv":
        because = f"the type of the response is {essence}."
    elif nosniff and essence not in JAVASCRIPT_TYPES:
        because = (
            f"the type of the response is {essence or 'missing'}, and X-Content-Type-Options is nosniff."
        )
    else:
        return
    raise NetworkError("main fetch, step 20 (MIME type)", because, "Content-Type: text/javascript")
