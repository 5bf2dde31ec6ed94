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
from .rows import Expected, Row, named
from .rows_wsgi import expected
from .scenarios import policies
from .scenarios.applications import bare
from .scenarios.flask_sites import guarded_site, twenty_routes
from .scenarios.policies import MILLION, exact, fields_of, one_policy
from .scenarios.requests import ALLOWED, browser_request

LIST: Final = exact(MILLION)
LIVE: Final = "live"
OUTAGE: Final = "live-outage"
#: A query for each request, and a cache that remembers the results of queries for a minute.
QUERY, CACHED = "callable-query", "callable-cached"
POLICIES: Final = (LIST, LIVE, OUTAGE, QUERY, CACHED)
REQUESTED: Final = ("get-allowed", "get-refused", "post-allowed", "preflight")
#: Those in Flask, where the library is a small part of each.
IN_FLASK: Final = ("get-allowed", "preflight")

#: Origins of the table that callables ask; an index serves the query, so that its length does not show.
_ASKED: Final = 10_000


def _never_changes() -> str:
    return "1"


def live_policy(*, outage: bool = False) -> Policy:
    """Return the policy whose origins are live; in an outage its source fails, again and again."""
    listed, away = policies.origins(MILLION), False

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
    database.executemany("INSERT INTO origins VALUES (?)", ((each,) for each in policies.origins(_ASKED)))

    def is_listed(origin: str) -> bool:
        rows = database.execute("SELECT 1 FROM origins WHERE origin = ?", (origin,))
        return rows.fetchone() is not None

    return is_listed


def callable_policy(*, cached: bool) -> Policy:
    """Return the policy whose callable asks a table, or remembers the answer of the table for a minute."""
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
    """Return the policy of that name."""
    if name in {LIVE, OUTAGE}:
        return live_policy(outage=name == OUTAGE)
    if name in {QUERY, CACHED}:
        return callable_policy(cached=name == CACHED)
    return one_policy(name)


def live_row(layer: str, policy: str, request: str) -> str:
    """Return the name of a row."""
    return named(layer=layer, library="flask-corsguard", policy=policy, request=request, beside="live")


def _prepare(layer: str, policy: str, request: str) -> Any:
    environ = browser_request(request, ALLOWED)
    if layer == "flask":
        return Copied(guarded_site(twenty_routes, policy_of(policy)), environ)
    return Reused(CorsMiddleware(bare, policy_of(policy)), environ)


def rows() -> Iterator[Row]:
    """Yield every row of live origins."""
    for layer, requested in (("wsgi", REQUESTED), ("flask", IN_FLASK)):
        for request in requested:
            for policy in POLICIES:
                yield Row(
                    live_row(layer, policy, request),
                    lambda layer=layer, policy=policy, request=request: _prepare(layer, policy, request),
                    expected("one", request) if request != "get-refused" else Expected((200,), (None,)),
                )
