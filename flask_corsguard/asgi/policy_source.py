"""Where the ASGI middleware gets the policy of a request from."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

from flask_corsguard.core.audiences import AnyPolicy, Audiences, compiled_any
from flask_corsguard.core.compiled import CompiledPolicy, compiled
from flask_corsguard.core.policy import Policy
from flask_corsguard.core.policy_argument import policy_from
from flask_corsguard.wsgi.path_rules import CLOSED, PathRules
from flask_corsguard.wsgi.policy_source import APPLICATION, not_a_policy
from flask_corsguard.wsgi.varying_policies import VaryingPolicies

from .scope import origin_of, path_of

if TYPE_CHECKING:
    from .scope import Scope

    PolicyOrList = Policy | Sequence[Policy]
    PolicyOf = Callable[[Scope], PolicyOrList | Audiences | Awaitable[PolicyOrList]]
    PolicyArgument = PolicyOrList | Mapping[str, PolicyOrList] | PolicyOf

logger: Final = logging.getLogger("flask_corsguard")


class PolicySource(Protocol):
    """Finds the policy of each request."""

    async def find(self, scope: Scope, /) -> CompiledPolicy:
        """Return the policy of one request."""
        ...

    def place_of(self, scope: Scope, /) -> str:
        """Return whose the policy of one request is, for debug mode."""
        ...


class PolicyOfOrigin:
    """A list of policies, or ``UNMANAGED``, for every request.

    :param policy: the list, or the policy.
    """

    def __init__(self, policy: AnyPolicy) -> None:
        self._policy = compiled_any(policy)

    async def find(self, scope: Scope) -> CompiledPolicy:
        """Return the policy for the origin of the request."""
        return self._policy.for_origin(origin_of(scope)[0])

    def place_of(self, _scope: Scope) -> str:
        """Return that it is the application's."""
        return APPLICATION


class PolicyPerRequest:
    """The policy that a callable returns, asked once per request and before the application runs.

    :param policy_of: the callable, plain or asynchronous. If it fails, the closed policy applies.
    """

    def __init__(self, policy_of: PolicyOf) -> None:
        self._policy_of = policy_of
        self._varying = VaryingPolicies()

    async def find(self, scope: Scope) -> CompiledPolicy:
        """Ask the callable."""
        return compiled_any(await self._ask(scope)).for_origin(origin_of(scope)[0])

    async def _ask(self, scope: Scope) -> AnyPolicy:
        try:
            policy: object = self._policy_of(scope)
            if inspect.isawaitable(policy):
                policy = await policy
            return self._varying.of(policy, self._policy_of)
        except Exception:
            logger.exception("no policy for this request; the closed policy applies")
            return self._varying.closed

    def place_of(self, _scope: Scope) -> str:
        """Return that it is the application's, which has given the callable."""
        return APPLICATION


class PolicyByPath:
    """The policy of the first path that covers the request's; without one, the closed policy.

    :param policies: the policies, by path.
    :param root: the root that the application has itself.
    """

    def __init__(self, policies: Mapping[str, Any], root: str) -> None:
        self._rules = PathRules(policies, "policy")
        self._root = root

    async def find(self, scope: Scope) -> CompiledPolicy:
        """Compare the paths."""
        policy = self._rules.find(path_of(scope, self._root)) or self._rules.closed
        return compiled_any(policy).for_origin(origin_of(scope)[0])

    def place_of(self, scope: Scope) -> str:
        """Return the path of the rule."""
        return self._rules.place_of(path_of(scope, self._root)) or CLOSED


def place_of(source: CompiledPolicy | PolicySource, scope: Scope) -> str:
    """Return whose the policy of one request is, for debug mode."""
    return APPLICATION if isinstance(source, CompiledPolicy) else source.place_of(scope)


def source_of(policy: object, root: str = "") -> CompiledPolicy | PolicySource:
    """Return the policy of every request, or what finds that of each, for the *policy* of a middleware.

    :param policy: a policy, a list of policies, a mapping of paths, or a callable.
    :param root: the root that the application has itself.
    :raises PolicyError: if it is none of these, or a path cannot be used.
    """
    if isinstance(policy, Mapping):
        return PolicyByPath(policy, root)
    if isinstance(policy, (Policy, Audiences, list, tuple)):
        known = policy_from(policy, "policy")
        if isinstance(known, Policy) and not known.is_unmanaged:
            return compiled(known)
        return PolicyOfOrigin(known)
    if callable(policy):
        return PolicyPerRequest(cast("PolicyOf", policy))
    raise not_a_policy(policy)
