"""The tables of the page, and what is in a cell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from . import table
from .figures import Quantity, Ratio, is_measured
from .results import Results


def cell(results: Results, quantity: Quantity | None) -> str:
    """Return a quantity with its unit; nothing if it was not measured."""
    if quantity is None or not is_measured(quantity, results):
        return ""
    return table.amount(quantity.of(results.values), results.series[quantity.row].unit)


def times(results: Results, ratio: Ratio) -> str:
    """Return a ratio; nothing if it was not measured."""
    return table.number(ratio.of(results.values)) if is_measured(ratio, results) else ""


def table_of(header: Sequence[str], lines: Sequence[Sequence[str]], *, words: int = 1) -> Iterator[str]:
    """Yield a table whose first *words* columns are text, and the others numbers with their units."""
    yield f"| {' | '.join(header)} |"
    yield f"| {' | '.join([*['---'] * words, *['---:'] * (len(header) - words)])} |"
    for line in lines:
        # A number does not part with its unit.
        cells = [*line[:words], *(cell.replace(" ", "\u00a0") for cell in line[words:])]
        yield f"| {' | '.join(cells)} |"
