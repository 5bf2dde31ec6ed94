"""A row: what is measured, under a name of coordinates such as ``layer=wsgi policy=one request=get``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from .drive import Answer, Exchange


class Expected(NamedTuple):
    """What an answer must be for the row's name to be true."""

    statuses: tuple[int, ...]
    #: What ``Access-Control-Allow-Origin`` may be; ``None`` where it must be missing.
    allow_origin: tuple[str | None, ...]

    def differs(self, answer: Answer) -> str | None:
        """Return what is wrong with *answer*; ``None`` if nothing is."""
        if answer.status not in self.statuses:
            return f"answered {answer.status} instead of {self.statuses}"
        allowed = answer.header("access-control-allow-origin")
        if allowed not in self.allow_origin:
            return f"allowed {allowed!r} instead of {self.allow_origin}"
        return None


class Row(NamedTuple):
    """One exchange under one policy of one library."""

    name: str
    #: Builds the application. What it needs is imported there, so that a row is listed without it.
    prepare: Callable[[], Exchange]
    expected: Expected
    #: The name of the row without the library, from which the added cost is counted.
    baseline: str | None = None


class RowError(AssertionError):
    """A row does not do what its name describes, so its time would be a lie."""


def named(**coordinates: str) -> str:
    """Return the name that these coordinates make, in their order."""
    return " ".join(f"{key}={value}" for key, value in coordinates.items())


def coordinates_of(name: str) -> dict[str, str]:
    """Return the coordinates that make *name*."""
    return dict(part.split("=", 1) for part in name.split())


def selects(terms: Iterable[str], name: str) -> bool:
    """Whether every one of *terms* is in *name*."""
    return all(term in name for term in terms)


def with_baselines(names: Iterable[str], rows: Mapping[str, Row]) -> list[str]:
    """Return *names*, and the rows that their added costs are counted from, in the order of *rows*."""
    wanted = set(names)
    wanted |= {base for name in names if name in rows and (base := rows[name].baseline) is not None}
    return [name for name in rows if name in wanted]


def prepared(row: Row) -> Exchange:
    """Build what *row* measures, and check that it does what the name describes."""
    exchange = row.prepare()
    wrong = row.expected.differs(exchange.once())
    if wrong is not None:
        raise RowError(f"{row.name}: {wrong}")
    return exchange


def by_name(rows: Sequence[Row]) -> dict[str, Row]:
    """Return *rows* by their names, of which no two are equal."""
    found = {row.name: row for row in rows}
    if len(found) != len(rows):
        twice = sorted({row.name for row in rows if sum(row.name == each.name for each in rows) > 1})
        raise RowError(f"two rows have one name: {twice}")
    return found
