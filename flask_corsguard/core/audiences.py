"""Several policies for one URL: which of them a request has depends on its origin alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import chain
from typing import Any, Final, Literal, cast, final

from .compiled import CompiledPolicy, compiled
from .origin_set import OriginSet, Outcome
from .policy import SAME_ORIGIN, Policy, copy_of, strictest
from .reasons import ALLOWED


@final
class Audiences:
    """A list of policies: the first one that allows the origin of a request applies to it, else the last one.

    Every answer varies with the origin, and replaces what any of the policies owns. If its own policy has no
    ``resource_policy``, it has the strictest one of the others.

    Precondition: the policies have passed the checks of :func:`.policy_argument.policy_from`.

    :param policies: the policies, in order.
    :ivar policies: the same.
    :ivar methods: ``None`` if any of them leaves the methods to the route.
    """

    __slots__ = ("_compiled", "_members", "methods", "policies")

    #: The answer to the next request may be that of another policy.
    is_lasting: Final = False

    def __init__(self, policies: Sequence[Policy]) -> None:
        self.policies = tuple(policies)
        is_open = any(policy.methods is None for policy in policies)
        self.methods: Literal["*"] | tuple[str, ...] | None = None if is_open else "*"
        #: As a policy has its compiled form.
        self._compiled = self
        self._members = tuple(
            CompiledPolicy(policy, beside=(each for each in policies if each is not policy))
            for policy in policies
        )

    @property
    def has_callables(self) -> bool:
        """Whether a callable decides on some origin."""
        return any(member.has_callables for member in self._members)

    @property
    def policy(self) -> Audiences:
        """The list itself, as :class:`.CompiledPolicy` has its policy."""
        return self

    @property
    def origins(self) -> tuple[Any, ...]:
        """The origins of all policies."""
        return tuple(chain.from_iterable(policy.origins for policy in self.policies))

    def for_methods(self, methods: Literal["*"] | tuple[str, ...]) -> Audiences:
        """Return this list with the *methods* of a route for the policies that list none themselves."""
        if self.methods is not None:
            return self
        other = object.__new__(Audiences)
        other._compiled = other
        other._members = tuple(member.for_methods(methods) for member in self._members)
        other.policies = tuple(member.policy for member in other._members)
        other.methods = methods
        return other

    def for_origin(
        self, origin: str | None, outcomes: dict[OriginSet, Outcome] | None = None
    ) -> CompiledPolicy:
        """Return the policy of one request; the arguments are those of :meth:`.CompiledPolicy.for_origin`."""
        error: Exception | None = None
        found = self._members[-1]
        for member in self._members if origin is not None else ():
            found = member.for_origin(origin, outcomes)
            answer = found.answer_to(origin)
            error = error or answer.error
            if answer.reason is ALLOWED:
                break
        if origin is None or error is None:
            return found
        return found.answering(origin, replace(found.answer_to(origin), error=error, is_notable=True))

    def __eq__(self, other: object) -> bool:
        return self.policies == other.policies if isinstance(other, Audiences) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.policies)

    def __repr__(self) -> str:
        return repr([*self.policies])


AnyPolicy = Policy | Audiences
AnyCompiled = CompiledPolicy | Audiences


#: What :func:`.compiled` is for a list, too, which has its compiled form: itself.
compiled_any: Final = cast("Callable[[AnyPolicy], AnyCompiled]", compiled)


def lasting(by_policy: AnyCompiled) -> CompiledPolicy | None:
    """Return *by_policy* if it answers the next request as it answers this one, else ``None``."""
    return by_policy if by_policy.is_lasting else None  # type: ignore[return-value]  # no list does


def policies_of(policy: AnyPolicy) -> tuple[Policy, ...]:
    """Return the policies of a list; a policy alone is a list of one."""
    return (policy,) if isinstance(policy, Policy) else policy.policies


def varying(policy: AnyPolicy) -> AnyPolicy:
    """Return *policy* for a URL where other requests may have other policies: every answer varies.

    It is made once, and lasts as long as the policy: a callable may give those of a hundred thousand tenants.
    """
    if not isinstance(policy, Policy) or policy.is_unmanaged:
        return policy
    with suppress(AttributeError):
        return policy._varying  # noqa: SLF001 - its attribute for this
    other = copy_of(policy)
    other._set("_compiled", CompiledPolicy(other, beside=()))  # noqa: SLF001
    for each in (other, policy):
        each._set("_varying", other)  # noqa: SLF001
    return other


def closed_policy(policies: Sequence[AnyPolicy]) -> Policy:
    """Return the closed policy for requests of which the policy cannot be found.

    Other spellings of their URL may have any of the *policies*. So every answer varies with the origin, and
    has the strictest ``resource_policy`` of all.
    """
    every = chain.from_iterable(map(policies_of, policies))
    closed = copy_of(SAME_ORIGIN, resource_policy=strictest(every))
    closed._set("_compiled", CompiledPolicy(closed, beside=()))  # noqa: SLF001
    return closed
