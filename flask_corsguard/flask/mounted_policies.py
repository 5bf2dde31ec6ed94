"""Which policy a request has if there may be a dispatcher between the layer and Flask."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from flask_corsguard.core.audiences import compiled_any
from flask_corsguard.wsgi.path_rules import PathRules

from .routing import RoutedPolicies

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from _typeshed.wsgi import WSGIEnvironment
    from flask import Flask
    from typing_extensions import Self

    from flask_corsguard.core.audiences import AnyCompiled, AnyPolicy

    from .mounts import Mounts


class PathsBelow(PathRules):
    """The rules for paths of which a dispatcher has taken off the beginning."""

    __slots__ = ("_prefix", "_rules")

    def __init__(self, rules: PathRules, prefix: str) -> None:
        self._rules = rules
        self._prefix = prefix
        self.closed = rules.closed

    @property
    def policies(self) -> Iterable[AnyPolicy]:
        """The policies of all rules."""
        return self._rules.policies

    def find(self, path: str) -> AnyPolicy | None:
        """Return the policy of the whole path; ``None`` if there is none."""
        return self._rules.find(self._prefix + path)

    def place_of(self, path: str) -> str | None:
        """Return the rule that covers the whole path."""
        return self._rules.place_of(self._prefix + path)


class MountedPolicies(RoutedPolicies):
    """Finds the policy of a request, by the routes of Flask only where Flask is called.

    What a dispatcher has another application answer has the policy of its path, else that of the Flask
    application. Its methods are not known: a policy that names none allows those of plain WSGI.

    :param mounts: the dispatchers, if there are any; the other arguments are those of
        :class:`.RoutedPolicies`.
    """

    def __init__(
        self,
        app: Flask,
        policy: AnyPolicy,
        paths: PathRules | None,
        fixes: tuple[Any, ...] = (),
        blueprints: Mapping[str, AnyPolicy] = MappingProxyType({}),
        *,
        mounts: Mounts | None = None,
    ) -> None:
        super().__init__(app, policy, paths, fixes, blueprints)
        self._mounts = mounts
        #: By what dispatchers take off the path.
        self._below: dict[str, Self] = {}

    def _find(self, environ: WSGIEnvironment, path: str, method: str, *, with_methods: bool) -> AnyCompiled:
        mounted = None if self._mounts is None else self._mounts.find(path)
        if mounted is None or (mounted.is_flask and not mounted.prefix):
            return super()._find(environ, path, method, with_methods=with_methods)
        if not mounted.is_flask:
            return compiled_any(self._of_path(path))
        below, rest = self._below_of(mounted.prefix), path[len(mounted.prefix) :]
        if environ.get("PATH_INFO") == path:
            script = environ.get("SCRIPT_NAME", "") + mounted.prefix
            environ = {**environ, "SCRIPT_NAME": script, "PATH_INFO": rest}
        # Otherwise the dispatcher has done so: a response has started, and it changes the environ itself.
        return below._find(environ, rest, method, with_methods=with_methods)  # noqa: SLF001 - of this class

    def with_policy(self, policy: AnyPolicy) -> Self:
        """Return the same with another policy of the application."""
        other = super().with_policy(policy)
        other._below = {}  # noqa: SLF001 - of this class
        return other

    def _below_of(self, prefix: str) -> Self:
        below = self._below.get(prefix)
        if below is None:
            paths = None if self._paths is None else PathsBelow(self._paths, prefix)
            below = type(self)(self.app, self._policy, paths, self._fixes, self._blueprints)
            self._below[prefix] = below
        return below
