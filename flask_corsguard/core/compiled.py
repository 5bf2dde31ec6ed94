"""What a policy answers, computed once: every header that does not depend on the request."""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from dataclasses import replace
from typing import Final, Literal, cast

from . import fetch_standard
from .answer import Answer, Header, Headers, joined
from .changing_set import ChangingAnswers, ChangingOriginSet, memory_of
from .limits import LIST_SLACK, MAX_KNOWN_ORIGINS, MAX_WILDCARD_LIST_LENGTH
from .origin import MAX_ORIGIN_LENGTH
from .origin_set import OriginSet, Outcome
from .policy import Policy, copy_of, strictest
from .reasons import ALLOWED, NO_ORIGIN, Reason

#: The methods of a policy without ``methods`` where no route can name them.
DEFAULT_METHODS: Final = ("GET", "HEAD", "POST")
_VARY_ORIGIN: Final[Header] = ("Vary", "Origin")


class CompiledPolicy:
    """The answers of one policy, computed once and shared by all requests.

    :ivar policy: the policy itself.
    :ivar origins: the origins that are allowed; ``None`` allows every origin.
    :ivar methods: the methods that a preflight is granted by name; with :attr:`any_method`, every other one
        is, too.
    :ivar unsafe_methods: the methods that the guard allows by name; see :attr:`any_method`.
    :ivar of_route: whether the methods are those of a route, and not of the policy.
    :ivar headers: the request headers that are allowed by name, in lower case; see :attr:`any_header`.
    :ivar max_list_length: the longest list of requested headers that is read, in bytes.
    :ivar owned: the response headers that the policy replaces, in lower case.
    :ivar to_no_origin: the answer to a request without an origin.
    :ivar first: the first origin of the list; empty, as no origin is, if none is listed by name.
    :ivar to_first: the answer to it, for callers that compare it and so save the call of :meth:`answer_to`.
    :ivar is_managed: whether the policy is not ``UNMANAGED``, which has no answers.
    :ivar has_callables: whether a callable decides on some origin.
    :ivar is_lasting: whether the policy is managed, and answers the next request as it answers this one.

    :param policy: the policy.
    :param of_route: whether its methods are those of a route.
    :param beside: the policies that other requests to the same URL have, whether or not they are known:
        every answer then varies with the origin. ``None`` if there are none.
    """

    __slots__ = (
        *("_after_origin", "_beside", "_grant", "_known", "_memory", "_refusals", "_to_everyone"),
        *("_to_others", "_unread_grant", "_vary_of_preflight", "any_header", "any_method", "credentials"),
        *("first", "has_callables", "headers", "is_lasting", "is_managed", "max_list_length"),
        *("max_method_length", "methods", "of_route", "origins", "owned", "policy", "to_first"),
        *("to_no_origin", "unsafe_methods"),
    )

    def __new__(cls, policy: Policy | None = None, **_: object) -> CompiledPolicy:
        """Return a policy with changing sets as what it is; a copy is made without the policy."""
        is_changing = policy is not None and isinstance(policy._origin_set, ChangingOriginSet)  # noqa: SLF001
        return object.__new__(CompiledChangingPolicy if is_changing else cls)

    def __init__(
        self, policy: Policy, *, of_route: bool = False, beside: Iterable[Policy] | None = None
    ) -> None:
        self.policy = policy
        self.origins = policy._origin_set  # noqa: SLF001 - its compiled half
        self.credentials = policy.credentials
        self.of_route = of_route
        self.is_managed = not policy.is_unmanaged
        self.has_callables = self.origins is not None and not self.origins.is_constant
        self.is_lasting = self.is_managed and not self.has_callables
        self._beside = None if beside is None else tuple(beside)
        self._compile_lists(policy)
        self._compile_preflight(policy)
        self._compile_answers(policy)
        of_url = (policy, *(self._beside or ()))
        self.owned = fetch_standard.CORS_RESPONSE_HEADERS | {
            *([fetch_standard.TAO.lower()] if any(each.timing for each in of_url) else ()),
            *([fetch_standard.CORP.lower()] if strictest(of_url) else ()),
        }

    def _compile_lists(self, policy: Policy) -> None:
        methods = DEFAULT_METHODS if policy.methods is None else policy.methods
        self.any_method = methods == "*"
        self.methods = frozenset(methods) | fetch_standard.SAFELISTED_METHODS
        # Browsers allow safelisted methods under every list (#cors-preflight-fetch, step 7.5). The guard
        # allows exactly the methods of a list. If a route lacks a method, the route itself answers 405.
        listed = policy.methods is not None and not self.of_route
        self.unsafe_methods = frozenset(methods) if listed else self.methods
        self.max_method_length = max(map(len, self.methods))
        self.any_header = "*" in policy.allow_headers
        self.headers = frozenset(name.lower() for name in policy.allow_headers)
        self.max_list_length = MAX_WILDCARD_LIST_LENGTH
        if not self.any_header:
            self.max_list_length = sum(len(name) + 3 for name in self.headers) + LIST_SLACK

    def _compile_preflight(self, policy: Policy) -> None:
        network = (fetch_standard.ACRPN,) if policy.private_network else ()
        vary = ("Origin", fetch_standard.ACRM, fetch_standard.ACRH, *network)
        self._vary_of_preflight: Header = ("Vary", ", ".join(vary))
        # With credentials, "*" is answered by what was requested, and so is a private network.
        depends = policy.private_network or (policy.credentials and self.any_method)
        self._grant = None if depends or (policy.credentials and self.any_header) else self.grant()
        self._unread_grant = None if depends else self.grant(unread=True)

    def _compile_answers(self, policy: Policy) -> None:
        resource_policy = policy.resource_policy or strictest(self._beside or ())
        corp = ((fetch_standard.CORP, resource_policy),) if resource_policy else ()
        always = () if self._beside is None else (_VARY_ORIGIN,)
        credentials = ((fetch_standard.ACAC, "true"),) if policy.credentials else ()
        exposed = joined(fetch_standard.ACEH, policy.expose_headers)
        self._after_origin: Headers = (*credentials, *exposed, *corp, _VARY_ORIGIN)
        self._known: dict[str, Answer] = {}
        self._to_everyone: Answer | None = None
        if self.origins is None:
            timing = ((fetch_standard.TAO, "*"),) if policy.timing else ()
            allow_origin = (fetch_standard.ACAO, "*")
            to_others = [allow_origin, *exposed, *timing, *corp, *always]
            self._to_everyone = self._allow(allow_origin, to_others)
        else:
            # If no origin is allowed, no response depends on the origin. See #cors-protocol-and-http-caches.
            timing = ((fetch_standard.TAO, "*"),) if policy.timing == "*" else ()
            to_others = [*timing, *corp, *((_VARY_ORIGIN,) if policy.origins else always)]
        self._refusals = {reason: self._refuse(reason, to_others) for reason in (None, *Reason)}
        self._memory = memory_of(self.origins, self._allow_one, self._refusals)
        self._to_others = self._refusals[None]
        self.to_no_origin = self._refusals[NO_ORIGIN]
        self.first = "" if self.origins is None else self.origins.first
        self.to_first = self._allow_one(self.first) if self.first else self._to_others

    def answer_to(self, origin: str | None) -> Answer:
        """Return the answer to *origin*, the value of ``Origin``; ``None`` if the request has none.

        Callables are asked each time; any other answer to an allowed origin is remembered, within
        :data:`MAX_KNOWN_ORIGINS`.
        """
        if origin is None:
            return self.to_no_origin
        if self._to_everyone is not None:
            return self._to_everyone
        # Most policies list one origin, and a comparison costs less than a look-up.
        if origin == self.first:
            return self.to_first
        # Tempting: the look-up first. But that would hash a megabyte before it refuses it.
        if len(origin) > MAX_ORIGIN_LENGTH:
            return self._to_others
        return self._known.get(origin) or self._ask(origin)

    def _ask(self, origin: str) -> Answer:
        origins = self.origins
        if origins is None or (origins.is_exact and origin not in origins.exact):
            return self._to_others
        answer = self._answer(origin, origins.check(origin))
        if answer.reason is ALLOWED and origins.is_constant and len(self._known) < MAX_KNOWN_ORIGINS:
            self._known[origin] = answer
        return answer

    def _answer(self, origin: str, outcome: Outcome) -> Answer:
        reason, error = outcome
        if reason is ALLOWED:
            return self._allow_one(origin, error)
        refusal = self._refusals[reason]
        return refusal if error is None else replace(refusal, error=error)

    def for_origin(
        self, origin: str | None, outcomes: dict[OriginSet, Outcome] | None = None
    ) -> CompiledPolicy:
        """Return this policy for one request: it asks each callable once, and remembers the result.

        :param origin: the value of ``Origin``.
        :param outcomes: what the callables have returned for this request so far; new results are added.
        """
        if origin is None or self.origins is None or not self.has_callables:
            return self
        outcomes = {} if outcomes is None else outcomes
        if self.origins not in outcomes:
            outcomes[self.origins] = self.origins.check(origin)
        return self.answering(origin, self._answer(origin, outcomes[self.origins]))

    def answering(self, origin: str, answer: Answer) -> CompiledPolicy:
        """Return this policy for one request, with that *answer* to its *origin*."""
        other = copy(self)
        # One with changing sets would look at them again: this one has its answer.
        other.__class__ = CompiledPolicy  # pyright: ignore[reportAttributeAccessIssue]
        other._known, other._to_everyone = {}, None  # noqa: SLF001 - of this class
        other.first, other.to_first = origin, answer
        return other

    def _allow_one(self, origin: str, error: Exception | None = None) -> Answer:
        # A caller of decide() may have passed a member of an Enum, and the answer is remembered for everyone.
        origin = str.__str__(origin)
        allow_origin = (fetch_standard.ACAO, origin)
        timed = "*" if self.policy.timing == "*" else origin
        timing = ((fetch_standard.TAO, timed),) if self.policy.timing else ()
        return self._allow(allow_origin, [allow_origin, *timing, *self._after_origin], error)

    def _allow(self, allow_origin: Header, headers: list[Header], error: Exception | None = None) -> Answer:
        return Answer(
            reason=ALLOWED,
            headers=headers,
            preflight=None if self._grant is None else (allow_origin, *self._grant),
            unread_preflight=None if self._unread_grant is None else (allow_origin, *self._unread_grant),
            error=error,
            is_notable=error is not None,
        )

    def _refuse(self, reason: Reason | None, headers: list[Header]) -> Answer:
        preflight = (self._vary_of_preflight,)
        return Answer(
            reason=reason,
            headers=headers,
            preflight=preflight,
            unread_preflight=preflight,
            is_notable=reason is not NO_ORIGIN,
        )

    def reason(self, answer: Answer, origin: str | None) -> Reason:
        """Return the reason of *answer*, which :meth:`answer_to` returned for *origin*."""
        if answer.reason is not None:
            return answer.reason
        return cast("OriginSet", self.origins).why_not(cast("str", origin))[0]

    def preflight_headers(self, answer: Answer, requested_headers: str | None) -> Headers | None:
        """Return the headers of the answer to a preflight; ``None`` if they depend on what it requests.

        An allowed origin gets all methods and headers, and its browser compares them with what it wants to
        send. So most answers depend on the origin alone; what is requested only matters to the reason.

        :param answer: the answer to the origin.
        :param requested_headers: the value of ``Access-Control-Request-Headers``.
        """
        return answer.unread_preflight if self.leaves_unread(requested_headers) else answer.preflight

    def leaves_unread(self, requested_headers: str | None) -> bool:
        """Whether *requested_headers* is too long to be compared with ``"*"``, which is then not sent."""
        return (
            self.any_header
            and requested_headers is not None
            and len(requested_headers) > self.max_list_length
        )

    def grant(
        self,
        *,
        method: str | None = None,
        names: tuple[str, ...] = (),
        private_network: bool = False,
        unread: bool = False,
    ) -> Headers:
        """Return what follows the origin on the answer to a preflight from an allowed one.

        :param method: the requested method, sent back where ``"*"`` would be read as a name.
        :param names: the requested headers, sent back where ``"*"`` would be read as a name.
        :param private_network: whether the page may reach into a private network.
        :param unread: whether the requested headers are too long to be compared, so that ``"*"`` is not sent.
        """
        policy = self.policy
        methods = DEFAULT_METHODS if policy.methods is None else policy.methods
        headers = policy.allow_headers
        if policy.credentials:
            # "*" would only be a name. See #cors-preflight-fetch, steps 7.5 to 7.7.
            if self.any_method:
                methods = () if method is None else (method,)
            if self.any_header:
                headers = names
        if unread and self.any_header:
            headers = ()
        max_age = () if policy.max_age is None else ((fetch_standard.ACMA, str(policy.max_age)),)
        return (
            *(((fetch_standard.ACAC, "true"),) if policy.credentials else ()),
            *(((fetch_standard.ACAPN, "true"),) if private_network else ()),
            *joined(fetch_standard.ACAM, methods),
            *joined(fetch_standard.ACAH, headers),
            *max_age,
            self._vary_of_preflight,
        )

    def for_methods(self, methods: Literal["*"] | tuple[str, ...]) -> CompiledPolicy:
        """Return this policy with the *methods* of a route, unless the policy lists methods itself."""
        if self.policy.methods is not None:
            return self
        policy = copy_of(self.policy, methods=methods)
        by_policy = CompiledPolicy(policy, of_route=True, beside=self._beside)
        policy._set("_compiled", by_policy)  # noqa: SLF001 - the attribute of a policy for this
        return by_policy


def compiled(policy: Policy) -> CompiledPolicy:
    """Return the compiled form of *policy*, which is made once."""
    if policy._compiled is None:  # noqa: SLF001 - the attribute of a policy for this
        policy._set("_compiled", CompiledPolicy(policy))  # noqa: SLF001
    return cast("CompiledPolicy", policy._compiled)  # noqa: SLF001


class CompiledChangingPolicy(ChangingAnswers, CompiledPolicy):
    """The answers of a policy with changing sets."""

    __slots__ = ()
