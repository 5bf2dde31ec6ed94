"""Where the middleware gets the policy of a request from."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

from flask_corsguard.core.compiled import CompiledPolicy, compiled
from flask_corsguard.core.policy import SAME_ORIGIN, Policy
from flask_corsguard.core.problems import PolicyError, problem

from .path_rules import CLOSED, PathRules
from .proxy_fix import as_seen_inside

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

    PolicyOf = Callable[[WSGIEnvironment], Policy]
    PolicyArgument = Policy | Mapping[str, Policy] | PolicyOf

#: Whose a policy is that holds wherever no other one does.
APPLICATION: Final = "application"

logger: Final = logging.getLogger("flask_corsguard")


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


class PolicyPerRequest:
    """The policy that a callable returns, asked once per request and before the application runs.

    :param policy_of: the callable. If it fails, the closed policy applies.
    :param fixes: the ``ProxyFix`` layers inside; the callable sees the environ as they leave it.
    :param place_of: returns whose the policy of a request is.
    """

    one = None

    def __init__(
        self,
        policy_of: PolicyOf,
        fixes: tuple[Any, ...],
        place_of: Callable[[WSGIEnvironment], str] = lambda _: APPLICATION,
    ) -> None:
        self._policy_of = policy_of
        self._fixes = fixes
        self.place_of = place_of

    def find(self, environ: WSGIEnvironment) -> CompiledPolicy:
        """Ask the callable."""
        try:
            policy: object = self._policy_of(as_seen_inside(self._fixes, environ))
            if isinstance(policy, Policy):
                return compiled(policy)
            raise TypeError(f"{self._policy_of!r} returned {type(policy).__name__}, not a Policy")
        except Exception:
            logger.exception("no policy for this request; the closed one holds")
            return compiled(SAME_ORIGIN)


def source_of(policy: object, fixes: tuple[Any, ...]) -> PolicySource:
    """Return the source for the *policy* argument of a middleware.

    :param policy: a policy, a mapping of paths, or a callable.
    :param fixes: the ``ProxyFix`` layers inside the middleware.
    :raises PolicyError: if it is none of these, or a path cannot be used.
    """
    if isinstance(policy, Policy):
        return OnePolicy(compiled(policy))
    if isinstance(policy, Mapping):
        rules = PathRules(policy, "policy")
        # A ProxyFix does not change the path: it only moves the prefix before it.
        return PolicyPerRequest(
            lambda environ: rules.find(environ.get("PATH_INFO", "")) or SAME_ORIGIN,
            (),
            lambda environ: rules.place_of(environ.get("PATH_INFO", "")) or CLOSED,
        )
    if callable(policy):
        return PolicyPerRequest(cast("PolicyOf", policy), fixes)
    hint = 'Give Policy(origins=["https://app.example"]), a mapping of paths, or a callable.'
    raise PolicyError([problem("policy.type", "policy", policy, hint)])
