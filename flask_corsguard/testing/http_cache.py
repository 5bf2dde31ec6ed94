"""The HTTP cache of a browser: private, one response per URL, without heuristic freshness.

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

#: The statuses whose response is not the whole resource.
_PARTIAL: Final = frozenset({206, 304})
_MAX_DIGITS: Final = 10

Key = tuple[str, str, bool]


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """A stored response, with the request that it answered."""

    exchange: Exchange
    stored: float

    @property
    def headers(self) -> tuple[Header, ...]:
        """The headers of the stored response."""
        return self.exchange.response_headers

    def is_fresh(self, now: float) -> bool:
        """Return whether the response may be used without revalidation (RFC 9111, section 4.2)."""
        directives = cache_control(self.headers)
        return "no-cache" not in directives and now - self.stored < _seconds(directives.get("max-age"))

    @property
    def validators(self) -> list[Header]:
        """The request headers that revalidate the response (#http-network-or-cache-fetch, step 8.26.2)."""
        pairs = (("If-None-Match", "ETag"), ("If-Modified-Since", "Last-Modified"))
        return [
            (condition, value) for condition, name in pairs if (value := get(self.headers, name)) is not None
        ]

    def matches(self, headers: Iterable[Header]) -> bool:
        """Return whether ``Vary`` permits the response for these *headers* (RFC 9111, section 4.1)."""
        headers = list(headers)
        names = [name for name in split(get(self.headers, "Vary") or "") if name]
        return all(name != "*" and get(headers, name) == self.exchange.get(name) for name in names)


def cache_control(headers: Iterable[Header]) -> Mapping[str, str]:
    """Return the directives of ``Cache-Control``, by their lower-case names (RFC 9111, section 5.2)."""
    directives = {}
    for text in split(get(headers, "Cache-Control") or ""):
        name, _, value = text.partition("=")
        directives[name.strip().lower()] = value.strip().strip('"')
    return directives


def _seconds(text: str | None) -> int:
    # RFC 9111, section 4.2.1: a response whose max-age is not a number is stale.
    return int(text[:_MAX_DIGITS]) if text and re.fullmatch(r"[0-9]+", text) else 0


class HttpCache:
    """The stored responses of a browser, by site and URL."""

    def __init__(self, quirks: Quirks) -> None:
        self._quirks = quirks
        self._stored: dict[Key, StoredResponse] = {}

    def select(self, request: Request, headers: Iterable[Header]) -> StoredResponse | None:
        """Return the stored response for *request*, even a stale one; ``None`` if there is none.

        :param headers: all headers of the request, as they would be sent.
        """
        stored = self._stored.get(self._key(request)) if _is_cacheable(request) else None
        return stored if stored is not None and stored.matches(headers) else None

    def store(self, request: Request, exchange: Exchange, now: float) -> None:
        """Store the response of *exchange* if it has a lifetime or a validator."""
        stored = StoredResponse(exchange, now)
        directives = cache_control(exchange.response_headers)
        forbidden = "no-store" in directives or "no-store" in cache_control(exchange.headers)
        useful = _seconds(directives.get("max-age")) > 0 or stored.validators
        if _is_cacheable(request) and not forbidden and useful and exchange.status not in _PARTIAL:
            self._stored[self._key(request)] = stored

    def freshen(
        self, request: Request, stored: StoredResponse, headers: Iterable[Header], now: float
    ) -> StoredResponse:
        """Return *stored*, updated with the headers of a 304 response (RFC 9111, section 3.2)."""
        # These describe the empty body of the 304, not the stored one.
        newer = without(headers, {"content-length", "content-encoding", "content-type"})
        older = without(stored.headers, {name.lower() for name, _ in newer})
        exchange = replace(stored.exchange, response_headers=(*older, *newer))
        fresh = StoredResponse(exchange, now)
        self._stored[self._key(request)] = fresh
        return fresh

    def invalidate(self, request: Request) -> None:
        """Remove the responses for the URL of an unsafe request (RFC 9111, section 4.4)."""
        url = str(request.url.without_fragment())
        for key in [key for key in self._stored if key[1] == url]:
            del self._stored[key]

    def _key(self, request: Request) -> Key:
        is_separate = self._quirks.has("image-cache-refetch") and request.has_credentials
        return request.partition, str(request.url.without_fragment()), is_separate


def _is_cacheable(request: Request) -> bool:
    return request.method == "GET" and get(request.headers, "Range") is None
