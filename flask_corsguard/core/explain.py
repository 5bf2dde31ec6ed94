"""A decision in plain words: what happens, why, and what to change if it should not happen.

A sentence is only made when somebody asks for it: no request that passes pays for one.
"""

from __future__ import annotations

from . import fetch_standard
from .origin import Origin
from .policy import Policy
from .problems import shown
from .reasons import Kind, Reason
from .request import Request

#: How many origins of a policy an explanation lists.
LISTED_ORIGINS = 5


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
        return _method_guarded(_origin_name(request.origin), detail, policy)
    return _SENTENCES[reason](_origin_name(request.origin), detail, policy)


def _origin_name(origin: str | None) -> str:
    if origin is None:
        return "A page that does not name its origin"
    # Whatever is not an origin may hold control characters: it is shown as a Python string.
    return origin if Origin.parse(origin) is not None else shown(origin)


def _explain_allowed(kind: Kind, request: Request, policy: Policy) -> str:
    who = "a page of any origin" if policy.origins == "*" else f"a page of {_origin_name(request.origin)}"
    if kind is not Kind.PREFLIGHT:
        return f"The policy lets {who} read the response{_cookies(policy)}."
    what = f"{shown(request.requested_method)}"
    if request.requested_headers:
        what += f" with the headers {shown(request.requested_headers)}"
    return f"The policy lets {who} send {what}{_cookies(policy)}; the browser will now send it."


def _cookies(policy: Policy) -> str:
    return ", with cookies" if policy.credentials else ", without cookies"


def _explain_no_origin(request: Request, policy: Policy) -> str:
    # Browsers always send Origin with these methods. See #append-a-request-origin-header, step 4.
    if request.method not in {"GET", "HEAD", "OPTIONS"}:
        return "There is no Origin header. Browsers put one on such a request, so no browser sent it."
    if policy.origins == "*":
        return "There is no Origin header, and the policy lets a page of any origin read the response."
    return (
        "There is no Origin header, so no page of another origin asks to read the response. The request "
        "comes from the same origin, from a link, an image or a script tag, or not from a browser."
    )


def _origin_malformed(origin: str, detail: str, policy: Policy) -> str:
    if "," in origin:
        return f"{origin} is more than one origin: something between browser and server added a second one."
    return f"{origin} is not an origin as browsers write it, so it matches none that the policy lists."


def _origin_null(origin: str, detail: str, policy: Policy) -> str:
    return (
        "The page sends null instead of an origin, as every page can: from a sandboxed frame, from a local "
        "file, after a redirect between other sites, by a form under Referrer-Policy: no-referrer. Serve "
        "the page over http(s) from an origin of its own."
    )


def _origin_not_allowed(origin: str, detail: str, policy: Policy) -> str:
    if not policy.origins:
        return f"{origin} is another origin, and the policy allows only the application's own."
    near = _near_origin(origin, policy)
    if near is not None:
        return f"{origin} is not {near}, which the policy allows: scheme, host and port must all be equal."
    allowed = _allowed_origins(policy)
    return f"{origin} is not one of the origins that the policy allows ({allowed}); to allow it, add it."


def _allowed_origins(policy: Policy) -> str:
    listed = [item if isinstance(item, str) else shown(item) for item in policy.origins[:LISTED_ORIGINS]]
    more = len(policy.origins) - len(listed)
    return ", ".join(listed) + (f" and {more} more" if more > 0 else "")


def _near_origin(origin: str, policy: Policy) -> str | None:
    host = _host(origin)
    for item in policy.origins:
        if isinstance(item, str) and "*" not in item and _host(item) == host:
            return item
    return None


def _host(origin: str) -> str:
    authority = origin.partition("://")[2]
    return authority if authority.endswith("]") else authority.rpartition(":")[0] or authority


def _origin_insecure(origin: str, detail: str, policy: Policy) -> str:
    return (
        f"{origin} is allowed by a regular expression or a callable, but the policy allows credentials, and "
        "over plain http anyone on the network can pose as that page; use https there, or add "
        'dangerously_allow=["insecure-origins"].'
    )


def _origin_check_failed(origin: str, detail: str, policy: Policy) -> str:
    return (
        f"The callable that checks {origin} raised an exception, so the origin is not allowed; "
        "the exception is in the log."
    )


def _method_not_allowed(origin: str, detail: str, policy: Policy) -> str:
    listed = policy.methods or ()
    methods = ", ".join(dict.fromkeys((*sorted(fetch_standard.SAFELISTED_METHODS), *listed)))
    upper = detail.upper()
    if upper != detail and upper in fetch_standard.UPPER_CASE_METHODS:
        return (
            f"Methods are case-sensitive: {origin} asks for {shown(detail)} and has to ask for {upper} "
            f"(the policy allows {methods})."
        )
    return (
        f"{origin} is allowed, but the method {shown(detail)} is not: the policy allows {methods}; "
        "to allow it, add it to methods."
    )


def _method_guarded(origin: str, detail: str, policy: Policy) -> str:
    return (
        f"{origin} is allowed, but the method {shown(detail)} is not: the policy lists "
        f"{_listing(policy.methods or ())}; to allow it, add it to methods."
    )


def _header_not_allowed(origin: str, detail: str, policy: Policy) -> str:
    if detail.lower() == fetch_standard.NON_WILDCARD_REQUEST_HEADER and "*" in policy.allow_headers:
        return 'The wildcard "*" never covers Authorization; write allow_headers=["*", "Authorization"].'
    return (
        f"{origin} is allowed, but the header {shown(detail)} is not: the policy allows "
        f"{_listing(policy.allow_headers)}; to allow it, add it to allow_headers."
    )


def _headers_too_long(origin: str, detail: str, policy: Policy) -> str:
    return (
        f"{origin} asks for more request headers ({detail} bytes of names) than the policy can allow, "
        "so they were not read."
    )


def _private_network_not_allowed(origin: str, detail: str, policy: Policy) -> str:
    return (
        f"{origin} asks to reach from the internet into a private network; "
        "to allow that, set private_network=True."
    )


def _origin_missing(origin: str, detail: str, policy: Policy) -> str:
    return (
        "The browser says that another origin sent this request, but not which one, so a policy that lists "
        "origins cannot allow it."
    )


def _cookie_not_allowed(origin: str, detail: str, policy: Policy) -> str:
    return (
        f"{origin} is allowed, but the request has a cookie and the policy allows no credentials. Under this "
        "policy a script that sends cookies cannot read the response, so the request is probably forged. To "
        "allow cookies, set credentials=True and list the origin by name."
    )


def _listing(names: str | tuple[str, ...] | list[str]) -> str:
    return names if isinstance(names, str) else ", ".join(names) or "none"


#: Why the guard lets a request pass under any list of origins.
_PASSING = {
    Reason.GUARD_OFF: "The guard is off in this policy, so every request passes.",
    Reason.SAFE_METHOD: "The method only reads, so the request passes; CORS decides who reads the response.",
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
