"""Whose a policy is, for debug mode and for the inventory: found by the very code that finds the policy."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from flask_corsguard.core.audiences import AnyPolicy
from flask_corsguard.wsgi.environ import method_to_judge
from flask_corsguard.wsgi.path_rules import CLOSED, is_ambiguous
from flask_corsguard.wsgi.policy_source import APPLICATION
from flask_corsguard.wsgi.proxy_fix import as_seen_inside

from .marks import Registration, mark_of_view
from .mounted_policies import MountedPolicies
from .mounts import Mounted
from .routing import RoutedPolicies
from .url_binding import pushed
from .url_rules import decoded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from _typeshed.wsgi import WSGIEnvironment
    from werkzeug.routing import MapAdapter

    from .mounts import Mounts


class Placed(NamedTuple):
    """A policy, and whose it is: ``"view"``, ``"blueprint api.v1"``, ``"path /api"``, ``"application"``."""

    policy: AnyPolicy
    place: str


class PlacedPolicies(RoutedPolicies):
    """Finds the policy of a request, and whose it is."""

    _mounts: Mounts | None = None

    def place_of(self, environ: WSGIEnvironment) -> str:
        """Return whose the policy of a request is, for debug mode."""
        # Another object for each request, because requests run at the same time.
        return self.finder().place_of(environ)

    def finder(self) -> PlaceFinder:
        """Return what finds whose a policy is, one at a time."""
        return PlaceFinder(
            self.app, self._policy, self._paths, self._fixes, self._blueprints, mounts=self._mounts
        )


class PlacedMountedPolicies(MountedPolicies, PlacedPolicies):
    """Finds the same where there are dispatchers. Without them, no request asks for any."""


class PlaceFinder(MountedPolicies):
    """Finds the policy of one request after another, and stores where it is configured."""

    _place: str | None = None

    def of_view(self, endpoint: str, path: str, method: str) -> Placed:
        """Return the policy of an endpoint, where its rule matches *path*.

        :param path: the path as WSGI has it, ``PATH_INFO``.
        """
        policy = self._of_endpoint(endpoint, path, method)
        return Placed(policy, self._place or CLOSED)

    def of_nothing(self, subdomain: str | None, path: str) -> Placed:
        """Return the policy of a URL that no rule matches.

        :param path: the path as WSGI has it, ``PATH_INFO``.
        """
        url_map = self.app.url_map
        adapter = url_map.bind("", subdomain=None if url_map.host_matching else subdomain)
        info = decoded(path)
        try:
            policy = self._of_unknown(adapter, path, info)
        except Exception:  # noqa: BLE001 - converters in prefixes of blueprints; see _find()
            with pushed(self.app.test_request_context(info)):
                policy = self._of_unknown(adapter, path, info)
        return Placed(policy, self._place or CLOSED)

    def of_request(self, environ: WSGIEnvironment) -> Placed:
        """Return the policy of a request."""
        self._forget_place()
        self._below = {}
        method = method_to_judge(environ) or environ["REQUEST_METHOD"]
        seen = as_seen_inside(self._fixes, environ)
        # Without the methods of the rule, for which the policies of its other methods would be asked.
        found = self._find(seen, seen.get("PATH_INFO", ""), method, with_methods=False)
        # Another one is asked below a prefix that a dispatcher takes off.
        finder = next(iter(self._below.values()), self)
        return Placed(found.policy, finder._place or CLOSED)  # noqa: SLF001 - of this class

    def place_of(self, environ: WSGIEnvironment) -> str:
        """Return whose the policy of a request is."""
        return self.of_request(environ).place

    def registrations(self) -> Sequence[Registration]:
        """Return the prefixes of the blueprints that have a policy."""
        return self._prefixes.registrations()

    def of_blueprint(self, name: str) -> Placed:
        """Return the policy of a blueprint that has one, by its registered name."""
        policy = self._marks.of_blueprint(name)
        return Placed(self._policy, APPLICATION) if policy is None else Placed(policy, f"blueprint {name}")

    def mounted(self) -> list[Mounted]:
        """Return where dispatchers inside of the layer lead to, the Flask application among it."""
        mounts = self._mounts
        if mounts is None:
            return [Mounted("", is_flask=True)]
        scripts = ["", *(script for script, _ in mounts.applications())]
        found = [(script, mounts.find(f"{script}/")) for script in scripts]
        # What is mounted at a path that another one covers is never called.
        return [each for script, each in found if each.prefix == script]

    def is_reached(self, path: str) -> bool:
        """Whether the Flask application, and nothing that is mounted inside, answers *path*."""
        return self._mounts is None or self._mounts.find(path).is_flask

    def below(self, prefix: str) -> PlaceFinder:
        """Return what finds the policies of the Flask application where it is mounted at *prefix*."""
        return self._below_of(prefix) if prefix else self

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
