"""Which CORS headers a response carries, and why: only this module knows the order of the questions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from . import fetch_standard
from .answer import Answer, Headers
from .compiled import CompiledPolicy
from .explain import explain
from .limits import MAX_WILDCARD_METHOD_LENGTH
from .policy import Policy
from .policy_argument import PolicyArgument, policy_for_origin
from .reasons import ALLOWED, METHOD_NOT_ALLOWED, PASSING, Kind, Reason
from .request import Request
from .validation.fields import is_read_as_forbidden

NO_CONTENT: Final = 204
FORBIDDEN: Final = 403


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a policy answers to a request; :meth:`explain` puts it into a sentence.

    :param kind: what the request is to the CORS protocol.
    :param reason: why.
    :param headers: the headers that the policy adds to the response, in order.
    :param status: the status of the answer to a preflight, or to a request that the guard refuses; ``None``
        leaves it to the application.
    :param detail: the part of the request that the reason is about, as it was sent: a method, a header name.
    :param request: the request.
    :param policy: the policy.
    :param error: the exception that an origin callable raised, for the log.
    """

    __module__ = "flask_corsguard"

    kind: Kind
    reason: Reason
    headers: Headers
    status: int | None = None
    detail: str = ""
    request: Request | None = None
    policy: Policy | None = None
    error: Exception | None = None

    @property
    def allowed(self) -> bool:
        """Whether the policy allows what the request asks for: to read a response, to send a request."""
        return self.reason in PASSING

    def __str__(self) -> str:
        return f"{self.reason}: {self.detail}" if self.detail else str(self.reason)

    def explain(self) -> str:
        """Return in plain words what happens, why, and what to change if it should not happen.

        :returns: one or more sentences, in one line of ASCII.
        """
        if self.request is None or self.policy is None:
            return f"The decision was: {self}."
        return explain(self.kind, self.reason, self.detail, self.request, self.policy)


def decide(policy: PolicyArgument, request: Request) -> Decision:
    """Return the CORS headers that the response to *request* carries under *policy*, and the reason.

    For a preflight the headers are the whole answer, and ``status`` is its status. For any other request they
    belong on whatever the application answers. The steps are those of the server's side of
    https://fetch.spec.whatwg.org/#http-cors-protocol. In one point they are stricter than the standard: an
    origin that is not the serialization of an origin matches nothing but ``"*"``.

    The function is pure: it blocks, logs and reads nothing, and no request makes it raise.

    :param policy: the policy, or a list of policies; callables among the origins are asked.
    :param request: the request, of any kind.
    :returns: the decision.

    >>> policy = Policy(origins=["https://app.example"])
    >>> decision = decide(policy, Request(method="GET", origin="https://app.example"))
    >>> decision.allowed, decision.headers
    (True, (('Access-Control-Allow-Origin', 'https://app.example'), ('Vary', 'Origin')))
    """
    return decide_by(policy_for_origin(policy, request.origin), request)


def decide_by(by_policy: CompiledPolicy, request: Request, answer: Answer | None = None) -> Decision:
    """Return what :func:`decide` does.

    :param answer: the policy's answer to the origin, if the caller has asked for it before.
    """
    kind = kind_of(request)
    if not by_policy.is_managed:
        return Decision(
            kind=kind, reason=Reason.UNMANAGED, headers=(), request=request, policy=by_policy.policy
        )
    answer = answer or by_policy.answer_to(request.origin)
    if kind is Kind.PREFLIGHT:
        return _decide_preflight(by_policy, answer, request)
    return Decision(
        kind=kind,
        reason=by_policy.reason(answer, request.origin),
        headers=tuple(answer.headers),
        request=request,
        policy=by_policy.policy,
        error=answer.error,
    )


def kind_of(request: Request) -> Kind:
    """Return what *request* is to the CORS protocol."""
    if request.is_preflight:
        return Kind.PREFLIGHT
    return Kind.NON_CORS if request.origin is None else Kind.ACTUAL


