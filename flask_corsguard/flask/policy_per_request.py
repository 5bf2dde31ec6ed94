"""Which policy a Flask request has if a callable gives that of the application, request by request."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from flask_corsguard.core.audiences import AnyPolicy
from flask_corsguard.wsgi.proxy_fix import as_seen_inside
from flask_corsguard.wsgi.varying_policies import VaryingPolicies

from .memory import Memory
from .settlement import context_of

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment
    from flask import Flask

    from flask_corsguard.core.compiled import CompiledPolicy

    from .policy_place import PlacedPolicies, PlaceFinder

logger: Final = logging.getLogger("flask_corsguard")

#: For how many policies it is remembered what the routes make of them.
MAX_VARYING: Final = 1024


class PolicyPerRequest:
    """Finds the policy of a request as :class:`.RoutedPolicies` does, where the application's is asked for.

    Marks, paths and the methods of routes apply as usual. The callable is asked once per request, before
    the application runs, in an application context. If it fails, the closed policy applies instead.

    :param policy_of: the callable.
    :param routes: what finds the policy of a request; the policy of the application in it is not used.
    :param fixes: the ``ProxyFix`` layers inside; the callable sees the environ as they leave it.
    """

    one = None

    def __init__(
        self, policy_of: Callable[[WSGIEnvironment], object], routes: PlacedPolicies, fixes: tuple[Any, ...]
    ) -> None:
        self._policy_of = policy_of
        self._routes = routes
        self._fixes = fixes
        self._varying = VaryingPolicies()
        self._key = f"flask_corsguard.routes.{id(self):x}"
        # By the id of a policy, which stays beside them.
        self._by_policy: dict[int, tuple[AnyPolicy, PlacedPolicies]] = {}
        #: Nothing is remembered for all requests.
        self.memory: Final = Memory()

    @property
    def app(self) -> Flask:
        """The application."""
        return self._routes.app

    def ask(self, environ: WSGIEnvironment) -> PlacedPolicies:
        """Return what finds the policy of a request; the callable is asked if it was not asked yet."""
        routes: PlacedPolicies | None = environ.get(self._key)
        if routes is None:
            routes = environ[self._key] = self._with_policy(self._policy(environ))
        return routes

    def _policy(self, environ: WSGIEnvironment) -> AnyPolicy:
        seen = as_seen_inside(self._fixes, environ)
        policy: AnyPolicy = self._varying.closed
        try:
            with context_of(self.app):
                policy = self._varying.ask(self._policy_of, seen)
        except Exception:
            # A function that listens to contexts has raised.
            logger.exception("no application context for the policy of this request")
        return policy

    def _with_policy(self, policy: AnyPolicy) -> PlacedPolicies:
        known = self._by_policy.get(id(policy))
        if known is None:
            if len(self._by_policy) >= MAX_VARYING:
                # The oldest goes, unless another thread changes them at the same time.
                with suppress(RuntimeError):
                    self._by_policy.pop(next(iter(self._by_policy), 0), None)
            known = self._by_policy[id(policy)] = policy, self._routes.with_policy(policy)
        return known[1]

    def find(self, environ: WSGIEnvironment) -> CompiledPolicy:
        """Return the policy of a preflight, or of a request that the guard may refuse."""
        return self.ask(environ).find(environ)

    def of_response(
        self, environ: WSGIEnvironment, path: str, method: str, earlier: object, origin: str | None
    ) -> CompiledPolicy:
        """Return the policy of a response that starts; see :meth:`.RoutedPolicies.of_response`."""
        return self.ask(environ).of_response(environ, path, method, earlier, origin)

    def finder(self) -> PlaceFinder:
        """Return what finds whose a policy is; that of the application in it is not used."""
        return self._routes.finder()

    def place_of(self, environ: WSGIEnvironment) -> str:
        """Return whose the policy of a request is, for debug mode."""
        return self.ask(environ).place_of(environ)
