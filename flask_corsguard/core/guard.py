"""May a request reach the application? The policy made true on the server.

CORS hides an answer; the request was executed all the same. Here the browser's own word about who
sends a request is compared with the policy, before anything of the application runs.

:see: https://w3c.github.io/webappsec-fetch-metadata/#sec-fetch-site-header,
    https://fetch.spec.whatwg.org/#origin-header
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from .decision import FORBIDDEN, Decision, Request, allows_method, decide
from .fetch_standard import ACAO
from .origin import DEFAULT_PORTS, MAX_HOST_LENGTH, MAX_ORIGIN_LENGTH, Origin
from .reasons import Kind, Reason

if TYPE_CHECKING:
    from .compiled import Answers
    from .policy import Policy

GuardMode = Literal["enforce", "report", "off"]

GUARD_MODES: Final[tuple[GuardMode, ...]] = ("enforce", "report", "off")

#: Methods that only read (RFC 9110, section 9.2.1), as far as browsers let pages use them. TRACE is
#: safe, too, but no page may send it.
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})

#: What a browser says of a request that no other origin has begun: a page of the same origin, or
#: the person in front of it. Not a set: what is compared is not hashed, however long it is.
_NOBODY_ELSE: Final = ("same-origin", "none")

#: What is answered to an origin that is not allowed. No page can read it, but somebody may try by hand.
TO_STRANGERS: Final = {
    reason: (
        f"Refused ({reason}): the CORS policy of this server does not let another origin send this "
        "request. If it should, whoever runs the server can allow that origin; the log says more.\n"
    ).encode()
    for reason in Reason
}

#: Longest ``Upgrade`` that is read, in bytes: a longer one counts as a handshake.
MAX_UPGRADE_LENGTH: Final = 256

#: How much of ``X-Forwarded-Host`` is read, in bytes: some proxies in a row, each of which adds a host.
MAX_FORWARDED_LENGTH: Final = 256

#: Longest ``Host`` that is compared, in bytes: a host, ":" and five digits.
MAX_AUTHORITY_LENGTH: Final = MAX_HOST_LENGTH + 1 + 5

# A WebSocket is asked for over http(s), and some servers name its own scheme.
_HTTP_SCHEMES: Final = {"ws": "http", "wss": "https"}


def passes_under_any_policy(request: Request) -> bool:
    """Whether *request* may reach the application, whoever is allowed across origins.

    It looks at what is cheapest first and at nothing but the request, so that a policy is only
    looked up for a request that could be refused.
    """
    if request.method in SAFE_METHODS and not is_websocket_handshake(request):
        return True
    if request.fetch_site:
        return request.fetch_site in _NOBODY_ELSE
    # No browser leaves both out of an unsafe request (#append-a-request-origin-header, step 4).
    return request.origin is None


def judge(policy: Policy, request: Request) -> Decision:
    """Say whether *request* may reach the application under *policy*.

    The decision's ``allowed`` is the verdict. If it is no, ``status`` is 403 and ``headers`` are
    those of the answer, which an allowed origin can read. No request raises.
    """
    if policy.guard == "off":
        return _pass(policy, request, Reason.GUARD_OFF)
    if request.method in SAFE_METHODS and not is_websocket_handshake(request):
        return _pass(policy, request, Reason.SAFE_METHOD)
    if request.fetch_site:
        # Tempting: "same-site", too. But a neighbour on the same site may be anyone: a forgotten
        # subdomain, another port, a customer's page.
        if request.fetch_site in _NOBODY_ELSE:
            return _pass(policy, request, Reason.SAME_ORIGIN)
    elif request.origin is None:
        return _pass(policy, request, Reason.NO_ORIGIN)
    elif is_own_origin(request):
        return _pass(policy, request, Reason.SAME_ORIGIN)
    return _judge_by_policy(policy, request)


def is_known_to_pass(answers: Answers, request: Request) -> bool:
    """Whether look-ups alone say that :func:`judge` lets *request* pass; if they do not, it may."""
    if request.method not in answers.methods or (request.has_cookie and not answers.credentials):
        return False
    if answers.origins is None:
        return True
    origin = request.origin
    return origin is not None and len(origin) <= MAX_ORIGIN_LENGTH and origin in answers.known


def _judge_by_policy(policy: Policy, request: Request) -> Decision:
    decided = decide(policy, request)
    reason, detail = decided.reason, ""
    if request.origin is None and policy.origins == "*":
        reason = Reason.ALLOWED
    elif request.origin is None:
        reason = Reason.ORIGIN_MISSING
    if reason is Reason.ALLOWED:
        if not allows_method(policy.answers, request.method):
            reason, detail = Reason.METHOD_NOT_ALLOWED, request.method
        elif request.has_cookie and not policy.credentials:
            # A script of that origin could not have sent one. A form on it could; and whoever
            # reads no cookies has no use for one.
            reason = Reason.COOKIE_NOT_ALLOWED
    if reason is Reason.ALLOWED:
        return _pass(policy, request, reason)
    kind, headers, error = decided.kind, decided.headers, decided.error
    return Decision(kind, False, reason, headers, FORBIDDEN, detail, request, policy, error)


def _pass(policy: Policy, request: Request, reason: Reason) -> Decision:
    kind = Kind.NON_CORS if request.origin is None else Kind.ACTUAL
    return Decision(kind, True, reason, (), request=request, policy=policy)


def is_refused(decision: Decision) -> bool:
    """Whether what :func:`judge` said is to be carried out, and not only reported."""
    return not decision.allowed and decision.policy is not None and decision.policy.guard == "enforce"


def refuses_plainly(policy: Policy, method: str, site: str | None, origin: str | None) -> Reason | None:
    """Give the reason if *policy* refuses a request because its origin is not allowed.

    It is the reason that :func:`judge` gives; ``None`` says nothing.

    :param method: the request's own.
    :param site: its ``Sec-Fetch-Site``.
    :param origin: its ``Origin``.
    """
    origins = policy.answers.origins
    if origin is None or origins is None or policy.guard != "enforce" or method in SAFE_METHODS:
        return None
    if site in _NOBODY_ELSE:
        return None
    if len(origin) > MAX_ORIGIN_LENGTH:
        return Reason.ORIGIN_MALFORMED
    # Where the browser says nothing, it may be the application's own. What a callable says may be another
    # thing the next time, and it may raise.
    if not site or not origins.is_constant:
        return None
    reason, _ = origins.check(origin)
    return None if reason is Reason.ALLOWED else reason


def answer_to_refused(decision: Decision, *, debug: bool = False) -> str:
    """Give the text of the answer to a refused request.

    Only an allowed origin, which can read it, is told of the policy; in *debug* everyone is.
    """
    if debug or any(name == ACAO for name, _ in decision.headers):
        return f"Refused: {decision.explain()}\n"
    return TO_STRANGERS[decision.reason].decode()


def is_websocket_handshake(request: Request) -> bool:
    """Whether *request* asks to become a WebSocket (RFC 6455, section 4.1).

    Browsers send such a request to any server, with cookies, and check nothing of the answer
    (https://websockets.spec.whatwg.org/#websocket-opening-handshake).
    """
    upgrade = request.upgrade
    if not upgrade:
        return False
    if len(upgrade) > MAX_UPGRADE_LENGTH:
        return True
    return any(protocol.strip().lower() == "websocket" for protocol in upgrade.split(","))


def is_own_origin(request: Request) -> bool:
    """Whether the ``Origin`` of *request* is the application's own, by ``Host`` and scheme.

    Default ports are equal to none. An https origin is its own in front of an http server, because
    TLS may end before it; an http origin on an https server is not, because anyone on the network
    can be that page. Without ``Host`` nothing is.
    """
    origin = Origin.parse(request.origin or "")
    if origin is None or not request.host or len(request.host) > MAX_AUTHORITY_LENGTH:
        return False
    scheme = _HTTP_SCHEMES.get(request.scheme, request.scheme)
    if origin.scheme != scheme and (origin.scheme, scheme) != ("https", "http"):
        return False
    return request.host.lower() in _authorities(origin)


def _authorities(origin: Origin) -> tuple[str, ...]:
    """Give all spellings that ``Host`` can have on the origin's own server."""
    if origin.port is not None:
        return (f"{origin.host}:{origin.port}",)
    return (origin.host, f"{origin.host}:{DEFAULT_PORTS.get(origin.scheme)}")


def hint_of_proxy(request: Request, forwarded_host: str | None) -> str:
    """Say how a refusal could come from a proxy in front, not from another site; empty if it cannot.

    :param forwarded_host: the value of ``X-Forwarded-Host``, which anyone can send: it is good for
        a hint and for nothing else.
    """
    if request.fetch_site:
        # The browser has compared the origins itself; no proxy can have confused it.
        return ""
    if request.origin == "null":
        if is_websocket_handshake(request):
            # It always names its page, and Chromium sends it without Sec-Fetch-Site: a sandboxed frame.
            return ""
        return (
            "over plain http a page of the application's own sends null, too, under "
            "Referrer-Policy: no-referrer; use https, or another Referrer-Policy"
        )
    origin = Origin.parse(request.origin or "")
    if origin is None:
        return ""
    host = (request.host or "")[:MAX_AUTHORITY_LENGTH].lower()
    if host in _authorities(origin):
        return (
            "only the scheme differs: the page was loaded over http and the server is reached by https; "
            "redirect http to https, or, if a proxy says so wrongly, see x_proto of ProxyFix"
        )
    names = [name.strip().lower() for name in (forwarded_host or "")[:MAX_FORWARDED_LENGTH].split(",")]
    if any(name in names for name in _authorities(origin)):
        return "the origin's host is in X-Forwarded-Host: is a ProxyFix missing, or x_host=1 in it?"
    if not host:
        return "the request has no Host"
    name = host if host.endswith("]") else host.rpartition(":")[0] or host
    if name == origin.host:
        return "only the port differs from Host: does a proxy rewrite Host, or is x_port=1 missing?"
    return ""
