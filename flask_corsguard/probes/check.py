"""The check: all probes, one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from .answers import of_errors, of_other_forms, of_preflights
from .caching import of_caches, of_vary
from .forgeries import of_forgeries
from .session import Finding, Session
from .sharing import cells_of, of_hosts, of_strange_lines, of_strangers, of_values

#: What a check sends, for the question whether it may.
SENDS: Final = (
    "GET, HEAD, OPTIONS and PROPFIND of this URL, in the names of other origins. POST without a body goes "
    "to a path below it where nothing is"
)


def findings_of(session: Session) -> Iterator[Finding]:
    """Yield what is wrong.

    :raises Unreachable: if the server does not answer.
    :raises LimitReached: if no more requests may be sent.
    """
    cells = cells_of(session)
    yield from of_values(session, cells)
    yield from of_preflights(session, cells)
    yield from of_vary(session, cells)
    yield from of_strangers(session, cells)
    yield from of_strange_lines(session, cells)
    yield from of_hosts(session)
    yield from of_caches(session, cells)
    yield from of_other_forms(session, cells)
    yield from of_errors(session, cells)
    yield from of_forgeries(session)
