"""A decision in plain words: what happens, why, and what to change if it should not happen.

A sentence is only made when somebody asks for it: no request that passes pays for one.
"""

from __future__ import annotations

from typing import Final

from . import fetch_standard
from .advice import (
    listing,
    to_allow_cookies,
    to_allow_headers,
    to_allow_insecure,
    to_allow_method,
    to_allow_origin,
    to_allow_private_network,
)
from .compiled import DEFAULT_METHODS, compiled
from .hidden_host import hides_host
from .origin import MAX_ORIGIN_LENGTH, Origin
from .policy import Policy
from .problems import shown
from .reasons import Kind, Reason
from .request import Request

#: How many origins of a policy an explanation lists.
LISTED_ORIGINS: Final = 5

#: How many origins of a policy are searched for one that is nearly the same.
SEARCHED_ORIGINS: Final = 1000


def explain(kind: Kind, reason: Reason, detail: str, request: Request, policy: Policy) -> str:
    """Return sentences about a decision from which a stranger learns what to change.

    The arguments are the attributes of a :class:`.Decision`.
    """
    if reason is Reason.ALLOWED:
        return _explain_allowed(kind, request, policy)
    if reason is Reason.NO_ORIGIN:
        return _explain_no_origin(request, policy)
    if reason in _PASSING:
        return _PASSING[reason]
    if reason is Reason.METHOD_NOT_ALLOWED and kind is not Kind.PREFLIGHT:
        return _method_guarded(request, detail, policy)
    return _SENTENCES[reason](request, detail, policy)


def _origin_name(origin: str | None) -> str:
    if origin is None:
        return "A page that does not name its origin"
    # A value that is not an origin may contain control characters, so it is shown as a Python string.
    return origin if Origin.parse(origin) is not None else shown(origin)


def _explain_allowed(kind: Kind, request: Request, policy: Policy) -> str:
    who = "a page of any origin" if policy.origins == "*" else f"a page of {_origin_name(request.origin)}"
    if kind is not Kind.PREFLIGHT:
        return f"The policy allows {who} to read the response{_cookies(policy)}."
    what = f"{shown(request.requested_method)}"
    if request.requested_headers:
        what += f" with the headers {shown(request.requested_headers)}"
    return f"The policy allows {who} to send {what}{_cookies(policy)}; the browser will now send it."


def _cookies(policy: Policy) -> str:
    return ", with cookies" if policy.credentials else ", without cookies"


def _explain_no_origin(request: Request, policy: Policy) -> str:
    # Browsers always send Origin with these methods. See #append-a-request-origin-header, step 4.
    if request.method not in {"GET", "HEAD", "OPTIONS"}:
        return "There is no Origin header. Browsers put one on such a request, so no browser sent it."
    if policy.origins == "*":
        return "There is no Origin header, and the policy allows a page of any origin to read the response."
    return (
        "There is no Origin header, so no page of another origin asks to read the response. The request "
        "comes from the same origin, from a link, an image or a script tag, or not from a browser."
    )


def _origin_malformed(request: Request, detail: str, policy: Policy) -> str:
    origin = request.origin or ""
    if "," in origin:
        return (
            f"{shown(origin)} is more than one origin: something between browser and server added a second "
            "one. Have one of the two removed there."
        )
    text = f"{shown(origin)} is not an origin as browsers write it, so it matches none that the policy lists."
    if len(origin) > MAX_ORIGIN_LENGTH:
        return text + " It is too long to be one."
    # Not above: few requests need it.
    from .validation.diagnosis import working_spelling

    spelling = working_spelling(origin)
    return text if spelling is None else f'{text} A browser would send "{spelling}".'


def _origin_null(request: Request, detail: str, policy: Policy) -> str:
    sent = "file://" if request.origin == "file://" else "null"
    return (
        f"The page sends {sent} instead of an origin, as every page can: from a sandboxed frame, from a "
        "local file, after a redirect between other sites, by a form under Referrer-Policy: no-referrer. "
        "Serve the page over http(s) from an origin of its own."
    )


def _origin_not_allowed(request: Request, detail: str, policy: Policy) -> str:
    origin = request.origin or ""
    advice = to_allow_origin(origin, policy)
    if hides_host(request):
        advice = (
            "If it is the application's own, a proxy in front of it replaces Host, which is "
            f"{shown(request.host)} here: have it pass the Host of the browser on. Otherwise: {advice}"
        )
    if not policy.origins:
        return f"{origin} is another origin, and the policy allows only the application's own. {advice}"
    near = _near_origin(origin, policy)
    if near is not None:
        return (
            f"{origin} is not {near}, which the policy allows: scheme, host and port must all be equal. "
            f"{advice}"
        )
    allowed = listing(policy.origins, LISTED_ORIGINS)
    return f"{origin} is not one of the origins that the policy allows ({allowed}). {advice}"


