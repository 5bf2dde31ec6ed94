"""The CORS-preflight cache: the methods and header names that earlier preflights allowed.

:see: https://fetch.spec.whatwg.org/#cors-preflight-cache
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from flask_corsguard.core.fetch_standard import NON_WILDCARD_REQUEST_HEADER

from .requests import Request, serialized_origin

Kind = Literal["method", "header"]
Place = tuple[str, str, str]


@dataclass(slots=True)
class Entry:
    """One method or header name that a preflight allowed (#concept-cache)."""

    place: Place
    credentials: bool
    kind: Kind
    #: A method, a header name in lower case, or ``"*"``.
    name: str
    expires: float

    def matches(self, request: Request, now: float) -> bool:
        """Return whether the entry applies to *request* (#concept-cache-match)."""
        includes = request.credentials == "include"
        return self.expires > now and self.place == place_of(request) and (self.credentials or not includes)


class PreflightCache:
    """The CORS-preflight cache."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []

    def has_method(self, request: Request, method: str, now: float) -> bool:
        """Return whether there is a method cache entry match (#concept-cache-match-method)."""
        return any(self._matching(request, "method", {method, "*"}, now))

    def has_header(self, request: Request, name: str, now: float, *, wildcard_covers_all: bool) -> bool:
        """Return whether there is a header-name cache entry match (#concept-cache-match-header)."""
        names = _header_names(name, wildcard_covers_all=wildcard_covers_all)
        return any(self._matching(request, "header", names, now))

    def store(
        self,
        request: Request,
        kind: Kind,
        names: list[str],
        *,
        now: float,
        age: int,
        wildcard_covers_all: bool,
    ) -> None:
        """Store the allowed *names* for *age* seconds (#cors-preflight-fetch, steps 7.12 to 7.15).

        :param wildcard_covers_all: whether ``"*"`` allows every header name, ``Authorization``
            included.
        """
        for name in names:
            matched = {name, "*"}
            if kind == "header":
                matched = _header_names(name, wildcard_covers_all=wildcard_covers_all)
            entries = list(self._matching(request, kind, matched, now))
            for entry in entries:
                entry.expires = now + age
            if not entries:
                key = name if kind == "method" else name.lower()
                includes = request.credentials == "include"
                self._entries.append(Entry(place_of(request), includes, kind, key, now + age))

    def _matching(self, request: Request, kind: Kind, names: set[str], now: float) -> Iterator[Entry]:
        for entry in self._entries:
            if entry.kind == kind and entry.name in names and entry.matches(request, now):
                yield entry

    def clear(self, request: Request) -> None:
        """Remove the entries for the origin and the URL of *request* (#concept-cache-clear)."""
        self._entries = [entry for entry in self._entries if entry.place != place_of(request)]


def place_of(request: Request) -> Place:
    """Return the network partition, origin and URL that an entry for *request* applies to."""
    return request.partition, serialized_origin(request), str(request.url.without_fragment())


def _header_names(name: str, *, wildcard_covers_all: bool) -> set[str]:
    name = name.lower()
    if wildcard_covers_all or name != NON_WILDCARD_REQUEST_HEADER:
        return {name, "*"}
    return {name}
