"""The table on the terminal: rows with their costs, and targets with what was measured."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from statistics import median
from typing import Final

from .figures import Figure
from .results import Results, Series
from .rows import Row
from .targets import Target, Verdict

_UNITS: Final = ((1, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns"))
_BYTES: Final = 1_000_000


def amount(value: float, unit: str = "second") -> str:
    """Return *value* with the unit that makes it short, to three digits."""
    if unit == "byte":
        return f"{value / _BYTES:.3g} MB"
    if unit == "integer":
        return f"{value:,.0f}/s"
    size, short = next((each for each in _UNITS if abs(value) >= each[0]), _UNITS[-1])
    return f"{value / size:.3g} {short}"


def number(value: float) -> str:
    """Return a ratio to three digits, and without an exponent."""
    if math.isinf(value):
        return "∞"
    digits = max(0, 2 - math.floor(math.log10(abs(value)))) if value else 0
    return f"{value:,.{min(digits, 3)}f}"


def deviation(series: Series) -> float:
    """Return the median absolute deviation of a series, as a part of its median."""
    middle = series.median
    return median(abs(value - middle) for value in series.values) / middle


def aligned(header: Sequence[str], lines: Iterable[Sequence[str]], words: Sequence[int]) -> Iterator[str]:
    """Yield lines whose columns are as wide as what is in them; those of *words* begin at the left."""
    lines = [header, *lines]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    for line in lines:
        cells = (
            f"{cell:{'<' if column in words else '>'}{width}}"
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        yield "  ".join(cells).rstrip()


def of_rows(results: Results, rows: Mapping[str, Row]) -> Iterator[str]:
    """Return the table of everything that was measured."""
    lines = []
    for name, series in results.series.items():
        baseline = rows[name].baseline if name in rows else None
        base = results.series.get(baseline) if baseline else None
        lines.append(
            (
                name,
                amount(series.median, series.unit),
                f"±{deviation(series):.1%}",
                amount(series.median - base.median) if base else "",
            )
        )
    return aligned(("row", "median", "deviation", "added"), lines, [0])


def _is_part(target: Target) -> bool:
    return 0 < target.bound < 1 and not target.at_least


def bound(target: Target) -> str:
    """Return the bound of a target."""
    # The bound is written as 1/12, and measured as 0.0833.
    said = f"1/{1 / target.bound:.0f}" if _is_part(target) else f"{target.bound:g}"
    return f"{'≥' if target.at_least else '≤'} {said} {target.unit}".rstrip()


def part(value: float) -> str:
    """Return a ratio below one as the part that it is, such as 1/12.3."""
    return f"1/{1 / value:.1f}" if 0 < value < 1 else number(value)


def measured(found: Figure, target: Target) -> str:
    """Return what was measured of a target."""
    return f"{(part if _is_part(target) else number)(found.value)} {target.unit}".rstrip()


def interval(found: Figure, target: Target) -> str:
    """Return the interval of a figure."""
    said = part if _is_part(target) else number
    return f"{said(found.low)} to {said(found.high)}" if found.low != found.high else ""


def of_targets(verdicts: Iterable[Verdict]) -> Iterator[str]:
    """Return the table of the targets."""
    lines = [
        (
            verdict.target.name,
            bound(verdict.target),
            measured(verdict.figure, verdict.target),
            interval(verdict.figure, verdict.target),
            "met" if verdict.holds else "MISSED",
            verdict.row,
        )
        for verdict in verdicts
    ]
    return aligned(("target", "bound", "measured", "95 %", "", "at its worst"), lines, [0, 4, 5])