def _near_origin(origin: str, policy: Policy) -> str | None:
    host = _host(origin)
    for item in policy.origins[:SEARCHED_ORIGINS]:
        if isinstance(item, str) and "*" not in item and _host(item) == host:
            return item
    return None


def _host(origin: str) -> str:
    authority = origin.partition("://")[2]
    return authority if authority.endswith("]") else authority.rpartition(":")[0] or authority


def _origin_insecure(request: Request, detail: str, policy: Policy) -> str:
    return (
        f"{request.origin} is allowed by a regular expression or a callable, but the policy allows "
        "credentials. Over plain http, anyone on the network can pose as that page. "
        f"{to_allow_insecure(policy)}"
    )


def _origin_check_failed(request: Request, detail: str, policy: Policy) -> str:
    return (
        f"The callable that checks {request.origin} raised an exception, so the origin is not allowed; "
        "the exception is in the log. Correct the callable."
    )


def _method_not_allowed(request: Request, detail: str, policy: Policy) -> str:
    listed = policy.methods or ()
    methods = listing(dict.fromkeys((*sorted(fetch_standard.SAFELISTED_METHODS), *listed)))
    return _method(request, detail, policy, f"the policy allows {methods}")


def _method_guarded(request: Request, detail: str, policy: Policy) -> str:
    listed = DEFAULT_METHODS if policy.methods is None else policy.methods
    return _method(request, detail, policy, f"the policy lists {listing(listed)}")


def _method(request: Request, detail: str, policy: Policy, methods: str) -> str:
    advice = to_allow_method(detail, policy, of_route=compiled(policy).of_route)
    who = _origin_name(request.origin)
    return f"{who} is allowed, but the method {shown(detail)} is not: {methods}. {advice}"


def _header_not_allowed(request: Request, detail: str, policy: Policy) -> str:
    who, allowed = _origin_name(request.origin), listing(policy.allow_headers)
    by_policy, missing = compiled(policy), [detail]
    if not by_policy.any_header:
        # No longer than max_list_length, or the reason would be another one.
        requested = (name.strip(" \t") for name in (request.requested_headers or detail).split(","))
        names = {name.lower(): name for name in requested if name}
        missing = [name for lower, name in names.items() if lower not in by_policy.headers]
    return (
        f"{who} is allowed, but the header {shown(detail)} is not: the policy allows {allowed}. "
        f"{to_allow_headers(missing, policy)}"
    )


def _headers_too_long(request: Request, detail: str, policy: Policy) -> str:
    return (
        f"{_origin_name(request.origin)} asks for more request headers ({detail} bytes of names) than the "
        "policy can allow, so they were not read. The page has to send fewer."
    )


def _private_network_not_allowed(request: Request, detail: str, policy: Policy) -> str:
    return (
        f"{_origin_name(request.origin)} asks to reach from the internet into a private network. "
        f"{to_allow_private_network(request.origin or '', policy)}"
    )


def _origin_missing(request: Request, detail: str, policy: Policy) -> str:
    return (
        "The browser reports that another origin sent this request, but not which one, so a policy that "
        "lists origins cannot allow it. Browsers name it in Origin: something on the way removes that "
        "header; have it pass Origin on."
    )


def _cookie_not_allowed(request: Request, detail: str, policy: Policy) -> str:
    return (
        f"{_origin_name(request.origin)} is allowed, but the request has a cookie and the policy allows no "
        "credentials. A form, navigator.sendBeacon() and fetch() in the mode no-cors send cookies that "
        "nobody allowed, so the request may be forged. "
        f"{to_allow_cookies(request.origin, policy)}"
    )


#: Why the guard allows a request under any list of origins.
_PASSING = {
    Reason.GUARD_OFF: "The guard is off in this policy, so every request passes.",
    Reason.SAFE_METHOD: "The method only reads, so the request passes; CORS decides who reads the response.",
    Reason.UNMANAGED: (
        "The policy is UNMANAGED: nothing is added to the response or guarded, and CORS is the business of "
        "whatever answers."
    ),
    Reason.SAME_ORIGIN: "Sec-Fetch-Site, or Origin and Host, show that no other origin sent this request.",
}

_SENTENCES = {
    Reason.ORIGIN_MALFORMED: _origin_malformed,
    Reason.ORIGIN_NULL: _origin_null,
    Reason.ORIGIN_NOT_ALLOWED: _origin_not_allowed,
    Reason.ORIGIN_INSECURE: _origin_insecure,
    Reason.ORIGIN_CHECK_FAILED: _origin_check_failed,
    Reason.METHOD_NOT_ALLOWED: _method_not_allowed,
    Reason.HEADER_NOT_ALLOWED: _header_not_allowed,
    Reason.HEADERS_TOO_LONG: _headers_too_long,
    Reason.PRIVATE_NETWORK_NOT_ALLOWED: _private_network_not_allowed,
    Reason.ORIGIN_MISSING: _origin_missing,
    Reason.COOKIE_NOT_ALLOWED: _cookie_not_allowed,
}
