"""Every row there is, by its name."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from . import (
    apart,
    end_to_end,
    rows_asgi,
    rows_flask,
    rows_frameworks,
    rows_hostile,
    rows_live,
    rows_peers,
    rows_wsgi,
)
from .rows import Row, by_name


@lru_cache(maxsize=1)
def exchanges() -> dict[str, Row]:
    """Return the rows that are exchanges, measured in interleaved rounds."""
    modules = (rows_wsgi, rows_flask, rows_peers, rows_frameworks, rows_asgi, rows_hostile, rows_live)
    return by_name([row for module in modules for row in module.rows()])


def names() -> Iterable[str]:
    """Return the name of every row, in the order in which they are measured."""
    return (*exchanges(), *(each.name for each in apart.APART), *end_to_end.ROWS)