def _decide_preflight(by_policy: CompiledPolicy, answer: Answer, request: Request) -> Decision:
    names: tuple[str, ...] = ()
    reason, detail = by_policy.reason(answer, request.origin), ""
    if reason is ALLOWED:
        reason, detail, names = _check_request(by_policy, request)
    headers = by_policy.preflight_headers(answer, request.requested_headers)
    if headers is None:
        headers = _grant_what_is_requested(by_policy, answer, request, reason, names)
    return Decision(
        kind=Kind.PREFLIGHT,
        reason=reason,
        headers=headers,
        status=NO_CONTENT if answer.reason is ALLOWED else FORBIDDEN,
        detail=detail,
        request=request,
        policy=by_policy.policy,
        error=answer.error,
    )


def _grant_what_is_requested(
    by_policy: CompiledPolicy, answer: Answer, request: Request, reason: Reason, names: tuple[str, ...]
) -> Headers:
    reaches = reason is ALLOWED and request.private_network == "true"
    grant = by_policy.grant(
        method=None if reason is METHOD_NOT_ALLOWED else request.requested_method,
        names=names,
        private_network=reaches and by_policy.policy.private_network,
        unread=by_policy.leaves_unread(request.requested_headers),
    )
    # The first header of an answer to an allowed origin names that origin.
    return (answer.headers[0], *grant)


def _check_request(by_policy: CompiledPolicy, request: Request) -> tuple[Reason, str, tuple[str, ...]]:
    """Return the first reason to refuse what is requested, its detail, and the names that are allowed."""
    method = request.requested_method or ""
    listed = request.requested_headers
    refused, names = (None, ()) if not listed else _check_headers(by_policy, listed)
    if not allows_method(by_policy, method):
        return Reason.METHOD_NOT_ALLOWED, method, names
    if listed and len(listed) > by_policy.max_list_length:
        return Reason.HEADERS_TOO_LONG, str(len(listed)), names
    if refused is not None:
        return Reason.HEADER_NOT_ALLOWED, refused, names
    if request.private_network == "true" and not by_policy.policy.private_network:
        return Reason.PRIVATE_NETWORK_NOT_ALLOWED, "", names
    return Reason.ALLOWED, "", names


def allows_method(by_policy: CompiledPolicy, method: str) -> bool:
    """Whether the policy allows *method*; it always allows safelisted ones (#cors-safelisted-method)."""
    # The length first: hashing a megabyte would already be work.
    listed = len(method) <= by_policy.max_method_length and method in by_policy.methods
    return listed or (by_policy.any_method and is_method_under_wildcard(method))


def is_method_under_wildcard(method: str) -> bool:
    """Whether ``"*"`` covers *method*: a token of bounded length that pages may send."""
    return (
        len(method) <= MAX_WILDCARD_METHOD_LENGTH
        and fetch_standard.is_token(method)
        and not fetch_standard.is_forbidden_method(method)
    )


def _check_headers(by_policy: CompiledPolicy, listed: str) -> tuple[str | None, tuple[str, ...]]:
    """Return the first requested header that is not allowed, and those that are allowed.

    Browsers send the names in lower case, sorted, each once and joined by bare commas
    (#cors-preflight-fetch, step 5). Proxies add spaces, empty elements and lines, and upper case; all of
    these are accepted within the bound.
    """
    if len(listed) > by_policy.max_list_length:
        return None, ()
    refused: str | None = None
    names: dict[str, None] = {}
    for element in listed.split(","):
        # Only ASCII letters have a case here: str.lower() would turn the Kelvin sign into a "k".
        name = element.strip(" \t")
        lower = name.lower() if name.isascii() else name
        if lower in by_policy.headers or (
            by_policy.any_header and _is_header_under_wildcard(by_policy, lower)
        ):
            names[lower] = None
        elif name and refused is None:
            refused = name
    return refused, tuple(names)


def _is_header_under_wildcard(by_policy: CompiledPolicy, name: str) -> bool:
    return (
        fetch_standard.is_token(name)
        and name != fetch_standard.NON_WILDCARD_REQUEST_HEADER
        and not fetch_standard.is_forbidden_request_header(name)
        # Without credentials the browser is sent "*", and makes no exception.
        and not (by_policy.credentials and is_read_as_forbidden(name))
    )
