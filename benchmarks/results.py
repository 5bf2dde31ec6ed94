"""The results of a run, and their file: a suite of pyperf with the machine and the versions in it.

pyperf collects metadata of its own, the host's name and paths among them. That is for the person who runs
it, and not for a repository: here only what :mod:`.machine` returns is collected.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median
from typing import Any, Final

#: Committed, and what the documentation shows.
COMMITTED: Final = Path(__file__).parent / "results" / "results.json"
#: Of runs that do not measure everything at full length.
PARTIAL: Final = COMMITTED.with_name("partial.json")

#: Significant digits of a value: more than any clock gives, and fewer than a float has.
DIGITS: Final = 5

Fact = str | int | float


@dataclass
class Series:
    """What was measured under one name, a value each round."""

    values: list[float] = field(default_factory=list)
    #: What pyperf calls it: second, byte or integer.
    unit: str = "second"
    #: Calls of each sample.
    loops: int = 1
    #: Seconds that it took to measure it all.
    duration: float = 0
    #: What else was seen.
    facts: dict[str, Fact] = field(default_factory=dict)

    @property
    def median(self) -> float:
        """The median of the values."""
        return median(self.values)


@dataclass
class Results:
    """All that a run has measured, and where."""

    machine: dict[str, Fact]
    series: dict[str, Series] = field(default_factory=dict)

    def values(self, row: str) -> list[float]:
        """Return the values of a row."""
        return self.series[row].values

    def add(self, name: str, value: float, like: Series) -> None:
        """Add a *value* to the series of that name, which is made *like* that one if there is none."""
        series = self.series.setdefault(name, replace(like, values=[], duration=0, facts=dict(like.facts)))
        series.values.append(_rounded(value, like.unit))
        series.duration += like.duration


def _rounded(value: float, unit: str) -> float:
    return float(f"{value:.{DIGITS}g}") if unit == "second" else round(value)


def as_json(results: Results) -> str:
    """Return the text of the file, with a line for each row, as pyperf reads it."""
    import pyperf

    benchmarks = [
        pyperf.Benchmark([_run(name, series, results.machine)])
        for name, series in sorted(results.series.items())
        if series.values
    ]
    dumped = io.StringIO()
    pyperf.BenchmarkSuite(benchmarks).dump(dumped)
    said = json.loads(dumped.getvalue())
    lines = ",\n".join(json.dumps(each, sort_keys=True) for each in said.pop("benchmarks"))
    rest = json.dumps(said, sort_keys=True)[1:]
    return f'{{"benchmarks": [\n{lines}\n],\n{rest}\n'


def _run(name: str, series: Series, machine: Mapping[str, Fact]) -> Any:
    import pyperf

    of_series = {"name": name, "unit": series.unit, "loops": series.loops}
    metadata = {**machine, **series.facts, **of_series, "duration": round(series.duration, 3)}
    return pyperf.Run(series.values, metadata=metadata, collect_metadata=False)


def write(results: Results, path: Path) -> None:
    """Write the file, whole or not at all."""
    beside = path.with_suffix(".new")
    beside.write_text(as_json(results), encoding="utf-8")
    beside.replace(path)


def read(path: Path = COMMITTED) -> Results:
    """Read a file of results; pyperf is not needed for it."""
    said = json.loads(path.read_text("utf-8"))
    common = said.get("metadata", {})
    series, machine = {}, {}
    for benchmark in said["benchmarks"]:
        (run,) = benchmark["runs"]
        facts = {**common, **benchmark.get("metadata", {}), **run.get("metadata", {})}
        name, unit, loops = facts.pop("name"), facts.pop("unit"), facts.pop("loops")
        duration = facts.pop("duration")
        own = {key: facts.pop(key) for key in list(facts) if key.startswith(OBSERVED)}
        machine = facts
        series[name] = Series(run["values"], unit, loops, duration, own)
    return Results(machine, series)


#: How the names of facts begin that belong to a row and not to the machine.
OBSERVED: Final = "observed_"
