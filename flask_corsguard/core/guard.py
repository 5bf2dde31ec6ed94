"""May a request reach the application? The policy, enforced on the server.

CORS hides a response; the request was executed all the same. The guard compares the policy with what the
browser tells about the sender, before anything of the application runs.

:see: https://w3c.github.io/webappsec-fetch-metadata/#sec-fetch-site-header,
    https://fetch.spec.whatwg.org/#origin-header
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from .answer import Answer
from .compiled import CompiledPolicy, compiled
from .decision import FORBIDDEN, Decision, allows_method
from .hidden_host import MAX_AUTHORITY_LENGTH
from .origin import DEFAULT_PORTS, MAX_ORIGIN_LENGTH, Origin
from .policy import Policy, copy_of
from .policy_argument import PolicyArgument, policy_for_origin
from .reasons import (
    ALLOWED,
    COOKIE_NOT_ALLOWED,
    METHOD_NOT_ALLOWED,
    NO_ORIGIN,
    ORIGIN_MISSING,
    PASSING,
    SAFE_METHOD,
    SAME_ORIGIN,
    Kind,
    Reason,
)
from .request import Request

#: The methods that only read (RFC 9110, section 9.2.1) and that browsers allow pages to use. TRACE is safe,
#: too, but no page may send it.
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})

#: ``Sec-Fetch-Site`` of a request that no other origin has started: a page of the same origin has, or the
#: user. Not a set: a value is compared without being hashed, however long it is.
#: Tempting: "same-site", too. But a neighbour on the same site may be anyone: a forgotten subdomain, another
#: port, a customer's page.
OWN_SITES: Final = ("same-origin", "none")

#: Longest ``Upgrade`` that is read, in bytes: a longer one counts as a handshake.
MAX_UPGRADE_LENGTH: Final = 256

# The schemes that a server may name for a WebSocket handshake, which is sent over http(s).
_HTTP_SCHEMES: Final = {"ws": "http", "wss": "https"}


def judge(policy: PolicyArgument, request: Request) -> Decision:
    """Return whether *request* may reach the application under *policy*, and the reason.

    The decision's ``allowed`` is the verdict. If it is false, ``status`` is 403 and ``headers`` are the CORS
    headers of that answer, so that an allowed origin can read it. No request makes the function raise.

    :param policy: the policy, or a list of policies; callables among the origins are asked if the verdict
        depends on them.
    :param request: the request; a preflight passes, because its method is safe.
    :returns: the verdict; the policy's ``guard`` decides whether a refusal is enforced or only reported.

    >>> forged = Request(method="POST", origin="https://evil.example", fetch_site="cross-site")
    >>> verdict = judge(Policy(origins=["https://app.example"]), forged)
    >>> verdict.allowed, verdict.status, str(verdict.reason)
    (False, 403, 'origin-not-allowed')
    """
    return judge_by(policy_for_origin(policy, request.origin), request)


def judge_by(by_policy: CompiledPolicy, request: Request, answer: Answer | None = None) -> Decision:
    """Return what :func:`judge` does.

    :param answer: the policy's answer to the origin, if the caller has asked for it before.
    """
    policy, origin = by_policy.policy, request.origin
    kind = Kind.NON_CORS if origin is None else Kind.ACTUAL
    reason = _passes_by_guard(by_policy) or _passes_whoever_is_allowed(request)
    if reason is None:
        answer = answer or by_policy.answer_to(origin)
        reason = reason_by_policy(by_policy, answer, request.method, request.has_cookie)
        reason = reason or by_policy.reason(answer, origin)
    if answer is None or reason in PASSING:
        return Decision(kind=kind, reason=reason, headers=(), request=request, policy=policy)
    return Decision(
        kind=kind,
        reason=reason,
        # An allowed origin can read why its request is refused.
        headers=tuple(answer.headers),
        status=FORBIDDEN,
        detail=request.method if reason is METHOD_NOT_ALLOWED else "",
        request=request,
        policy=policy,
        error=answer.error,
    )


def _passes_by_guard(by_policy: CompiledPolicy) -> Reason | None:
    if not by_policy.is_managed:
        return Reason.UNMANAGED
    return Reason.GUARD_OFF if by_policy.policy.guard == "off" else None


def _passes_whoever_is_allowed(request: Request) -> Reason | None:
    reason = reason_to_pass(request.method, request.upgrade, request.fetch_site, request.origin)
    return SAME_ORIGIN if reason is None and is_own_request(request) else reason


def reason_to_pass(
    method: str, upgrade: str | None, fetch_site: str | None, origin: str | None
) -> Reason | None:
    """Return why a request may reach the application under any policy; ``None`` if the policy must be asked.

    :param method: the request's own method.
    :param upgrade: the value of ``Upgrade``.
    :param fetch_site: the value of ``Sec-Fetch-Site``.
    :param origin: the value of ``Origin``.
    """
    if method in SAFE_METHODS and not (upgrade and is_websocket(upgrade)):
        return SAFE_METHOD
    if fetch_site:
        return SAME_ORIGIN if fetch_site in OWN_SITES else None
    # Every browser sends at least one of the two (#append-a-request-origin-header, step 4).
    return NO_ORIGIN if origin is None else None


def reason_by_policy(
    by_policy: CompiledPolicy,
    answer: Answer,
    method: str,
    has_cookie: bool,  # noqa: FBT001 - a keyword costs more
) -> Reason | None:
    """Return ``ALLOWED`` if a request of another origin is inside the policy, else the reason why it is not.

    :param answer: the policy's answer to the origin.
    :param method: the request's own method.
    :param has_cookie: whether the request has a ``Cookie``.
    :returns: ``None`` if the origin is not allowed and nobody has asked why: :meth:`.CompiledPolicy.reason`.
    """
    reason = answer.reason
    if reason is NO_ORIGIN:
        # Sec-Fetch-Site names another origin, and there is no Origin header that names it.
        reason = ORIGIN_MISSING if by_policy.origins is not None else ALLOWED
    if reason is not ALLOWED:
        return reason
    if method not in by_policy.unsafe_methods and not (
        by_policy.any_method and allows_method(by_policy, method)
    ):
        return METHOD_NOT_ALLOWED
    if has_cookie and not by_policy.credentials:
        # A script of an allowed origin that reads the answer could not have sent it; a form could.
        return COOKIE_NOT_ALLOWED
    return ALLOWED


def reported(decision: Decision) -> Decision:
    """Return a verdict of :func:`judge` as it would be if the guard of its policy only reported."""
    policy: Policy | None = decision.policy
    if policy is None or policy.guard != "enforce":
        return decision
    reporting = copy_of(policy, guard="report")
    # An explanation asks for the methods of the route, which only the compiled form knows.
    reporting._set("_compiled", compiled(policy))  # noqa: SLF001 - the attribute of a policy for this
    return replace(decision, policy=reporting)


def is_refused(decision: Decision) -> bool:
    """Whether a verdict of :func:`judge` is to be carried out, and not only reported."""
    return not decision.allowed and decision.policy is not None and decision.policy.guard == "enforce"


def is_websocket(upgrade: str) -> bool:
    """Whether *upgrade*, the value of ``Upgrade``, asks for a WebSocket (RFC 6455, section 4.1).

    Browsers send such a handshake to any server, with cookies, and check nothing of the answer
    (https://websockets.spec.whatwg.org/#websocket-opening-handshake).
    """
    if len(upgrade) > MAX_UPGRADE_LENGTH:
        return True
    return any(protocol.strip().lower() == "websocket" for protocol in upgrade.split(","))


def is_own_request(request: Request) -> bool:
    """Whether a page of the application's own, or the user, has sent *request*.

    ``Sec-Fetch-Site`` decides it. Without this header, ``Origin`` and ``Host`` decide it.
    """
    return request.fetch_site in OWN_SITES if request.fetch_site else is_own_origin(request)


def is_own_origin(request: Request) -> bool:
    """Whether the ``Origin`` of *request* is the application's own, by ``Host`` and scheme.

    Default ports are equal to none. If the application sees plain http, an https origin with the same host
    is its own, too: TLS may end at a proxy. If it sees https, an http origin is not its own: anyone on the
    network can be that page. Without ``Host`` no origin is.
    """
    text = request.origin or ""
    origin = Origin.parse(text) or _as_native_clients_send(text)
    if origin is None or not request.host or len(request.host) > MAX_AUTHORITY_LENGTH:
        return False
    scheme = _HTTP_SCHEMES.get(request.scheme, request.scheme)
    if origin.scheme != scheme and (origin.scheme, scheme) != ("https", "http"):
        return False
    return request.host.lower() in authorities(origin)


def _as_native_clients_send(text: str) -> Origin | None:
    """Return the origin that *text* is but for the default port or a trailing slash; ``None`` if it is none.

    The WebSocket of React Native sends such an ``Origin``, made from the URL that it connects to. No browser
    does, so it is equal to no origin of a policy, and no response names it.
    """
    if len(text) > MAX_ORIGIN_LENGTH:
        return None
    text = text.removesuffix("/")
    bare, _, port = text.rpartition(":")
    if port != str(DEFAULT_PORTS.get(bare.partition(":")[0])):
        return Origin.parse(text)
    origin = Origin.parse(bare)
    return None if origin is None or origin.port is not None else origin


def authorities(origin: Origin) -> tuple[str, ...]:
    """Return every spelling that ``Host`` can have on the server of *origin*."""
    if origin.port is not None:
        return (f"{origin.host}:{origin.port}",)
    return (origin.host, f"{origin.host}:{DEFAULT_PORTS.get(origin.scheme)}")
