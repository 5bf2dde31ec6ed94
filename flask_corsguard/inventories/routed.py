"""The inventory of a Flask application: its rules, and the paths that none of them matches."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from flask_corsguard.core.findings import Finding
from flask_corsguard.core.policy_argument import policy_from
from flask_corsguard.flask.marks import Registration, mark_of
from flask_corsguard.flask.policy_place import Placed, PlaceFinder
from flask_corsguard.flask.warnings.lost_marks import shown_by_view
from flask_corsguard.flask.warnings.mark_record import record_of
from flask_corsguard.wsgi.policy_source import APPLICATION

from .entry import ANY, Entry, Given
from .notes import Notes
from .sessions import reads_session
from .urls import as_text, as_wsgi, host_of, paths_of
from .words import given_as

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.routing import Rule


#: The name of a converter's value, with the bracket behind it.
_VALUE_NAME: Final = re.compile(r"\w+>")


def entries_of_flask(layer: Any) -> Iterator[Entry]:
    """Yield the entries of the layer that ``CorsGuard`` has put around a Flask application."""
    finder: PlaceFinder = layer.source.finder()
    reader = _Reader(layer, finder)
    mounted = finder.mounted()
    scripts = [each.prefix for each in mounted if each.is_flask]
    rules = sorted(layer.flask.url_map.iter_rules(), key=lambda rule: rule.endpoint)
    for rule in rules:
        if not rule.build_only:
            for script in scripts:
                yield from reader.of_rule(rule, script)
    for each in mounted:
        if not each.is_flask:
            yield reader.of_prefix(each.prefix, finder.of_request(_environ(each.prefix)))
    yield from reader.of_no_rule()


def where_of(layer: Any, placed: Placed, endpoint: str, method: str) -> str:
    """Return the line that gave a policy its place, as ``file:line``; empty if it is not known.

    :param layer: the layer of the application.
    :param placed: the policy, and whose it is.
    :param endpoint: the endpoint of the request; empty if there is none.
    """
    return _Reader(layer, layer.source.finder())._where(placed, endpoint, method)  # noqa: SLF001 - of this module


def unused_paths(layer: Any) -> list[str]:
    """Return the path rules of a layer that give no route, and nothing that is mounted, its policy."""
    mounted = {each.prefix for each in layer.source.finder().mounted() if not each.is_flask}
    entries = entries_of_flask(layer)
    used = {each.source for each in entries if each.endpoint is not None or each.rule in mounted}
    return [path for path in map(as_text, layer.settings.paths.rules) if f"path {path}" not in used]


class _Reader:
    """Reads the entries of one application.

    :param layer: its layer.
    :param finder: what finds its policies.
    """

    def __init__(self, layer: Any, finder: PlaceFinder) -> None:
        self._layer = layer
        self._app: Flask = layer.flask
        self._finder = finder
        paths = layer.settings.paths
        self._notes = Notes(report_only=layer.settings.report_only)
        #: By endpoint and method, whether the view reads who is signed in.
        self._reads: dict[tuple[str, str], bool] = {}
        self._prefixes = [] if paths is None else [as_text(path) for path in paths.rules]

    def of_rule(self, rule: Rule, script: str) -> Iterator[Entry]:
        """Yield the entries of a rule where the application is mounted at *script*."""
        paths = self._paths_of(rule, script)
        methods = sorted(rule.methods) if rule.methods else [ANY]
        # The policy of a function does not depend on the method, as RoutedPolicies knows, too.
        is_class = hasattr(self._app.view_functions.get(rule.endpoint), "view_class")
        first = [] if is_class else self._given(rule, methods[0], script, paths)
        for method in methods:
            for policy, source, where in first or self._given(rule, method, script, paths):
                yield Entry(
                    rule=f"{script}{rule.rule}",
                    method=method,
                    endpoint=rule.endpoint,
                    policy=policy,
                    source=source,
                    where=where,
                    notes=self._notes_of(policy, where, method, rule.endpoint),
                    host=rule.host or rule.subdomain or "",
                )

    def _notes_of(self, policy: Given, where: str, method: str, endpoint: str | None) -> tuple[Finding, ...]:
        found = self._notes.of(policy, method, reads_session=lambda: self._reads_session(endpoint, method))
        return tuple(replace(each, where=where) for each in found)

    def _reads_session(self, endpoint: str | None, method: str) -> bool:
        if endpoint is None:
            return False
        key = endpoint, method
        if key not in self._reads:
            self._reads[key] = reads_session(self._app.view_functions.get(endpoint), method)
        return self._reads[key]

    def _given(self, rule: Rule, method: str, script: str, paths: list[str]) -> list[tuple[Given, str, str]]:
        """Return the policies that the URLs of a rule have, with whose they are and where they were given."""
        return [
            (self._given_as(placed), as_text(placed.place), self._where(placed, rule.endpoint, method))
            for placed in self._placed(rule, method, script, paths)
        ]

    def _given_as(self, placed: Placed) -> Given:
        # The policy of the application is not known if a callable gives it for each request.
        is_asked = placed.place == APPLICATION and callable(self._layer.policy)
        return None if is_asked else given_as(placed.policy)

    def _paths_of(self, rule: Rule, script: str) -> list[str]:
        """Return paths of a rule, without the script, among which are some for each path rule."""
        prefixes = (each.removeprefix(script) or "/" for each in self._prefixes if each.startswith(script))
        paths = [as_wsgi(path) for path in paths_of(rule, prefixes)]
        return [path for path in paths if self._finder.is_reached(script + path)]

    def _placed(self, rule: Rule, method: str, script: str, paths: Iterable[str]) -> list[Placed]:
        """Return the policies that the URLs of a rule have, most often one."""
        asked = "GET" if method == ANY else method
        finder = self._finder.below(script)
        if rule.redirect_to is not None:
            # Its answer leads to another URL, and has the policy of that.
            host = host_of(rule, self._app.config["SERVER_NAME"])
            placed = [self._finder.of_request(_environ(script + path, asked, host)) for path in paths]
        else:
            placed = [finder.of_view(rule.endpoint, path, asked) for path in paths]
        return list({(id(each.policy), each.place): each for each in placed}.values())

    def of_prefix(self, path: str, placed: Placed, host: str = "") -> Entry:
        """Return the entry of the URLs below *path* that no rule matches."""
        policy, where = self._given_as(placed), self._where(placed, "", ANY)
        return Entry(
            rule=path,
            method=ANY,
            endpoint=None,
            policy=policy,
            source=as_text(placed.place),
            where=where,
            # Whatever the method: nothing runs.
            notes=self._notes_of(policy, where, "GET", None),
            host=host,
        )

    def of_no_rule(self) -> Iterator[Entry]:
        """Yield the entries of path rules, of prefixes of blueprints and of the application."""
        for path in self._prefixes:
            yield self.of_prefix(path, self._finder.of_nothing(None, as_wsgi(path)))
        registered: dict[tuple[str, str | None], Registration] = {}
        for each in self._finder.registrations():
            # The first one is found, whatever a converter calls its value.
            key = _VALUE_NAME.sub(">", each.url_prefix.rstrip("/")), each.subdomain
            registered.setdefault(key, each)
        for each in registered.values():
            if each.url_prefix.strip("/") or each.subdomain:
                yield self._of_registration(each)
        policy = self._layer.policy
        one = None if callable(policy) else given_as(policy_from(policy, "policy"))
        where = self._layer.where
        notes = self._notes_of(one, where, "GET", None)
        yield Entry(
            rule="/", method=ANY, endpoint=None, policy=one, source=APPLICATION, where=where, notes=notes
        )

    def _of_registration(self, registration: Registration) -> Entry:
        name, url_prefix, subdomain = registration
        prefix = url_prefix.rstrip("/")
        if "<" in f"{prefix}{subdomain}":
            # Only its converter can tell which values it takes.
            placed = self._finder.of_blueprint(name)
        else:
            placed = self._finder.of_nothing(subdomain, as_wsgi(prefix or "/"))
        return self.of_prefix(prefix or "/", placed, subdomain or "")

    def _where(self, placed: Placed, endpoint: str, method: str) -> str:
        """Return the line that gave a policy its place."""
        policy, place = placed
        if place == APPLICATION:
            return str(self._layer.where)
        name = place.removeprefix("blueprint ")
        if place != "view" and (name == place or name in self._layer.settings.blueprints):
            return str(self._layer.place)
        # A class that has no method for HEAD answers it by that for GET.
        methods = ["HEAD", "GET"] if method == "HEAD" else [method]
        targets = (
            shown_by_view(self._app.view_functions.get(endpoint), methods)
            if place == "view"
            else [self._app.blueprints[name]]
        )
        records = (record_of(each) for each in targets if mark_of(each) is policy)
        return next((str(record.place) for record in records if record is not None), "")


def _environ(path: str, method: str = "GET", host: str = "localhost") -> dict[str, Any]:
    return {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "HTTP_HOST": host,
        "SERVER_NAME": host,
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "http",
    }
