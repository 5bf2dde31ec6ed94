"""The user agent: the state of a browser, and its requests to the applications.

:see: https://fetch.spec.whatwg.org/#http-network-or-cache-fetch
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Final

from .cookies import CookieJar
from .differences import Engine, Quirks
from .exchanges import Exchange
from .handshake import shake_hands
from .headers import Header, get
from .http_cache import HttpCache, StoredResponse, cache_control
from .preflight_cache import PreflightCache
from .refusals import NetworkError
from .requests import SAFE_METHODS, Request, fetch_metadata, origin_header
from .transport import call, make_environ, wire_headers
from .urls import HTTP_SCHEMES, Url, parse_url

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

#: The value of ``User-Agent``; every browser's begins with "Mozilla/5.0" (#default-user-agent-value).
USER_AGENT: Final = "Mozilla/5.0 (flask_corsguard.testing)"
#: The longest body of a keepalive request, in bytes (#http-network-or-cache-fetch, step 8.10).
MAX_KEEPALIVE_BODY: Final = 64 * 1024
#: See #redirect-status.
REDIRECT_STATUSES: Final = frozenset({301, 302, 303, 307, 308})
#: The statuses whose responses have no body (#null-body-status).
NULL_BODY_STATUSES: Final = frozenset({101, 103, 204, 205, 304})

_CONDITIONAL: Final = (
    "If-Modified-Since",
    "If-None-Match",
    "If-Unmodified-Since",
    "If-Match",
    "If-Range",
)


@dataclass(frozen=True, slots=True)
class Answer:
    """A response, from an application or from the HTTP cache (#concept-response)."""

    status: int
    headers: tuple[Header, ...]
    body: bytes
    exchange: Exchange


class Agent:
    """A browser without its pages: applications, clock, cookies, caches, and a log.

    :param servers: one application, or applications by origin.
    :param engine: the engine whose differences it has; ``None`` is the standard.
    :raises ValueError: if *engine* is not an engine, or a key of *servers* is not an origin.
    :raises TypeError: if an application cannot be called as WSGI applications are.
    """

    def __init__(
        self, servers: WSGIApplication | Mapping[str, WSGIApplication], engine: Engine | None
    ) -> None:
        self.quirks = Quirks(engine)
        self._servers = (
            {_origin_of(key): app for key, app in servers.items()}
            if isinstance(servers, Mapping)
            else servers
        )
        for app in self._servers.values() if isinstance(self._servers, Mapping) else [self._servers]:
            _check_server(app)
        # Real time, because applications write dates (Expires); but the clock does not run.
        self.now = time.time()
        self.log: list[Exchange] = []
        self.cookies = CookieJar(self.quirks)
        self.http_cache = HttpCache(self.quirks)
        self.preflights = PreflightCache()

    def server_of(self, url: Url) -> WSGIApplication:
        """Return the application at the origin of *url*.

        :raises NetworkError: if there is none.
        """
        servers = self._servers
        if not isinstance(servers, Mapping):
            return servers
        app = servers.get(str(url.origin))
        if app is None:
            known = ", ".join(servers) or "none"
            raise NetworkError(
                "HTTP-network fetch",
                f"no application answers at {url.origin}; this browser has {known}.",
                f'an application at {url.origin}: Browser({{"{url.origin}": app, ...}})',
            )
        return app

    def fetch(self, request: Request, exchanges: list[Exchange]) -> Answer:
        """Return the answer to *request*, from the cache or an application (#http-network-or-cache-fetch).

        :param exchanges: the list that the exchange is added to.
        :raises NetworkError: if the request cannot be sent.
        """
        cache = request.cache
        headers = self._headers(request)
        if cache == "default" and any(get(headers, name) is not None for name in _CONDITIONAL):
            cache = "no-store"
        headers += _cache_headers(cache, headers)
        stored = None
        if cache not in {"no-store", "reload"}:
            stored = self.http_cache.select(request, headers)
        if stored is not None:
            allows_stale = cache in {"force-cache", "only-if-cached"}
            must_revalidate = cache == "no-cache" or "no-cache" in cache_control(headers)
            if allows_stale or (stored.is_fresh(self.now) and not must_revalidate):
                return _from_cache(stored, exchanges)
            headers += stored.validators
        if cache == "only-if-cached":
            raise NetworkError(
                "HTTP-network-or-cache fetch, step 11.1",
                "the HTTP cache has no response to this request.",
                'another cache mode, such as "default"',
            )
        return self._forward(request, headers, stored, exchanges, may_store=cache != "no-store")

    def _forward(
        self,
        request: Request,
        headers: list[Header],
        stored: StoredResponse | None,
        exchanges: list[Exchange],
        *,
        may_store: bool,
    ) -> Answer:
        # Steps 11.2 to 11.5.
        exchange = self._send(request, headers, exchanges)
        if request.method not in SAFE_METHODS and 200 <= exchange.status <= 399:  # noqa: PLR2004 - step 11.3
            self.http_cache.invalidate(request)
        if stored is not None and stored.validators and exchange.status == 304:  # noqa: PLR2004 - step 11.4
            fresh = self.http_cache.freshen(request, stored, exchange.response_headers, self.now)
            # The page gets the stored response; the exchange is that of the 304.
            return Answer(fresh.exchange.status, fresh.headers, fresh.exchange.response_body, exchange)
        if may_store:
            self.http_cache.store(request, exchange, self.now)
        return Answer(exchange.status, exchange.response_headers, exchange.response_body, exchange)

    def _headers(self, request: Request) -> list[Header]:
        # Steps 8.10 to 8.21.
        headers = list(request.headers)
        size = len(request.body or b"")
        if request.keepalive and size > MAX_KEEPALIVE_BODY:
            raise NetworkError(
                "HTTP-network-or-cache fetch, step 8.10 (keepalive)",
                f"the body has {size} bytes; the limit is {MAX_KEEPALIVE_BODY}.",
                "a shorter body",
            )
        if request.referrer is not None:
            headers.append(("Referer", str(request.referrer)))
        origin = origin_header(request, self.quirks)
        if origin is not None:
            headers.append(("Origin", origin))
        headers += fetch_metadata(request, self.quirks)
        if get(headers, "User-Agent") is None:
            headers.append(("User-Agent", USER_AGENT))
        if get(headers, "Range") is not None:
            headers.append(("Accept-Encoding", "identity"))
        cookies = self.cookies.header(request, self.now) if request.has_credentials else None
        if cookies is not None:
            headers.append(("Cookie", cookies))
        return headers

    def _send(self, request: Request, headers: Iterable[Header], exchanges: list[Exchange]) -> Exchange:
        """Return the exchange with the application at the request's URL (#http-network-fetch)."""
        url = request.url
        app = self.server_of(url)
        body = request.body
        if body is None and request.method in {"POST", "PUT"}:
            body = b""
        sent_headers = wire_headers(url, headers, body)
        environ = make_environ(request.method, url, sent_headers, body or b"")
        if request.mode == "websocket":
            answer = shake_hands(app, environ)
        else:
            answer = call(app, environ, is_stream=request.is_stream)
        has_body = request.method != "HEAD" and answer.status not in NULL_BODY_STATUSES
        exchange = Exchange(
            method=request.method,
            url=str(url.without_fragment()),
            headers=sent_headers,
            body=body or b"",
            status=answer.status,
            response_headers=answer.headers,
            response_body=answer.body if has_body else b"",
        )
        self.record(request, exchange, exchanges)
        return exchange

    def record(self, request: Request, exchange: Exchange, exchanges: list[Exchange]) -> None:
        """Add *exchange* to the log, and store the cookies that it sets."""
        self.log.append(exchange)
        exchanges.append(exchange)
        if request.has_credentials:
            lines = [value for name, value in exchange.response_headers if name.lower() == "set-cookie"]
            self.cookies.store(request, lines, self.now)


def _origin_of(text: str) -> str:
    url = parse_url(text)
    if url is None or url.scheme not in HTTP_SCHEMES or str(url.origin) != text.rstrip("/"):
        raise ValueError(f'{text!r} is not the origin of a server; write it as "https://api.example"')
    return str(url.origin)


def _check_server(app: object) -> None:
    if iscoroutinefunction(app) or iscoroutinefunction(getattr(type(app), "__call__", None)):  # noqa: B004
        raise TypeError(f"{app!r} is an ASGI application, and a Browser calls WSGI applications.")
    if not callable(app):
        raise TypeError(f"{app!r} is not a WSGI application. Pass the application itself.")


def _cache_headers(cache: str, headers: list[Header]) -> list[Header]:
    # Steps 8.17 and 8.18.
    added: list[Header] = []
    if cache == "no-cache":
        added = [("Cache-Control", "max-age=0")]
    elif cache in {"no-store", "reload"}:
        added = [("Pragma", "no-cache"), ("Cache-Control", "no-cache")]
    return [(name, value) for name, value in added if get(headers, name) is None]


def _from_cache(stored: StoredResponse, exchanges: list[Exchange]) -> Answer:
    exchange = replace(stored.exchange, from_cache=True)
    exchanges.append(exchange)
    return Answer(exchange.status, exchange.response_headers, exchange.response_body, exchange)
