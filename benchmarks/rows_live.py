"""Live origins: a million of them beside the same list in code, in an outage, and what others do instead."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from typing import Any, Final

from flask_corsguard import CorsMiddleware, Origin, Policy
from flask_corsguard.live import LiveOrigins

from .drive import Copied, Reused
from .figures import Quantity, Ratio
from .rows import Expected, Row, named
from .rows_wsgi import expected
from .scenarios.applications import bare
from .scenarios.flask_sites import guarded_site, twenty_routes
from .scenarios.policies import MILLION, exact, fields_of, one_policy, origins
from .scenarios.requests import ALLOWED, browser_request
from .targets import Target

LIST: Final = exact(MILLION)
LIVE: Final = "live"
OUTAGE: Final = "live-outage"
#: A query for each request, and a cache that remembers for a minute what queries have said.
QUERY, CACHED = "callable-query", "callable-cached"
POLICIES: Final = (LIST, LIVE, OUTAGE, QUERY, CACHED)
REQUESTED: Final = ("get-allowed", "get-refused", "post-allowed", "preflight")

#: Origins of the table that callables ask; an index serves the query, so that its length does not show.
_ASKED: Final = 10_000


def _never_changes() -> str:
    return "1"


def live_policy(*, outage: bool = False) -> Policy:
    """Give the policy whose origins are live; in an outage its source fails, again and again."""
    listed, away = origins(MILLION), False

    def load() -> list[str]:
        if away:
            raise ConnectionError("the source is away")
        return listed

    tenants = LiveOrigins(load, version=None if outage else _never_changes, ttl=1, grace=3600)
    policy = Policy(**fields_of("one") | {"origins": [tenants]})
    assert tenants.refresh()
    away = outage
    return policy


def _query() -> Callable[[str], bool]:
    database = sqlite3.connect(":memory:", check_same_thread=False)
    database.execute("CREATE TABLE origins (origin TEXT PRIMARY KEY) WITHOUT ROWID")
    database.executemany("INSERT INTO origins VALUES (?)", ((each,) for each in origins(_ASKED)))

    def is_listed(origin: str) -> bool:
        rows = database.execute("SELECT 1 FROM origins WHERE origin = ?", (origin,))
        return rows.fetchone() is not None

    return is_listed


def callable_policy(*, cached: bool) -> Policy:
    """Give the policy whose callable asks a table, or remembers for a minute what the table has said."""
    is_listed = _query()

    @lru_cache(maxsize=4096)
    def remembered(origin: str, _minute: int) -> bool:
        return is_listed(origin)

    def ask(origin: Origin) -> bool:
        return is_listed(str(origin))

    def ask_cache(origin: Origin) -> bool:
        return remembered(str(origin), int(time.monotonic() // 60))

    return Policy(**fields_of("one") | {"origins": [ask_cache if cached else ask]})


@cache
def policy_of(name: str) -> Policy:
    """Give the policy of that name."""
    if name in {LIVE, OUTAGE}:
        return live_policy(outage=name == OUTAGE)
    if name in {QUERY, CACHED}:
        return callable_policy(cached=name == CACHED)
    return one_policy(name)


def live_row(layer: str, policy: str, request: str) -> str:
    """Give the name of a row."""
    return named(layer=layer, library="flask-corsguard", policy=policy, request=request, beside="live")


def _prepare(layer: str, policy: str, request: str) -> Any:
    environ = browser_request(request, ALLOWED)
    if layer == "flask":
        return Copied(guarded_site(twenty_routes, policy_of(policy)), environ)
    return Reused(CorsMiddleware(bare, policy_of(policy)), environ)


def rows() -> Iterator[Row]:
    """Give every row of live origins."""
    for layer in ("wsgi", "flask"):
        for request in REQUESTED:
            for policy in POLICIES:
                yield Row(
                    live_row(layer, policy, request),
                    lambda layer=layer, policy=policy, request=request: _prepare(layer, policy, request),
                    expected("one", request) if request != "get-refused" else Expected((200,), (None,)),
                )


def _by(policy: str, than: str, layer: str) -> tuple[Ratio, ...]:
    return tuple(
        Ratio(Quantity(live_row(layer, policy, request)), Quantity(live_row(layer, than, request)))
        for request in REQUESTED
    )


TARGETS: Final = (
    Target("Flask: a million live origins, whole, by the same list in code", 1.1, _by(LIVE, LIST, "flask")),
    # Around an application that does nothing. It is a look at the clock and a call more, 0.2 µs.
    Target("WSGI: a million live origins, whole, by the same list in code", 1.5, _by(LIVE, LIST, "wsgi")),
    Target("WSGI: an outage, whole, by no outage", 1.1, _by(OUTAGE, LIVE, "wsgi")),
)

#: What is shown beside them: how many times a live set's request costs.
NAIVE: Final = tuple(
    (policy, ratio)
    for layer in ("wsgi", "flask")
    for policy in (QUERY, CACHED)
    for ratio in _by(policy, LIVE, layer)
)
