"""Where the middleware gets the policy of a request from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

from flask_corsguard.core.audiences import AnyPolicy, Audiences, compiled_any
from flask_corsguard.core.compiled import CompiledPolicy, compiled
from flask_corsguard.core.policy import Policy
from flask_corsguard.core.policy_argument import policy_from, policy_of_origins
from flask_corsguard.core.problems import PolicyError, problem

from .environ import ORIGIN
from .path_rules import CLOSED, PathRules
from .proxy_fix import as_seen_inside
from .varying_policies import VaryingPolicies

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

    PolicyOrList = Policy | Sequence[Policy]
    PolicyOf = Callable[[WSGIEnvironment], PolicyOrList | Audiences]
    PolicyArgument = PolicyOrList | Mapping[str, PolicyOrList] | PolicyOf

#: The name of the place whose policy applies if no other one does.
APPLICATION: Final = "application"


class PolicySource(Protocol):
    """Finds the policy of each request."""

    @property
    def one(self) -> CompiledPolicy | None:
        """The policy of every request; ``None`` if requests have policies of their own."""
        ...

    def find(self, environ: WSGIEnvironment, /) -> CompiledPolicy:
        """Return the policy of one request."""
        ...

    def place_of(self, environ: WSGIEnvironment, /) -> str:
        """Return whose the policy of one request is, for debug mode."""
        ...


@dataclass(frozen=True, slots=True)
class OnePolicy:
    """The same policy for every request."""

    one: CompiledPolicy

    def find(self, _environ: WSGIEnvironment) -> CompiledPolicy:
        """Return the one policy."""
        return self.one

    def place_of(self, _environ: WSGIEnvironment) -> str:
        """Return that it is the application's."""
        return APPLICATION


class EachPolicy:
    """The policies of another source, found for each request, also if there is only one.

    :param source: the other source.
    """

    one = None

    def __init__(self, source: PolicySource) -> None:
        self.find = source.find
        self.place_of = source.place_of


class PolicyOfOrigin:
    """A list of policies, or ``UNMANAGED``, for every request.

    :param policy: the list, or the policy.
    """

    one = None

    def __init__(self, policy: AnyPolicy) -> None:
        self._policy = compiled_any(policy)

    def find(self, environ: WSGIEnvironment) -> CompiledPolicy:
        """Return the policy for the origin of the request."""
        return self._policy.for_origin(environ.get(ORIGIN))

    def place_of(self, _environ: WSGIEnvironment) -> str:
        """Return that it is the application's."""
        return APPLICATION


class PolicyByPath:
    """The policy of the first path that covers the request's; without one, the closed policy.

    :param policies: the policies, by path.
    """

    one = None

    def __init__(self, policies: Mapping[str, Any]) -> None:
        self._rules = PathRules(policies, "policy")

    def find(self, environ: WSGIEnvironment) -> CompiledPolicy:
        """Compare the paths."""
        # A ProxyFix inside does not change the path: it only moves the prefix before it.
        policy = self._rules.find(environ.get("PATH_INFO", "")) or self._rules.closed
        return compiled_any(policy).for_origin(environ.get(ORIGIN))

    def place_of(self, environ: WSGIEnvironment) -> str:
        """Return the path whose policy a request has."""
        return self._rules.place_of(environ.get("PATH_INFO", "")) or CLOSED


class PolicyPerRequest:
    """The policy that a callable returns, asked once per request and before the application runs.

    :param policy_of: the callable. If it fails, the closed policy applies.
    :param fixes: the ``ProxyFix`` layers inside; the callable sees the environ as they leave it.
    """

    one = None

    def __init__(self, policy_of: PolicyOf, fixes: tuple[Any, ...]) -> None:
        self._policy_of = policy_of
        self._fixes = fixes
        self._varying = VaryingPolicies()

    def find(self, environ: WSGIEnvironment) -> CompiledPolicy:
        """Ask the callable."""
        policy = self._varying.ask(self._policy_of, as_seen_inside(self._fixes, environ))
        return compiled_any(policy).for_origin(environ.get(ORIGIN))

    def place_of(self, _environ: WSGIEnvironment) -> str:
        """Return that it is the application's."""
        return APPLICATION


def source_of(policy: object, fixes: tuple[Any, ...]) -> PolicySource:
    """Return the source for the *policy* argument of a middleware.

    :param policy: a policy, a list of policies, a mapping of paths, or a callable.
    :param fixes: the ``ProxyFix`` layers inside the middleware.
    :raises PolicyError: if it is none of these, or a path cannot be used.
    """
    if isinstance(policy, Mapping):
        return PolicyByPath(policy)
    if isinstance(policy, (Policy, Audiences, list, tuple)):
        known = policy_from(policy, "policy")
        if isinstance(known, Policy) and not known.is_unmanaged:
            return OnePolicy(compiled(known))
        return PolicyOfOrigin(known)
    if callable(policy):
        return PolicyPerRequest(cast("PolicyOf", policy), fixes)
    raise not_a_policy(policy)


def not_a_policy(value: object) -> PolicyError:
    """Return the error for a *value* that cannot be the *policy* argument of a middleware."""
    example = (
        'Give Policy(origins=["https://app.example"]), a list of policies, a mapping of paths, or a callable.'
    )
    return PolicyError([problem("policy.type", "policy", value, policy_of_origins(value, example))])
