"""Where a layer gets the policy of a request from."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from .core.policy import SAME_ORIGIN, Policy
from .proxies import as_seen_inside

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

    PolicyOf = Callable[[WSGIEnvironment], Policy]

logger = logging.getLogger("flask_corsguard")


class PolicySource(Protocol):
    """Gives each request its policy."""

    def for_method(self, environ: WSGIEnvironment, method: str, /) -> Policy:
        """Give the policy by which a request with *method* to this URL is judged.

        For a preflight that is the requested method, for the guard the request's own.
        """
        ...

    def for_response(self, environ: WSGIEnvironment, judged: Policy | None, /) -> Callable[[], Policy]:
        """Before the application runs, give a function that says by which policy it is answered.

        The function is called when the application starts its response.

        :param judged: what :meth:`for_method` gave for this request, if it was asked.
        """
        ...


class OnePolicy:
    """The same policy for every request."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy

    def for_method(self, _environ: WSGIEnvironment, _method: str) -> Policy:
        """Give it."""
        return self._policy

    def for_response(self, _environ: WSGIEnvironment, _judged: Policy | None) -> Callable[[], Policy]:
        """Give what gives it."""
        return self._give

    def _give(self) -> Policy:
        return self._policy


class PolicyPerRequest:
    """The policy that a callable gives, once per request and before the application runs."""

    def __init__(self, policy_of: PolicyOf, fixes: tuple[Any, ...]) -> None:
        self._policy_of = policy_of
        self._fixes = fixes

    def for_method(self, environ: WSGIEnvironment, _method: str) -> Policy:
        """Ask the callable."""
        try:
            policy: object = self._policy_of(environ)
            if isinstance(policy, Policy):
                return policy
            raise TypeError(f"{self._policy_of!r} returned {type(policy).__name__}, not a Policy")
        except Exception:
            logger.exception("no policy for this request; the closed one holds")
            return SAME_ORIGIN

    def for_response(self, environ: WSGIEnvironment, judged: Policy | None) -> Callable[[], Policy]:
        """Ask the callable, unless it has been asked, and give what repeats its answer."""
        # Now and not later: layers further in shift PATH_INFO to SCRIPT_NAME in the same environ.
        policy = judged or self.for_method(as_seen_inside(self._fixes, environ), "")
        return lambda: policy
