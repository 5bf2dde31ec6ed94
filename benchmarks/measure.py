"""Interleaved rounds: every round measures every row once, in another order, so that none has the quiet hour.

A machine that others use is slower for seconds at a time. Rows that are measured one after the other
would differ by that; here each has its share of it, and medians over rounds are compared.
"""

from __future__ import annotations

import gc
import math
import random
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from .drive import Exchange
from .progress import Progress
from .results import Results, Series
from .rows import Row, coordinates_of, prepared
from .targets import TARGETS

#: The orders of rows are those of this seed, in every run.
SEED: Final = 20_000
#: Seconds that all samples of a row may take; a slow row is measured in some of the rounds.
BUDGET: Final = 2.0
#: Rounds in which even the slowest row is measured.
FEWEST: Final = 3


class Close(NamedTuple):
    """How the rows of targets are measured: in rounds of their own.

    They are so short that what slows the machine slows all of them.
    """

    #: How many times as many rounds there are.
    times: int
    #: Into how many parts a sample falls.
    parts: int
    #: Over how many processes a turn's rounds are spread; none for this one.
    processes: int = 0


#: By layer: in Flask, a hundredth of the whole counts, and two processes differ by half of that.
CLOSELY: Final = {
    "flask": Close(20, 5, 2),
    "wsgi": Close(6, 2),
    "asgi": Close(6, 2),
    "quart": Close(4, 2),
}
#: How the others are.
_PLAINLY: Final = Close(1, 1)
#: How rows of live origins are, beside each other alone: last, because their threads go on.
_LIVE: Final = Close(6, 2)


class Mode(NamedTuple):
    """How long is measured."""

    name: str
    rounds: int
    #: The least seconds of a sample: a timer's resolution, and an interrupt, must not show in it.
    sample: float
    #: Turns of what needs a process of its own, and of the servers.
    turns: int
    #: Seconds for which a server is driven.
    drive: int


FULL: Final = Mode("full", rounds=50, sample=0.005, turns=5, drive=6)
QUICK: Final = Mode("quick", rounds=3, sample=0.0005, turns=1, drive=1)


class _Measured(NamedTuple):
    exchange: Exchange
    baseline: str | None
    loops: int
    #: It is measured in one of that many rounds.
    stride: int


def prepare(rows: Mapping[str, Row], sample: float, count: int, progress: Progress) -> dict[str, _Measured]:
    """Build what each row measures, check that it does what its name describes, and find the number of calls.

    :param sample: the least seconds of a sample.
    :param count: the rounds in which they will be measured.
    """
    measured = {}
    for name, row in rows.items():
        progress.says(name)
        measured[name] = _calibrated(prepared(row), row.baseline, sample, count)
        progress.advance(PREPARING)
    # What is there now stays: the collector need not look at a million origins again and again.
    gc.collect()
    gc.freeze()
    return measured


#: Nominal seconds of preparing a row, and of measuring it once.
PREPARING: Final = 0.15


def seconds_of_rounds(rows: Iterable[str], mode: Mode) -> float:
    """Return the seconds that all rounds are expected to take."""
    return sum(
        mode.rounds * close.times * seconds_of_one(names, mode, close) for names, close in grouped(rows)
    )


def seconds_of_one(rows: Collection[str], mode: Mode, close: Close) -> float:
    """Return the seconds that a round of *rows* is expected to take."""
    return len(rows) * mode.sample / close.parts * 1.5


def grouped(rows: Iterable[str]) -> list[tuple[list[str], Close]]:
    """Return the rows that are measured in the same rounds, and how closely they are."""
    tight, names = rows_of_close_targets(), list(rows)
    groups = [
        ([name for name in names if name in tight and coordinates_of(name).get("layer") == layer], close)
        for layer, close in CLOSELY.items()
    ]
    live = [name for name in names if coordinates_of(name).get("beside") == "live"]
    apart = {name for group, _ in groups for name in group}.union(live)
    groups.append(([name for name in names if name not in apart], _PLAINLY))
    groups.append((live, _LIVE))
    return [(group, close) for group, close in groups if group]


def ordered(baselines: Mapping[str, str | None], number: int) -> list[str]:
    """Return the rows in the order of a round, by the baseline of each row.

    A baseline comes right before a row that is counted from it, or right after: they are compared.
    """
    draw = random.Random(SEED + number)  # noqa: S311 - an order, and the same in every run
    bases = set(baselines.values())
    names = [name for name in baselines if name not in bases]
    draw.shuffle(names)
    order: dict[str, None] = {}
    for name in names:
        base = baselines[name]
        pair = [name] if base is None or base in order or base not in baselines else [name, base]
        order |= dict.fromkeys(draw.sample(pair, len(pair)))
    return list(order)


@lru_cache(maxsize=1)
def rows_of_close_targets() -> frozenset[str]:
    """Return the rows of targets, but for those with hostile headers and beside them: these need far less."""
    rows = {row for target in TARGETS for ratio in target.ratios for row in ratio.rows}
    return frozenset(row for row in rows if not {"header", "beside"} & coordinates_of(row).keys())


def _calibrated(exchange: Exchange, baseline: str | None, sample: float, rounds: int) -> _Measured:
    most = exchange.most or math.inf
    loops = 1
    while (taken := _taken(exchange, loops, sample)) < sample and loops < most:
        loops = int(min(most, loops * 2 if taken <= 0 else max(loops + 1, loops * min(10, sample / taken))))
    stride = math.ceil(rounds * taken / BUDGET)
    return _Measured(exchange, baseline, loops, max(1, min(stride, rounds // FEWEST)))


def _taken(exchange: Exchange, loops: int, sample: float) -> float:
    taken = exchange.time(loops)
    # Once more: an interruption would have the row measured by a sample that is far too short.
    return taken if taken < sample else min(taken, exchange.time(loops))


def rounds(
    measured: Mapping[str, _Measured],
    numbers: range,
    results: Results,
    progress: Progress,
    nominal: float = 0,
) -> None:
    """Measure every row once a round, into *results*; what is there when it is interrupted stays there.

    :param numbers: the numbers of the rounds, by which their orders differ.
    :param nominal: seconds of a round, as :func:`seconds_of_one` gives them.
    """
    baselines = {name: each.baseline for name, each in measured.items()}
    for number in numbers:
        # The first, the second, the fourth: a few lines, however many rounds there are.
        said = f"round {number + 1} of {len(numbers)}, {len(measured)} rows"
        progress.says(said, tell=not number & (number + 1))
        for name in ordered(baselines, number):
            exchange, _, loops, stride = measured[name]
            if number % stride == 0:
                taken = exchange.time(loops)
                results.add(name, taken / loops, Series(loops=loops, duration=taken))
        progress.advance(nominal)
