"""Which headers a response carries, and what the guard decides: the tables of the contract, row by row.

The order of the headers does not belong to the contract. It is written here as it is, because caches,
logs and recorded exchanges are easier to compare while it stays.
"""

from __future__ import annotations

from typing import NamedTuple

from flask_corsguard import UNMANAGED, Kind, Origin, Policy, Reason, Request

from .origins import DEFAULT_PORTS, DIGITS, LONGEST_ORIGIN, LOWER, allows, read

Header = tuple[str, str]

TOKEN = "!#$%&'*+-.^_`|~" + DIGITS + LOWER + LOWER.upper()
SAFELISTED = ["GET", "HEAD", "POST"]
FORBIDDEN_METHODS = ["CONNECT", "TRACE", "TRACK"]
FORBIDDEN_HEADERS = [
    *("accept-charset", "accept-encoding", "access-control-request-headers", "access-control-request-method"),
    *("connection", "content-length", "cookie", "cookie2", "date", "dnt", "expect", "host", "keep-alive"),
    *("origin", "referer", "set-cookie", "te", "trailer", "transfer-encoding", "upgrade", "via"),
]
#: The bounds of what ``"*"`` reads, and of what proxies may add to a list of names, in bytes.
LONGEST_WILD_METHOD, LONGEST_WILD_LIST, SLACK = 34, 4096, 64


class Answer(NamedTuple):
    """What is comparable of a decision."""

    kind: Kind
    allowed: bool
    reason: Reason
    headers: list[Header]
    status: int | None = None
    detail: str = ""
    errors: tuple[Exception, ...] = ()


def is_preflight(request: Request) -> bool:
    """OPTIONS with one ``Origin`` and one ``Access-Control-Request-Method``."""
    if request.method != "OPTIONS":
        return False
    for value in (request.origin, request.requested_method):
        if value is None or value == "" or "," in value:
            return False
    return True


def decide(policy: Policy, request: Request, beside: list[Policy] | None = None) -> Answer:
    """Return the headers of the response, where other requests to the URL have the policies *beside*."""
    if policy is UNMANAGED:
        kind = Kind.NON_CORS if request.origin is None else Kind.ACTUAL
        return Answer(Kind.PREFLIGHT if is_preflight(request) else kind, True, Reason.UNMANAGED, [])
    if is_preflight(request):
        return decide_preflight(policy, request)
    return decide_actual(policy, request, beside)


def strictest(policies: list[Policy]) -> str | None:
    """Return the resource policy that allows the fewest sites to embed, of those that are there."""
    for each in ("same-origin", "same-site", "cross-origin"):
        if each in [policy.resource_policy for policy in policies]:
            return each
    return None


def decide_actual(policy: Policy, request: Request, beside: list[Policy] | None = None) -> Answer:
    """Return it for any response but a preflight's."""
    origin, reason, errors = request.origin, Reason.NO_ORIGIN, ()
    if origin is not None:
        reason, errors = allows(policy, origin)
    shared = "*" if policy.origins == "*" else origin if reason is Reason.ALLOWED else None
    headers = []
    if shared is not None:
        headers.append(("Access-Control-Allow-Origin", shared))
        if policy.timing and shared != "*":
            headers.append(("Timing-Allow-Origin", "*" if policy.timing == "*" else shared))
        if policy.credentials:
            headers.append(("Access-Control-Allow-Credentials", "true"))
        if policy.expose_headers:
            headers.append(("Access-Control-Expose-Headers", listed(policy.expose_headers)))
        if policy.timing and shared == "*":
            headers.append(("Timing-Allow-Origin", shared))
    elif policy.timing == "*":
        headers.append(("Timing-Allow-Origin", "*"))
    resource_policy = policy.resource_policy or strictest(beside or [])
    if resource_policy is not None:
        headers.append(("Cross-Origin-Resource-Policy", resource_policy))
    if policy.origins not in {"*", ()} or beside is not None:
        headers.append(("Vary", "Origin"))
    kind = Kind.NON_CORS if origin is None else Kind.ACTUAL
    return Answer(kind, reason in {Reason.ALLOWED, Reason.NO_ORIGIN}, reason, headers, errors=errors)


