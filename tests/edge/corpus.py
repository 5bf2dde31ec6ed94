"""The corpus: 7,362 requests by which the exports are compared with a hand-made, throw-away compiler.

It is composed as the corpus of that compiler was, and nothing in it depends on what an engine does:

- 181 origins, look-alikes and broken ones included, at six paths, with GET and with a preflight: 2,172.
- At each path, a product of what is asked, ``Sec-Fetch-Site``, origin and cookie: 3,888. What is asked is one
  of eight methods or a handshake.
- At each path, the rows of the table of responses, and 182 requests for its spellings: 1,302.

All of them are valid HTTP: no control character is in a value, and every "%" of a path begins an escape. Some
things are known of the earlier corpus. A browser could send 3,468 of its requests, and none of these had a
"%" without an escape. At most 215 handshakes passed. Here these are 3,607, none and 216.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Final

from cases import ROWS
from edge.policies import EVIL, OTHERS, PATHS, RICH, A
from flask_corsguard.core.answer import Header
from flask_corsguard.core.fetch_standard import ACRM
from flask_corsguard.edge.mutations import foreign_origins, mutations_of
from flask_corsguard.edge.origins import spelled_out
from flask_corsguard.edge.paths import as_sent
from flask_corsguard.edge.spellings import spellings_of
from flask_corsguard.edge.vectors import Site, Vector
from naive.enumerated import ODD_ORIGINS, ORIGINS

#: Paths below the six places that have one policy each, and the guard.
PLACES: Final = ("/api/deep", "/api", "/open", "/read", "/caf\u00e9", "/")
SENT: Final = tuple(f"{place.rstrip('/')}/items" for place in PLACES)
assert set(PLACES) <= set(PATHS)

_ORIGINS: Final = 181
#: Of the table of responses and of spellings, at each path.
_REST: Final = 217

#: A value of a header as RFC 9110, section 5.5, has it.
_VALUE: Final = re.compile(r"[\t !-~\x80-\xff]*")
_LONE_PERCENT: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")

_SITES: Final = (None, "same-origin", "none", "same-site", "cross-site", "unknown")
_METHODS: Final = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "PURGE")
_HANDSHAKE: Final = (
    ("Upgrade", "websocket"),
    ("Connection", "Upgrade"),
    ("Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAA=="),
    ("Sec-WebSocket-Version", "13"),
)


def origins() -> list[str]:
    """Return 181 origins: those that the policies list, odd ones, and what looks like one that is listed."""
    listed = [spelled_out(each) for policy in (RICH, OTHERS) for each in policy.origins]
    others = [each for each in ORIGINS if each is not None]
    candidates = dict.fromkeys(
        [*listed, *others, *ODD_ORIGINS, *foreign_origins(), *mutations_of(A)],
    )
    return [each for each in candidates if _VALUE.fullmatch(each)][:_ORIGINS]


def corpus_of(site: Site) -> Iterator[Vector]:
    """Yield the corpus, as it is sent to *site*."""
    for group, method, target, sent in _all(site):
        headers = (("Host", site.host), *((name, value) for name, value in sent if value is not None))
        yield Vector(group, method, target, headers, site.scheme)


_Asked = tuple[str, str, str, Sequence[tuple[str, str | None]]]


def _all(site: Site) -> Iterator[_Asked]:
    for path in SENT:
        yield from _of_origins(as_sent(path))
        yield from _of_guard(as_sent(path), site)
        yield from _of_rest(path)


def _of_origins(target: str) -> Iterator[_Asked]:
    for origin in origins():
        yield "origins", "GET", target, [("Origin", origin)]
        yield "origins", "OPTIONS", target, [("Origin", origin), (ACRM, "PUT")]


def _of_guard(target: str, site: Site) -> Iterator[_Asked]:
    asked: list[tuple[str, tuple[Header, ...]]] = [(method, ()) for method in _METHODS]
    asked.append(("GET", _HANDSHAKE))
    senders = (None, A, EVIL, "null", "", site.origin)
    for (method, upgrade), fetch_site, origin, cookie in product(asked, _SITES, senders, (None, "a=1")):
        sent = [("Origin", origin), ("Sec-Fetch-Site", fetch_site), ("Cookie", cookie), *upgrade]
        yield "guard", method, target, sent


def _of_rest(path: str) -> Iterator[_Asked]:
    rows = dict.fromkeys((row.method, tuple(row.headers.items())) for row in ROWS)
    for method, headers in rows:
        yield "preflight", method, as_sent(path), headers
    spelled = list(_of_spellings(path))
    wanted = _REST - len(rows)
    for index in range(wanted):
        yield spelled[index * len(spelled) // wanted]


def _of_spellings(path: str) -> Iterator[_Asked]:
    for target in dict.fromkeys(spellings_of(path)):
        if not _LONE_PERCENT.search(target):
            yield "paths", "GET", target, [("Origin", A)]
            yield "paths", "OPTIONS", target, [("Origin", A), (ACRM, "PUT")]
            yield "paths", "POST", target, [("Origin", A), ("Sec-Fetch-Site", "cross-site")]
