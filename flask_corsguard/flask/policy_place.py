"""Whose the policy of a request is, for debug mode: found by the very code that finds the policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_corsguard.wsgi.environ import method_to_judge
from flask_corsguard.wsgi.path_rules import CLOSED, is_ambiguous
from flask_corsguard.wsgi.policy_source import APPLICATION
from flask_corsguard.wsgi.proxy_fix import as_seen_inside

from .marks import mark_of_view
from .mounted_policies import MountedPolicies
from .routing import RoutedPolicies

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment
    from werkzeug.routing import MapAdapter

    from flask_corsguard.core.audiences import AnyPolicy

    from .mounts import Mounts


class PlacedPolicies(RoutedPolicies):
    """Finds the policy of a request, and whose it is."""

    _mounts: Mounts | None = None

    def place_of(self, environ: WSGIEnvironment) -> str:
        """Return whose the policy of a request is, for debug mode."""
        # Another object for each request, because requests run at the same time.
        finder = _PlaceFinder(
            self.app, self._policy, self._paths, self._fixes, self._blueprints, mounts=self._mounts
        )
        return finder.place_of(environ)


class PlacedMountedPolicies(MountedPolicies, PlacedPolicies):
    """Finds the same where there are dispatchers. Without them, no request asks for any."""


class _PlaceFinder(MountedPolicies):
    """Finds the policy of one request, and takes note of where it stands."""

    _place: str | None = None

    def place_of(self, environ: WSGIEnvironment) -> str:
        """Return whose the policy of a request is."""
        method = method_to_judge(environ) or environ["REQUEST_METHOD"]
        seen = as_seen_inside(self._fixes, environ)
        # Without the methods of the rule, for which the policies of its other methods would be asked.
        self._find(seen, seen.get("PATH_INFO", ""), method, with_methods=False)
        # Another one is asked below a prefix that a dispatcher takes off.
        finder = next(iter(self._below.values()), self)
        return finder._place or CLOSED  # noqa: SLF001 - of this class

    def _forget_place(self) -> None:
        self._place = None

    def _of_endpoint(self, endpoint: str, path: str, method: str) -> AnyPolicy:
        self._forget_place()
        policy = super()._of_endpoint(endpoint, path, method)
        if self._place is None:
            # Its path was not asked, so it is marked.
            view = self.app.view_functions.get(endpoint)
            self._place = (
                "view" if mark_of_view(view, method) is policy else self._blueprint(endpoint, policy)
            )
        return policy

    def _blueprint(self, endpoint: str, policy: AnyPolicy) -> str:
        name = endpoint.rpartition(".")[0]
        while name and self._marks.of_blueprint(name) is not policy:
            name = name.rpartition(".")[0]
        return f"blueprint {name}"

    def _of_unknown(self, adapter: MapAdapter, path: str, info: str) -> AnyPolicy:
        self._forget_place()
        policy = super()._of_unknown(adapter, path, info)
        # Neither its path was asked nor is it ambiguous, so it lies below the prefix of a blueprint.
        if self._place is None and not is_ambiguous(path):
            self._place = f"blueprint {self._prefixes.name_of(adapter.subdomain, info)}"
        return policy

    def _of_path(self, path: str) -> AnyPolicy:
        rule = None if self._paths is None else self._paths.place_of(path)
        self._place = APPLICATION if rule is None else rule
        return super()._of_path(path)