def listed(values: str | tuple[str, ...]) -> str:
    """Write the value of a header."""
    return values if isinstance(values, str) else ", ".join(values)


def decide_preflight(policy: Policy, request: Request) -> Answer:
    """Return the whole answer to a preflight."""
    vary = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"
    if policy.private_network:
        vary += ", Access-Control-Request-Private-Network"
    reason, errors = allows(policy, request.origin or "")
    if reason is not Reason.ALLOWED:
        return Answer(Kind.PREFLIGHT, False, reason, [("Vary", vary)], 403, errors=errors)
    reason, detail = what_is_refused(policy, request)
    headers = [("Access-Control-Allow-Origin", "*" if policy.origins == "*" else request.origin or "")]
    if policy.credentials:
        headers.append(("Access-Control-Allow-Credentials", "true"))
    if policy.private_network and request.private_network == "true" and reason is Reason.ALLOWED:
        headers.append(("Access-Control-Allow-Private-Network", "true"))
    if methods := methods_told(policy, request, reason):
        headers.append(("Access-Control-Allow-Methods", methods))
    if names := headers_told(policy, request):
        headers.append(("Access-Control-Allow-Headers", names))
    if policy.max_age is not None:
        headers.append(("Access-Control-Max-Age", str(policy.max_age)))
    headers.append(("Vary", vary))
    return Answer(Kind.PREFLIGHT, reason is Reason.ALLOWED, reason, headers, 204, detail, errors)


def methods_told(policy: Policy, request: Request, reason: Reason) -> str:
    """All of them; where ``"*"`` would be a name, the one that was asked for."""
    if policy.methods is None:
        return ", ".join(SAFELISTED)
    if policy.methods == "*" and policy.credentials:
        return "" if reason is Reason.METHOD_NOT_ALLOWED else request.requested_method or ""
    return listed(policy.methods)


def headers_told(policy: Policy, request: Request) -> str:
    """All of them; where ``"*"`` would be a name, those that were asked for; none of what was not read."""
    if "*" not in policy.allow_headers:
        return listed(policy.allow_headers)
    if not is_list_read(policy, request):
        return ""
    if not policy.credentials:
        return listed(policy.allow_headers)
    names: list[str] = []
    for name in names_in(request.requested_headers or ""):
        if allows_header(policy, name) and lowered(name) not in names:
            names.append(lowered(name))
    return ", ".join(names)


def what_is_refused(policy: Policy, request: Request) -> tuple[Reason, str]:
    """Return what an allowed origin asks too much of: the method, then the headers, then the network."""
    method = request.requested_method or ""
    if not allows_method(policy, method):
        return Reason.METHOD_NOT_ALLOWED, method
    if not is_list_read(policy, request):
        return Reason.HEADERS_TOO_LONG, str(len(request.requested_headers or ""))
    for name in names_in(request.requested_headers or ""):
        if not allows_header(policy, name):
            return Reason.HEADER_NOT_ALLOWED, name
    if request.private_network == "true" and not policy.private_network:
        return Reason.PRIVATE_NETWORK_NOT_ALLOWED, ""
    return Reason.ALLOWED, ""


def is_list_read(policy: Policy, request: Request) -> bool:
    """Whether the list of names is not longer than any that the policy could accept."""
    longest = LONGEST_WILD_LIST
    if "*" not in policy.allow_headers:
        longest = SLACK
        for name in {name.lower() for name in policy.allow_headers}:
            longest += len(name) + 3
    return len(request.requested_headers or "") <= longest


def names_in(value: str) -> list[str]:
    """Return the elements of a list that are not empty."""
    names = []
    for element in value.split(","):
        name = element.strip(" \t")
        if name:
            names.append(name)
    return names


def lowered(name: str) -> str:
    """Lower the ASCII letters and no other."""
    return "".join(character.lower() if character in TOKEN else character for character in name)


def is_token(text: str) -> bool:
    """See RFC 9110, section 5.6.2."""
    return text != "" and all(character in TOKEN for character in text)


