"""Measures live origins beside the same list in code: ``python -m benchmarks.live [--quick]``.

The rows have a program of their own, because they are compared with each other alone: nothing of them is in
the results that are committed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Final

from .figures import figure
from .measure import FULL, QUICK, Mode, prepare, rounds
from .progress import Progress
from .results import Results
from .rows import by_name
from .rows_live import NAIVE, TARGETS, rows
from .scenarios.log import silent_log

#: Rounds of a full run: what is compared differs by a few percent.
_ROUNDS: Final = 60


def measured(mode: Mode) -> Results:
    """Measure every row, in rounds that mix them."""
    found, rows_by_name = Results(machine={"mode": mode.name}), by_name(list(rows()))
    progress = Progress(len(rows_by_name))
    count = mode.rounds if mode is QUICK else _ROUNDS
    with silent_log(), progress:
        prepared = prepare(rows_by_name, mode.sample, count, progress)
        rounds(prepared, range(count), found, progress)
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the ratios, and give 1 if a target does not hold."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.live")
    parser.add_argument("--quick", action="store_true", help="see that it works; the figures are of no use")
    found = measured(QUICK if parser.parse_args(arguments).quick else FULL)
    code = 0
    for target in TARGETS:
        worst = max(target.ratios, key=lambda ratio: ratio.of(found.values))
        value = figure(worst, found)
        holds = value.value <= target.bound
        code = code if holds else 1
        print(
            f"{target.name}: {value.value:.2f} ({value.low:.2f} to {value.high:.2f}), "
            f"at most {target.bound}, {'holds' if holds else 'DOES NOT HOLD'}: {worst.over.row}"
        )
    for policy, ratio in NAIVE:
        print(f"{policy}, by live origins: {ratio.of(found.values):.1f} ({ratio.over.row})")
    return code


if __name__ == "__main__":
    sys.exit(main())
