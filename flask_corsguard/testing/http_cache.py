"""The HTTP cache of a browser: private, one answer per URL, no guessing of lifetimes.

:see: https://www.rfc-editor.org/rfc/rfc9111
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from .differences import Quirks
from .exchanges import Exchange
from .headers import Header, get, split, without
from .requests import Request

#: Statuses that speak of something else than the whole resource.
_PARTIAL: Final = frozenset({206, 304})
_MAX_DIGITS: Final = 10

Key = tuple[str, str, bool]


@dataclass(frozen=True, slots=True)
class Stored:
    """An answer in the cache, beside the request that it answered."""

    exchange: Exchange
    stored: float

    @property
    def headers(self) -> tuple[Header, ...]:
        """The headers of the answer."""
        return self.exchange.response_headers

    def is_fresh(self, now: float) -> bool:
        """Whether it may be used without asking (RFC 9111, section 4.2)."""
        directives = cache_control(self.headers)
        return "no-cache" not in directives and now - self.stored < _seconds(directives.get("max-age"))

    @property
    def validators(self) -> list[Header]:
        """The headers that ask whether it is still good (#http-network-or-cache-fetch, step 8.26.2)."""
        pairs = (("If-None-Match", "ETag"), ("If-Modified-Since", "Last-Modified"))
        return [(ask, value) for ask, name in pairs if (value := get(self.headers, name)) is not None]

    def matches(self, headers: Iterable[Header]) -> bool:
        """Whether it would be the answer to a request with *headers*, too (RFC 9111, section 4.1)."""
        headers = list(headers)
        names = [name for name in split(get(self.headers, "Vary") or "") if name]
        return all(name != "*" and get(headers, name) == self.exchange.get(name) for name in names)


def cache_control(headers: Iterable[Header]) -> Mapping[str, str]:
    """Give the directives of ``Cache-Control``, their names in lower case (RFC 9111, section 5.2)."""
    directives = {}
    for text in split(get(headers, "Cache-Control") or ""):
        name, _, value = text.partition("=")
        directives[name.strip().lower()] = value.strip().strip('"')
    return directives


def _seconds(text: str | None) -> int:
    # RFC 9111, section 4.2.1: what is no number is stale.
    return int(text[:_MAX_DIGITS]) if text and re.fullmatch(r"[0-9]+", text) else 0


class HttpCache:
    """What a browser has stored of the web."""

    def __init__(self, quirks: Quirks) -> None:
        self._quirks = quirks
        self._stored: dict[Key, Stored] = {}

    def select(self, request: Request, headers: Iterable[Header]) -> Stored | None:
        """Give the stored answer to *request*, if any, stale ones included.

        :param headers: all headers of the request, as they would be sent.
        """
        stored = self._stored.get(self._key(request)) if _is_cacheable(request) else None
        return stored if stored is not None and stored.matches(headers) else None

    def store(self, request: Request, exchange: Exchange, now: float) -> None:
        """Keep the answer of *exchange* if it says for how long, or how to ask again."""
        stored = Stored(exchange, now)
        directives = cache_control(exchange.response_headers)
        forbidden = "no-store" in directives or "no-store" in cache_control(exchange.headers)
        useful = _seconds(directives.get("max-age")) > 0 or stored.validators
        if _is_cacheable(request) and not forbidden and useful and exchange.status not in _PARTIAL:
            self._stored[self._key(request)] = stored

    def freshen(self, request: Request, stored: Stored, headers: Iterable[Header], now: float) -> Stored:
        """Give *stored* with the headers of a 304, which replace its own (RFC 9111, section 3.2)."""
        # The length of a 304 is that of nothing.
        newer = without(headers, {"content-length", "content-encoding", "content-type"})
        kept = without(stored.headers, {name.lower() for name, _ in newer})
        exchange = replace(stored.exchange, response_headers=(*kept, *newer))
        fresh = Stored(exchange, now)
        self._stored[self._key(request)] = fresh
        return fresh

    def invalidate(self, request: Request) -> None:
        """Forget what an unsafe request has changed (RFC 9111, section 4.4)."""
        url = str(request.url.without_fragment())
        for key in [key for key in self._stored if key[1] == url]:
            del self._stored[key]

    def _key(self, request: Request) -> Key:
        apart = self._quirks.has("image-cache-refetch") and request.has_credentials
        return request.partition, str(request.url.without_fragment()), apart


def _is_cacheable(request: Request) -> bool:
    return request.method == "GET" and get(request.headers, "Range") is None
