"""Rounds that are spread over processes, because two processes of the same rows differ.

Where code and tables lie in memory, and what of them collides in the caches of the processor, is drawn once
for each process. In Flask that is as much as half of what the library adds, and no number of rounds in one
process tells it apart.

``python -m benchmarks.processes`` measures what its standard input lists, and prints what it has measured.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any, Final

from . import measure
from .catalogue import exchanges
from .progress import Progress, Unseen
from .results import Results, Series
from .rows import RowError
from .scenarios.log import silent_log

#: Seconds after which a process is taken for hanging.
BOUND: Final = 300
#: Nominal seconds that a process takes to start, and to end.
STARTING: Final = 1.5


def shares(count: int, processes: int) -> list[range]:
    """Return the numbers of *count* rounds in as many parts, as long as there is one for each."""
    each = -(-count // processes)
    return [range(count)[start : start + each] for start in range(0, count, each)]


def seconds(rows: Sequence[str], mode: measure.Mode, close: measure.Close) -> float:
    """Return the seconds that starting processes, and preparing *rows* in each, is expected to take."""
    parts = shares(mode.rounds * close.times, close.processes * mode.turns)
    return len(parts) * (STARTING + len(rows) * measure.PREPARING)


def run(
    rows: Sequence[str], mode: measure.Mode, close: measure.Close, results: Results, progress: Progress
) -> None:
    """Measure *rows* in one process after the other, into *results*.

    :raises RowError: if a row does not do what its name describes.
    """
    parts = shares(mode.rounds * close.times, close.processes * mode.turns)
    for number, part in enumerate(parts):
        progress.says(f"process {number + 1} of {len(parts)}, {len(rows)} rows", tell=True)
        for name, series in _measured(rows, mode, close, part).items():
            like = replace(series, duration=series.duration / len(series.values))
            for value in series.values:
                results.add(name, value, like)
        progress.advance(
            STARTING + len(rows) * measure.PREPARING + len(part) * measure.seconds_of_one(rows, mode, close)
        )


def _measured(
    rows: Sequence[str], mode: measure.Mode, close: measure.Close, part: range
) -> dict[str, Series]:
    order = {"rows": rows, "sample": mode.sample / close.parts, "part": [part.start, part.stop]}
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.processes"],
        input=json.dumps(order),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=BOUND,
        # A session of its own: Ctrl-C is for this process, which ends the other one.
        start_new_session=True,
    )
    said = json.loads(done.stdout)
    if isinstance(said, str):
        raise RowError(said)
    return {name: Series(**each) for name, each in said.items()}


def measured_as_told(order: dict[str, Any]) -> dict[str, Any] | str:
    """Return what was measured, by the row, or what is wrong with a row."""
    known, part, found = exchanges(), range(*order["part"]), Results({})
    rows = {name: known[name] for name in order["rows"]}
    try:
        with silent_log():
            measured = measure.prepare(rows, order["sample"], len(part), Unseen())
            measure.rounds(measured, part, found, Unseen())
    except RowError as error:
        return str(error)
    return {name: asdict(series) for name, series in found.series.items()}


if __name__ == "__main__":
    print(json.dumps(measured_as_told(json.load(sys.stdin))))
