"""Where the ASGI middleware gets the policy of a request from."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Final, Protocol, cast

from flask_corsguard.core.audiences import compiled_any
from flask_corsguard.core.compiled import CompiledPolicy, compiled
from flask_corsguard.core.policy import SAME_ORIGIN, Policy
from flask_corsguard.core.problems import PolicyError, problem
from flask_corsguard.wsgi.path_rules import PathRules

from .scope import origin_of, path_of

if TYPE_CHECKING:
    from .scope import Scope

    PolicyOf = Callable[[Scope], Policy | Awaitable[Policy]]
    PolicyArgument = Policy | Mapping[str, Policy] | PolicyOf

logger: Final = logging.getLogger("flask_corsguard")


class PolicySource(Protocol):
    """Finds the policy of each request."""

    async def find(self, scope: Scope, /) -> CompiledPolicy:
        """Return the policy of one request."""
        ...


class PolicyPerRequest:
    """The policy that a callable returns, asked once per request and before the application runs.

    :param policy_of: the callable, plain or asynchronous. If it fails, the closed policy applies.
    """

    def __init__(self, policy_of: PolicyOf) -> None:
        self._policy_of = policy_of

    async def find(self, scope: Scope) -> CompiledPolicy:
        """Ask the callable."""
        try:
            policy: object = self._policy_of(scope)
            if inspect.isawaitable(policy):
                policy = await policy
            if isinstance(policy, Policy):
                return compiled(policy)
            raise TypeError(f"{self._policy_of!r} returned {type(policy).__name__}, not a Policy")
        except Exception:
            logger.exception("no policy for this request; the closed one holds")
            return compiled(SAME_ORIGIN)


class PolicyByPath:
    """The policy of the first path that covers the request's; without one, the closed policy."""

    def __init__(self, policies: Mapping[str, Policy]) -> None:
        self._rules = PathRules(policies, "policy")

    async def find(self, scope: Scope) -> CompiledPolicy:
        """Compare the paths."""
        policy = self._rules.find(path_of(scope)) or self._rules.closed
        return compiled_any(policy).for_origin(origin_of(scope)[0])


def source_of(policy: object) -> CompiledPolicy | PolicySource:
    """Return the policy of every request, or what finds that of each, for the *policy* of a middleware.

    :param policy: a policy, a mapping of paths, or a callable.
    :raises PolicyError: if it is none of these, or a path cannot be used.
    """
    if isinstance(policy, Policy):
        return compiled(policy)
    if isinstance(policy, Mapping):
        return PolicyByPath(policy)
    if callable(policy):
        return PolicyPerRequest(cast("PolicyOf", policy))
    hint = 'Give Policy(origins=["https://app.example"]), a mapping of paths, or a callable.'
    raise PolicyError([problem("policy.type", "policy", policy, hint)])
