"""Where a layer gets the policy of a request from."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from .core.policy import SAME_ORIGIN, Policy

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

    from .core.decision import Request

    PolicyOf = Callable[[WSGIEnvironment], Policy]

logger = logging.getLogger("flask_corsguard")


class PolicySource(Protocol):
    """Gives each request its policy."""

    def for_preflight(self, environ: WSGIEnvironment, request: Request, /) -> Policy:
        """Give the policy by which the preflight is answered."""
        ...

    def for_response(self, environ: WSGIEnvironment, /) -> Callable[[], Policy]:
        """Before the application runs, give a function that says by which policy it is answered.

        The function is called when the application starts its response.
        """
        ...


class OnePolicy:
    """The same policy for every request."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy

    def for_preflight(self, _environ: WSGIEnvironment, _request: Request) -> Policy:
        """Give it."""
        return self._policy

    def for_response(self, _environ: WSGIEnvironment) -> Callable[[], Policy]:
        """Give what gives it."""
        return self._give

    def _give(self) -> Policy:
        return self._policy


class PolicyPerRequest:
    """The policy that a callable gives, once per request and before the application runs."""

    def __init__(self, policy_of: PolicyOf) -> None:
        self._policy_of = policy_of

    def for_preflight(self, environ: WSGIEnvironment, _request: Request) -> Policy:
        """Ask the callable."""
        return self._ask(environ)

    def for_response(self, environ: WSGIEnvironment) -> Callable[[], Policy]:
        """Ask the callable, and give what repeats its answer."""
        # Now and not later: layers further in shift PATH_INFO to SCRIPT_NAME in the same environ.
        policy = self._ask(environ)
        return lambda: policy

    def _ask(self, environ: WSGIEnvironment) -> Policy:
        try:
            policy: object = self._policy_of(environ)
            if isinstance(policy, Policy):
                return policy
            raise TypeError(f"{self._policy_of!r} returned {type(policy).__name__}, not a Policy")
        except Exception:
            logger.exception("no policy for this request; the closed one holds")
            return SAME_ORIGIN
