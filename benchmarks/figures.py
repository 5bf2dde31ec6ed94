"""Quantities and ratios of what was measured, with an interval for the noise that is in them."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import Final, NamedTuple

from .results import Results, Series

#: Draws of the bootstrap, and the part of them that lies within the interval.
DRAWS: Final = 300
WITHIN: Final = 0.95

Pick = Callable[[str], Sequence[float]]


class Figure(NamedTuple):
    """A value and the interval in which it lies, for all that the rounds can tell."""

    value: float
    low: float
    high: float


class Quantity(NamedTuple):
    """What a row takes, less what another one takes."""

    row: str
    less: str | None = None

    def of(self, pick: Pick) -> float:
        """Return the quantity where *pick* gives the values of a row, a value each round.

        Of two rows that were measured in the same rounds it is the median of what they differ by in each:
        what slowed a round has slowed both.
        """
        values = pick(self.row)
        if self.less is None:
            return median(values)
        less = pick(self.less)
        if len(values) != len(less):
            return median(values) - median(less)
        return median(value - each for value, each in zip(values, less, strict=True))

    @property
    def rows(self) -> tuple[str, ...]:
        """The rows that it is made from."""
        return (self.row, self.less) if self.less else (self.row,)


class Ratio(NamedTuple):
    """One quantity by another one; by one where there is no other."""

    over: Quantity
    under: Quantity | None = None

    def of(self, pick: Pick) -> float:
        """Return the ratio where *pick* gives the values of a row, a value each round.

        Of two rows that were measured in the same rounds it is the median of the ratios of each.
        """
        if self.under is None:
            return self.over.of(pick)
        if self.over.less is None and self.under.less is None:
            over, by = pick(self.over.row), pick(self.under.row)
            if len(over) == len(by):
                return median(value / each for value, each in zip(over, by, strict=True))
        under = self.under.of(pick)
        # In a short run the noise can be more than what a layer adds.
        return self.over.of(pick) / under if under > 0 else math.inf

    @property
    def rows(self) -> tuple[str, ...]:
        """The rows that it is made from."""
        return self.over.rows + (self.under.rows if self.under else ())


def is_measured(ratio: Ratio | Quantity, results: Results) -> bool:
    """Whether every row of *ratio* was measured."""
    return all(row in results.series for row in ratio.rows)


def figure(ratio: Ratio | Quantity, results: Results) -> Figure:
    """Return a ratio of medians, and the interval that a bootstrap over rounds gives it.

    Rows that were measured in the same rounds are drawn by the same rounds: what slowed both of them
    is in both.
    """
    series = {row: results.series[row] for row in ratio.rows}
    value = ratio.of(results.values)
    drawn = sorted(_draws(ratio, series))
    outside = int(len(drawn) * (1 - WITHIN) / 2)
    return Figure(value, drawn[outside], drawn[-1 - outside])


def _draws(ratio: Ratio | Quantity, series: Mapping[str, Series]) -> list[float]:
    draw = random.Random(1)  # noqa: S311 - the same interval for the same values
    lengths = {len(each.values) for each in series.values()}
    drawn = []
    for _ in range(DRAWS):
        rounds = {length: draw.choices(range(length), k=length) for length in sorted(lengths)}
        values = {
            row: [each.values[number] for number in rounds[len(each.values)]] for row, each in series.items()
        }
        drawn.append(ratio.of(values.__getitem__))
    return drawn