def allows_method(policy: Policy, method: str) -> bool:
    """Safelisted, listed, or any that a page may send."""
    if method in SAFELISTED:
        return True
    if policy.methods != "*":
        return policy.methods is not None and method in list(policy.methods)
    return is_token(method) and len(method) <= LONGEST_WILD_METHOD and method.upper() not in FORBIDDEN_METHODS


def passes_method(policy: Policy, method: str) -> bool:
    """The guard takes a list at its word; without one, what is safelisted passes."""
    if policy.methods is None or policy.methods == "*":
        return allows_method(policy, method)
    return method in list(policy.methods)


def allows_header(policy: Policy, name: str) -> bool:
    """Listed, or any that a page may set except ``Authorization``."""
    allowed = [policy.allow_headers] if isinstance(policy.allow_headers, str) else policy.allow_headers
    for each in allowed:
        if lowered(name) == each.lower():
            return True
    if "*" not in allowed or not is_token(name) or lowered(name) == "authorization":
        return False
    # What is sent back by name must not be what a server reads as another name.
    read_as = lowered(name).replace("_", "-") if policy.credentials else lowered(name)
    return read_as not in FORBIDDEN_HEADERS and not read_as.startswith(("proxy-", "sec-"))


def judge(policy: Policy, request: Request, beside: list[Policy] | None = None) -> Answer:
    """Return whether the request may reach the application. It is not a preflight."""
    kind = Kind.NON_CORS if request.origin is None else Kind.ACTUAL
    if policy is UNMANAGED:
        return Answer(kind, True, Reason.UNMANAGED, [])
    if policy.guard == "off":
        return Answer(kind, True, Reason.GUARD_OFF, [])
    if request.method in {"GET", "HEAD", "OPTIONS"} and not is_handshake(request):
        return Answer(kind, True, Reason.SAFE_METHOD, [])
    if request.fetch_site in {"same-origin", "none"}:
        return Answer(kind, True, Reason.SAME_ORIGIN, [])
    if not request.fetch_site and request.origin is None:
        return Answer(kind, True, Reason.NO_ORIGIN, [])
    if not request.fetch_site and is_own(request):
        return Answer(kind, True, Reason.SAME_ORIGIN, [])
    reason, errors = Reason.ORIGIN_MISSING, ()
    if policy.origins == "*":
        reason = Reason.ALLOWED
    elif request.origin is not None:
        reason, errors = allows(policy, request.origin)
    detail = ""
    if reason is Reason.ALLOWED and not passes_method(policy, request.method):
        reason, detail = Reason.METHOD_NOT_ALLOWED, request.method
    if reason is Reason.ALLOWED and request.has_cookie and not policy.credentials:
        reason = Reason.COOKIE_NOT_ALLOWED
    if reason is Reason.ALLOWED:
        return Answer(kind, True, reason, [])
    return Answer(kind, False, reason, decide_actual(policy, request, beside).headers, 403, detail, errors)


def is_handshake(request: Request) -> bool:
    """Whether ``websocket`` is among the protocols of ``Upgrade``."""
    protocols = [protocol.strip().lower() for protocol in (request.upgrade or "").split(",")]
    return "websocket" in protocols


def is_own(request: Request) -> bool:
    """Whether ``Origin`` is the application's own, by ``Host`` and the scheme of the server."""
    origin = read(request.origin or "") or read_native(request.origin or "")
    server = {"ws": "http", "wss": "https"}.get(request.scheme, request.scheme)
    if origin is None or not request.host:
        return False
    if origin.scheme != server and not (origin.scheme == "https" and server == "http"):
        return False
    port = DEFAULT_PORTS.get(origin.scheme) if origin.port is None else origin.port
    hosts = [f"{origin.host}:{port}"]
    if origin.port is None:
        hosts.append(origin.host)
    return request.host.lower() in hosts


def read_native(text: str) -> Origin | None:
    """Read an origin to which a native client has added the default port, a slash, or both."""
    if len(text) > LONGEST_ORIGIN:
        return None
    for scheme, port in DEFAULT_PORTS.items():
        for added in ("/", f":{port}", f":{port}/"):
            if text.startswith(f"{scheme}://") and text.endswith(added):
                origin = read(text[: -len(added)])
                if origin is not None and (added == "/" or origin.port is None):
                    return origin
    return None
