"""The blueprint below whose prefix a URL without a route lies, so that a page can read its 404."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule

from .marks import REGISTRATIONS, Marks, Registration

if TYPE_CHECKING:
    from flask import Flask
    from flask.sansio.blueprints import Blueprint

    from flask_corsguard.core.audiences import AnyPolicy

_FLASK: Final = "flask.sansio.blueprints"


class BlueprintPrefixes:
    """Finds the blueprint with a policy below whose registered prefix a URL without a route lies.

    :param app: the application.
    :param blueprints: its policies of blueprints, by their names.
    :param marks: what finds the policy of a blueprint.
    """

    def __init__(self, app: Flask, blueprints: Mapping[str, AnyPolicy], marks: Marks) -> None:
        self._app = app
        self._by_name = blueprints
        self._marks = marks
        self._compiled: tuple[tuple[int, int], list[Registration], Map] = ((0, 0), [], Map())

    def any(self) -> bool:
        """Whether any blueprint has a policy."""
        return bool(self._by_name) or bool(self._app.extensions.get(REGISTRATIONS))

    def registrations(self) -> list[Registration]:
        """Return the registrations of all blueprints that have a policy."""
        marked: list[Registration] = self._app.extensions.get(REGISTRATIONS, [])
        return [*marked, *self._named()]

    def find(self, subdomain: str | None, path: str) -> AnyPolicy | None:
        """Return the policy of the blueprint with the nearest prefix; ``None`` if there is none."""
        name = self.name_of(subdomain, path)
        return None if name is None else self._marks.of_blueprint(name)

    def name_of(self, subdomain: str | None, path: str) -> str | None:
        """Return the name of the blueprint that has a policy and the nearest prefix, if there is one."""
        marked: list[Registration] = self._app.extensions.get(REGISTRATIONS, [])
        count = len(marked), len(self._app.blueprints)
        known, registrations, prefixes = self._compiled
        if count != known:
            registrations = self.registrations()
            prefixes = _prefix_map(registrations, self._app.url_map)
            self._compiled = count, registrations, prefixes
        adapter = prefixes.bind("", subdomain=subdomain)
        try:
            index, _ = adapter.match(path)
        except HTTPException:
            return None
        return registrations[int(index)].name

    def _named(self) -> Iterator[Registration]:
        """Yield the registrations of blueprints that have a policy by their name."""
        for name in self._by_name:
            blueprint = self._app.blueprints.get(name)
            if blueprint is not None:
                found = _prefix_of(blueprint, name, self._app.url_map)
                if found is not None:
                    yield Registration(name, *found)


def _prefix_map(registrations: Iterable[Registration], url_map: Map) -> Map:
    # A URL map again, because a prefix may contain converters: "/<tenant>/api".
    prefixes = Map(
        default_subdomain=url_map.default_subdomain,
        converters=url_map.converters,
    )
    for index, (_, url_prefix, subdomain) in enumerate(registrations):
        prefix = url_prefix.rstrip("/")
        if not prefix and not subdomain:
            continue
        for tail in ("", "/", "/<path:corsguard_rest>"):
            if prefix or tail:
                prefixes.add(Rule(prefix + tail, endpoint=str(index), subdomain=subdomain))
    return prefixes


class _RulesOfBlueprint:
    """Takes the place of what a blueprint adds its rules to, and remembers them as they are written."""

    def __init__(self) -> None:
        self.rules: dict[str, str] = {}

    def add_url_rule(self, rule: str, endpoint: str | None, view: Any = None, **_: object) -> None:
        """Remember a rule by its endpoint."""
        self.rules.setdefault(endpoint or view.__name__, rule)


def _prefix_of(blueprint: Blueprint, name: str, url_map: Map) -> tuple[str, str | None] | None:
    """Return the prefix and the subdomain that a blueprint was registered with; ``None`` if nothing tells.

    Flask does not store them, and only a function that is recorded before the registration receives them. But
    the rules of the map have the prefix, and those of the blueprint do not.
    """
    for endpoint, written in _rules_of(blueprint).items():
        for rule in url_map._rules_by_endpoint.get(f"{name}.{endpoint}", ()):  # noqa: SLF001 - iter_rules() raises
            tail = f"/{written.lstrip('/')}" if written else ""
            if rule.rule.endswith(tail):
                return rule.rule.removesuffix(tail), rule.subdomain or None
    # It may have no rules of its own, but blueprints in it.
    for inner, options in blueprint._blueprints:  # noqa: SLF001 - it is stored nowhere else
        prefix = options.get("url_prefix") or inner.url_prefix or ""
        found = _prefix_of(inner, f"{name}.{options.get('name', inner.name)}", url_map)
        tail = f"/{prefix.lstrip('/')}" if prefix else ""
        if found is not None and found[0].endswith(tail):
            return found[0].removesuffix(tail), found[1]
    return None


def _rules_of(blueprint: Blueprint) -> dict[str, str]:
    state: Any = _RulesOfBlueprint()
    for function in blueprint.deferred_functions:
        # Flask's own alone: one of the application's would do once more what it does.
        if function.__module__ == _FLASK and "add_url_rule" in function.__qualname__:
            function(state)
    return state.rules  # type: ignore[no-any-return]  # a dictionary
