"""Which CORS headers a response carries: the only place that knows the order of the questions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final, NamedTuple, cast

from . import fetch_standard
from .compiled import MAX_WILDCARD_METHOD_LENGTH, Answers, Headers
from .explain import explain
from .origin import MAX_ORIGIN_LENGTH
from .reasons import Kind, Reason

if TYPE_CHECKING:
    from .policy import Policy

NO_CONTENT: Final = 204
FORBIDDEN: Final = 403

#: Longest requested method that is searched for a comma, in bytes. Nobody lists a longer one.
MAX_SEARCHED_METHOD_LENGTH: Final = 256


class Request(NamedTuple):
    """What of a request matters to CORS. Repeated header lines are joined by commas, as WSGI does."""

    #: The request's own method, as it was sent.
    method: str
    #: The value of ``Origin``; ``None`` if there is none.
    origin: str | None = None
    #: The value of ``Access-Control-Request-Method``.
    requested_method: str | None = None
    #: The value of ``Access-Control-Request-Headers``.
    requested_headers: str | None = None
    #: The value of ``Access-Control-Request-Private-Network``.
    private_network: str | None = None
    #: The value of ``Sec-Fetch-Site``.
    fetch_site: str | None = None
    #: The value of ``Host``.
    host: str | None = None
    #: How the server was reached: ``"http"`` or ``"https"``.
    scheme: str = "http"
    #: The value of ``Upgrade``.
    upgrade: str | None = None
    #: Whether the request has a ``Cookie``.
    has_cookie: bool = False

    @classmethod
    def from_headers(
        cls,
        method: str,
        headers: Mapping[str, str] | Iterable[tuple[str, str]] = (),
        *,
        scheme: str = "http",
    ) -> Request:
        """Make a request of its method and its headers, whose names may be in any case.

        :param scheme: how the server was reached: ``"http"`` or ``"https"``.
        """
        pairs = cast("Mapping[str, str]", headers).items() if isinstance(headers, Mapping) else headers
        found: dict[str, str] = {}
        for name, value in pairs:
            key = name.lower()
            found[key] = f"{found[key]},{value}" if key in found else value
        return cls(
            method,
            found.get("origin"),
            found.get(fetch_standard.ACRM.lower()),
            found.get(fetch_standard.ACRH.lower()),
            found.get(fetch_standard.ACRPN.lower()),
            found.get("sec-fetch-site"),
            found.get("host"),
            scheme,
            found.get("upgrade"),
            "cookie" in found,
        )

    @property
    def is_preflight(self) -> bool:
        """Whether this is a preflight (see :func:`is_preflight`)."""
        return is_preflight(self.method, self.origin, self.requested_method)


def is_preflight(method: str, origin: str | None, requested: str | None) -> bool:
    """Whether this is OPTIONS with one ``Origin`` and one ``Access-Control-Request-Method``.

    An empty value names nothing and a comma joins two lines; neither is "one". What is too long to
    be read counts as one, which is refused.
    See https://fetch.spec.whatwg.org/#cors-preflight-request.
    """
    return (
        method == "OPTIONS"
        and _is_one(origin, MAX_ORIGIN_LENGTH)
        and _is_one(requested, MAX_SEARCHED_METHOD_LENGTH)
    )


def _is_one(value: str | None, longest: int) -> bool:
    return value is not None and value != "" and (len(value) > longest or "," not in value)


class Decision(NamedTuple):
    """What a policy says to a request. Immutable; :meth:`explain` puts it into a sentence."""

    #: What the request is to the CORS protocol.
    kind: Kind
    #: Whether a browser will let the page have what it asks for, as far as the policy is concerned.
    allowed: bool
    #: Why.
    reason: Reason
    #: The headers the policy adds to the response, in order.
    headers: Headers
    #: The status of the answer to a preflight; ``None`` leaves it to the application.
    status: int | None = None
    #: What of the request the reason is about, as it was sent: a method, a header name.
    detail: str = ""
    #: What was asked.
    request: Request | None = None
    #: Who was asked.
    policy: Policy | None = None
    #: The exception that an origin callable raised, for the log.
    error: Exception | None = None

    def __str__(self) -> str:
        return f"{self.reason}: {self.detail}" if self.detail else str(self.reason)

    def explain(self) -> str:
        """Say in plain words what happens, why, and what to change if it should not."""
        return explain(self)


def decide(policy: Policy, request: Request) -> Decision:
    """Say which CORS headers the response to *request* carries under *policy*.

    Nothing is blocked, logged or read from anywhere but the arguments, and no request raises: for
    a preflight ``status`` is set and the headers are the whole answer, for any other request they
    go onto whatever the application answers. The steps are those of the server's side of
    https://fetch.spec.whatwg.org/#http-cors-protocol. Stricter than the standard in one
    point: an origin that is not the serialization of one matches nothing but ``"*"``.
    """
    if request.is_preflight:
        return _decide_preflight(policy, request)
    origin, answers = request.origin, policy.answers
    if origin is None:
        headers = tuple(answers.to_none)
        return Decision(Kind.NON_CORS, True, Reason.NO_ORIGIN, headers, request=request, policy=policy)
    reason, error = Reason.ALLOWED, None
    if answers.origins is not None:
        reason, error = answers.origins.check(origin)
    allowed = reason is Reason.ALLOWED
    headers = tuple(answers.to_allowed(origin) if allowed else answers.to_others)
    return Decision(Kind.ACTUAL, allowed, reason, headers, None, "", request, policy, error)


def answer_plainly(
    answers: Answers, origin: str | None, requested: str, listed: str | None
) -> Headers | None:
    """Give the headers of the answer to a preflight, where they do not depend on what it asks for.

    What it gives is what :func:`decide` would; ``None`` says nothing, not even that OPTIONS was a preflight.
    An allowed origin is told the whole lists, and its browser compares them with what it asks for;
    here that is only done for the record.

    :param requested: the requested method.
    :param listed: the requested headers.
    :returns: to an origin that is not allowed, :attr:`.Answers.preflight_refusal` itself.
    """
    # As is_preflight() has it.
    if not requested or (len(requested) <= MAX_SEARCHED_METHOD_LENGTH and "," in requested) or not origin:
        return None
    unread = answers.any_header and listed and len(listed) > answers.max_list_length
    is_read = len(origin) <= MAX_ORIGIN_LENGTH
    if is_read:
        granted = (answers.granted_unread if unread else answers.granted).get(origin)
        if granted is not None:
            return granted
        if "," in origin:
            return None
    if answers.origins is not None:
        allowed, error = answers.origins.allows(origin) if is_read else (False, None)
        if error is not None:
            return None
        if not allowed:
            return answers.preflight_refusal
    grant = answers.preflight_unread if unread else answers.preflight_grant
    return grant and answers.grant(origin, grant)


def _decide_preflight(policy: Policy, request: Request) -> Decision:
    answers = policy.answers
    origin = request.origin or ""
    error: Exception | None = None
    if answers.origins is not None:
        reason, error = answers.origins.check(origin)
        if reason is not Reason.ALLOWED:
            headers = answers.preflight_refusal
            return Decision(Kind.PREFLIGHT, False, reason, headers, FORBIDDEN, "", request, policy, error)
    reason, detail, names = _check_request(answers, request)
    granted = reason is Reason.ALLOWED
    listed = request.requested_headers
    # Where "*" would let through what nobody has read, nothing is said of headers.
    unread = answers.any_header and listed is not None and len(listed) > answers.max_list_length
    grant = answers.preflight_unread if unread else answers.preflight_grant
    if grant is None:
        method = None if reason is Reason.METHOD_NOT_ALLOWED else request.requested_method
        reach = granted and answers.private_network and request.private_network == "true"
        grant = answers.preflight(private_network=reach, method=method, names=names, unread=unread)
    # An allowed origin is told everything even if it asked for too much: its browser then names
    # the header or the method that is missing, instead of the origin that is not.
    headers = answers.grant(origin, grant)
    return Decision(Kind.PREFLIGHT, granted, reason, headers, NO_CONTENT, detail, request, policy, error)


def _check_request(answers: Answers, request: Request) -> tuple[Reason, str, tuple[str, ...]]:
    """Say what of the request is not allowed, and which of its headers ``"*"`` would stand for."""
    method = request.requested_method or ""
    listed = request.requested_headers
    refused, names = (None, ()) if not listed else _check_headers(answers, listed)
    if not allows_method(answers, method):
        return Reason.METHOD_NOT_ALLOWED, method, names
    if listed and len(listed) > answers.max_list_length:
        return Reason.HEADERS_TOO_LONG, str(len(listed)), names
    if refused is not None:
        return Reason.HEADER_NOT_ALLOWED, refused, names
    if request.private_network == "true" and not answers.private_network:
        return Reason.PRIVATE_NETWORK_NOT_ALLOWED, "", names
    return Reason.ALLOWED, "", names


def allows_method(answers: Answers, method: str) -> bool:
    """Whether the policy behind *answers* allows *method*; safelisted ones always are."""
    # By its length at first: hashing a megabyte would already be work.
    listed = len(method) <= answers.max_method_length and method in answers.methods
    return listed or (answers.any_method and _is_wild_method(method))


def _is_wild_method(method: str) -> bool:
    return (
        len(method) <= MAX_WILDCARD_METHOD_LENGTH
        and fetch_standard.is_token(method)
        and not fetch_standard.is_forbidden_method(method)
    )


def _check_headers(answers: Answers, listed: str) -> tuple[str | None, tuple[str, ...]]:
    """Give the first name that is not allowed, and those that are.

    Browsers send the names in lower case, sorted, each once and joined by bare commas
    (#cors-preflight-fetch, step 5). Proxies add spaces, empty elements and lines; that is let
    through within the bound. Upper case is, too.
    """
    if len(listed) > answers.max_list_length:
        return None, ()
    refused: str | None = None
    names: dict[str, None] = {}
    for element in listed.split(","):
        # Only ASCII letters have a case here: str.lower() would make a "k" of the Kelvin sign.
        name = element.strip(" \t")
        lower = name.lower() if name.isascii() else name
        if lower in answers.headers or (answers.any_header and _is_wild_header(lower)):
            names[lower] = None
        elif name and refused is None:
            refused = name
    return refused, tuple(names)


def _is_wild_header(name: str) -> bool:
    return (
        fetch_standard.is_token(name)
        and name != fetch_standard.NON_WILDCARD_REQUEST_HEADER
        and not fetch_standard.is_forbidden_request_header(name)
    )
