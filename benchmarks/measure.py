"""Interleaved rounds: every round measures every row once, in another order, so that none has the quiet hour.

A machine that others use is slower for seconds at a time. Rows that are measured one after the other
would differ by that; here each has its share of it, and medians over rounds are compared.
"""

from __future__ import annotations

import gc
import logging
import math
import random
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from statistics import median
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
#: Samples, in each round, of a row by which a target holds or not; their median counts.
OFTEN: Final = 3


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
    #: It is measured in one of that many rounds, and so often in each of them.
    stride: int
    often: int


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
    measured, judged = {}, rows_of_close_targets()
    for name, row in rows.items():
        progress.says(name)
        measured[name] = _calibrated(prepared(row), mode, OFTEN if name in judged else 1)
        progress.advance(PREPARING)
    # What is there now stays: the collector need not look at a million origins again and again.
    gc.collect()
    gc.freeze()
    return measured


#: Nominal seconds of preparing a row, and of measuring it once.
PREPARING: Final = 0.15


def seconds_of_round(rows: Iterable[str], mode: Mode) -> float:
    """Give the seconds that a round is expected to take."""
    judged = rows_of_close_targets()
    return sum(OFTEN if row in judged else 1 for row in rows) * mode.sample * 1.5


@lru_cache(maxsize=1)
def rows_of_close_targets() -> frozenset[str]:
    """Give the rows of targets but for those of hostile headers, which are told by far less."""
    rows = {row for target in TARGETS for ratio in target.ratios for row in ratio.rows}
    return frozenset(row for row in rows if "header" not in coordinates_of(row))


def _calibrated(exchange: Exchange, mode: Mode, often: int) -> _Measured:
    most = exchange.most or math.inf
    loops = 1
    while (taken := exchange.time(loops)) < mode.sample and loops < most:
        loops = int(
            min(most, loops * 2 if taken <= 0 else max(loops + 1, loops * min(10, mode.sample / taken)))
        )
    stride = math.ceil(mode.rounds * taken / BUDGET)
    return _Measured(exchange, loops, max(1, min(stride, mode.rounds // FEWEST)), often)


def rounds(measured: Mapping[str, _Measured], mode: Mode, results: Results, progress: Progress) -> None:
    """Measure every row once a round, into *results*; what is there when it is interrupted stays there."""
    for number in range(mode.rounds):
        names = [name for name, each in measured.items() for _ in range(each.often)]
        random.Random(SEED + number).shuffle(names)  # noqa: S311 - an order, and the same in every run
        # The first, the second, the fourth: a few lines, however many rounds there are.
        progress.says(f"round {number + 1} of {mode.rounds}", tell=not number & (number + 1))
        samples: dict[str, list[float]] = {}
        for name in names:
            exchange, loops, stride, often = measured[name]
            if number % stride:
                continue
            taken = samples.setdefault(name, [])
            taken.append(exchange.time(loops))
            if len(taken) == often:
                results.add(name, median(taken) / loops, Series(loops=loops, duration=sum(taken)))
        progress.advance(seconds_of_round(measured, mode))
