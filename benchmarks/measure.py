"""Interleaved rounds: every round measures every row once, in another order, so that none has the quiet hour.

A machine that others use is slower for seconds at a time. Rows that are measured one after the other
would differ by that; here each has its share of it, and medians over rounds are compared.
"""

from __future__ import annotations

import gc
import logging
import math
import random
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
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
#: How many times as many rounds the rows have by which a target holds or not. They are rounds of their own,
#: so short that what slows the machine slows all of them; by layer, for in Flask a hundredth counts.
CLOSELY: Final = {"wsgi": 3, "flask": 8}


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


FULL: Final = Mode("full", rounds=50, sample=0.005, turns=5, drive=10)
QUICK: Final = Mode("quick", rounds=3, sample=0.0005, turns=1, drive=1)


class _Measured(NamedTuple):
    exchange: Exchange
    loops: int
    #: It is measured in one of that many rounds.
    stride: int


@contextmanager
def silent_log() -> Iterator[None]:
    """Give the library's log a handler that drops what it is given, at the level that it has by default."""
    logger, handler = logging.getLogger("flask_corsguard"), logging.NullHandler()
    before = logger.propagate
    logger.addHandler(handler)
    logger.propagate = False
    try:
        yield
    finally:
        logger.propagate = before
        logger.removeHandler(handler)


def prepare(rows: Mapping[str, Row], mode: Mode, progress: Progress) -> dict[str, _Measured]:
    """Build what each row measures, see that it does what its name says, and find how often to call it."""
    measured = {}
    for names, times in grouped(rows):
        for name in names:
            progress.says(name)
            measured[name] = _calibrated(prepared(rows[name]), mode.sample, mode.rounds * times)
            progress.advance(PREPARING)
    # What is there now stays: the collector need not look at a million origins again and again.
    gc.collect()
    gc.freeze()
    return measured


#: Nominal seconds of preparing a row, and of measuring it once.
PREPARING: Final = 0.15


def seconds_of_rounds(rows: Iterable[str], mode: Mode) -> float:
    """Give the seconds that all rounds are expected to take."""
    return sum(mode.rounds * times * _seconds_of_one(names, mode) for names, times in grouped(rows))


def _seconds_of_one(rows: Collection[str], mode: Mode) -> float:
    return len(rows) * mode.sample * 1.5


def grouped(rows: Iterable[str]) -> list[tuple[list[str], int]]:
    """Give the rows that are measured in the same rounds, and how many times as many rounds they have."""
    close, names = rows_of_close_targets(), list(rows)
    groups = [
        ([name for name in names if name in close and coordinates_of(name).get("layer") == layer], times)
        for layer, times in CLOSELY.items()
    ]
    apart = {name for group, _ in groups for name in group}
    return [*groups, ([name for name in names if name not in apart], 1)]


@lru_cache(maxsize=1)
def rows_of_close_targets() -> frozenset[str]:
    """Give the rows of targets but for those of hostile headers, which are told by far less."""
    rows = {row for target in TARGETS for ratio in target.ratios for row in ratio.rows}
    return frozenset(row for row in rows if "header" not in coordinates_of(row))


def _calibrated(exchange: Exchange, sample: float, rounds: int) -> _Measured:
    most = exchange.most or math.inf
    loops = 1
    while (taken := exchange.time(loops)) < sample and loops < most:
        loops = int(min(most, loops * 2 if taken <= 0 else max(loops + 1, loops * min(10, sample / taken))))
    stride = math.ceil(rounds * taken / BUDGET)
    return _Measured(exchange, loops, max(1, min(stride, rounds // FEWEST)))


def rounds(measured: Mapping[str, _Measured], mode: Mode, results: Results, progress: Progress) -> None:
    """Measure every row once a round, into *results*; what is there when it is interrupted stays there."""
    for names, times in grouped(measured):
        for number in range(mode.rounds * times if names else 0):
            # The first, the second, the fourth: a few lines, however many rounds there are.
            progress.says(
                f"round {number + 1} of {mode.rounds * times}, {len(names)} rows",
                tell=not number & (number + 1),
            )
            random.Random(SEED + number).shuffle(names)  # noqa: S311 - an order, and the same in every run
            for name in names:
                exchange, loops, stride = measured[name]
                if number % stride == 0:
                    taken = exchange.time(loops)
                    results.add(name, taken / loops, Series(loops=loops, duration=taken))
            progress.advance(_seconds_of_one(names, mode))
