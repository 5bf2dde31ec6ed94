"""A decision in plain words: what happens, why, and what to change if it should not.

These sentences are made for a person who asks, and for no request that passes.
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
    """Return one or two sentences on a decision that a stranger can act on; see :class:`.Decision`."""
    if reason is Reason.ALLOWED:
        return _explain_allowed(kind, request, policy)
    if reason is Reason.NO_ORIGIN:
        return _explain_no_origin(request, policy)
    if reason in _PASSES:
        return _PASSES[reason]
    return _SENTENCES[reason](_named(request.origin), detail, policy)


def _named(origin: str | None) -> str:
    if origin is None:
        return "A page that does not name its origin"
    # Anything but an origin is shown as Python writes strings: it may hold anything.
    return origin if Origin.parse(origin) is not None else shown(origin)


def _explain_allowed(kind: Kind, request: Request, policy: Policy) -> str:
    who = "a page of any origin" if policy.origins == "*" else f"a page of {_named(request.origin)}"
    if kind is not Kind.PREFLIGHT:
        return f"The policy lets {who} read the answer{_credentials(policy)}."
    what = f"{shown(request.requested_method)}"
    if request.requested_headers:
        what += f" with the headers {shown(request.requested_headers)}"
    return f"The policy lets {who} send {what}{_credentials(policy)}; the browser will now send it."


def _credentials(policy: Policy) -> str:
    return ", with cookies" if policy.credentials else ", without cookies"


def _explain_no_origin(request: Request, policy: Policy) -> str:
    # Whoever is behind it, a browser names an origin there. See #append-a-request-origin-header, step 4.
    if request.method not in {"GET", "HEAD", "OPTIONS"}:
        return "There is no Origin header, which browsers put on such a request: no browser sends it."
    if policy.origins == "*":
        return "There is no Origin header, and the policy lets a page of any origin read the answer."
    return (
        "There is no Origin header, so no page asks to read the answer across origins: "
        "it is not a browser, or the same origin, or a link, an image or a script tag."
    )


def _origin_malformed(origin: str, detail: str, policy: Policy) -> str:
    if "," in origin:
        return f"{origin} is more than one origin: something between browser and server added a second."
    return f"{origin} is not how any browser writes an origin, so it belongs to nobody."


def _origin_null(origin: str, detail: str, policy: Policy) -> str:
    return (
        "The page names no origin (a sandboxed frame, a local file, a redirect between other sites, a "
        "form under Referrer-Policy: no-referrer) and sends null, which anyone can; serve it over "
        "http(s) from an origin of its own."
    )


def _origin_not_allowed(origin: str, detail: str, policy: Policy) -> str:
    if not policy.origins:
        return f"{origin} is another origin, and the policy here allows none but the application's own."
    near = _nearest(origin, policy)
    if near is not None:
        return f"{origin} is not {near}, which the policy allows: scheme, host and port must all be equal."
    allowed = _allowed_origins(policy)
    return f"{origin} is not one of the origins that the policy allows ({allowed}); to let it in, add it."


def _allowed_origins(policy: Policy) -> str:
    listed = [item if isinstance(item, str) else shown(item) for item in policy.origins[:LISTED_ORIGINS]]
    more = len(policy.origins) - len(listed)
    return ", ".join(listed) + (f" and {more} more" if more > 0 else "")


def _nearest(origin: str, policy: Policy) -> str | None:
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
        f"{origin} is allowed by a regular expression or a callable, but over plain http anyone on "
        "the network can be that page, and the policy allows credentials; use https there, or add "
        'dangerously_allow=["insecure-origins"].'
    )


def _origin_check_failed(origin: str, detail: str, policy: Policy) -> str:
    return f"The check of {origin} raised an exception, which means no; the log has it."


def _method_not_allowed(origin: str, detail: str, policy: Policy) -> str:
    listed = policy.methods or ()
    methods = ", ".join(dict.fromkeys((*sorted(fetch_standard.SAFELISTED_METHODS), *listed)))
    upper = detail.upper()
    if upper != detail and upper in fetch_standard.UPPER_CASE_METHODS:
        return (
            f"Methods are case-sensitive: {origin} asks for {shown(detail)}; let it ask for {upper} "
            f"(the policy allows {methods})."
        )
    return (
        f"{origin} is allowed, but not to send {shown(detail)}: the policy allows {methods}; "
        "to let it through, add it to methods."
    )


def _header_not_allowed(origin: str, detail: str, policy: Policy) -> str:
    if detail.lower() == fetch_standard.NON_WILDCARD_REQUEST_HEADER and "*" in policy.allow_headers:
        return 'The header authorization is never covered by "*"; write allow_headers=["*", "Authorization"].'
    return (
        f"{origin} is allowed, but not to send the header {shown(detail)}: the policy allows "
        f"{_joined(policy.allow_headers)}; to let it through, add it to allow_headers."
    )


def _headers_too_long(origin: str, detail: str, policy: Policy) -> str:
    return (
        f"{origin} asks for more request headers ({detail} bytes of names) than the policy could "
        "ever allow, so they were not read."
    )


def _private_network_not_allowed(origin: str, detail: str, policy: Policy) -> str:
    return (
        f"{origin} asks to reach from the internet into a private network; "
        "to let it, set private_network=True."
    )


def _origin_missing(origin: str, detail: str, policy: Policy) -> str:
    return (
        "The browser says that another origin sends this, and leaves out which; "
        "a policy that lists origins cannot allow that."
    )


def _cookie_not_allowed(origin: str, detail: str, policy: Policy) -> str:
    return (
        f"{origin} is allowed, but the request brings a cookie and the policy allows no credentials, so "
        "no script has sent it; if cookies are meant, set credentials=True and list the origin by name."
    )


def _joined(names: str | tuple[str, ...] | list[str]) -> str:
    return names if isinstance(names, str) else ", ".join(names) or "none"


#: Why the guard lets a request pass, whoever is allowed across origins.
_PASSES = {
    Reason.GUARD_OFF: "The guard is off in this policy, so every request passes.",
    Reason.SAFE_METHOD: "The method only reads, so the request passes; CORS decides who may read the answer.",
    Reason.SAME_ORIGIN: "No other origin sends this, by the browser's word or by Origin and Host.",
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
