"""The marked blueprint below whose prefix a URL without a route lies, so that a page can read its 404."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule

from .marks import Registration, mark_of

if TYPE_CHECKING:
    from flask_corsguard.core.policy import Policy


class BlueprintPrefixes:
    """Finds the marked blueprint below whose registered prefix a URL without a route lies."""

    def __init__(self) -> None:
        self._compiled: tuple[int, Map] = (0, Map())

    def find(
        self, registrations: list[Registration], url_map: Map, subdomain: str | None, path: str
    ) -> Policy | None:
        """Return the policy of the blueprint with the nearest prefix; ``None`` if there is none."""
        count, prefixes = self._compiled
        if count != len(registrations):
            prefixes = _prefix_map(registrations, url_map)
            self._compiled = len(registrations), prefixes
        adapter = prefixes.bind("", subdomain=subdomain)
        try:
            index, _ = adapter.match(path)
        except HTTPException:
            return None
        return mark_of(registrations[int(index)].blueprint)


def _prefix_map(registrations: Iterable[Registration], url_map: Map) -> Map:
    # A URL map again, because a prefix may hold converters: "/<tenant>/api".
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
