"""What many origins cost in an engine: start, memory, and time of the processor for each preflight."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from edge.engines.apache_engine import WITH_DBM
from edge.engines.launch import Running, running
from edge.engines.table import ENGINES
from flask_corsguard import Policy, PolicyError
from flask_corsguard.edge.source import source_of

#: How many preflights are timed at most, and for how many seconds.
REQUESTS: Final = 9000
SECONDS: Final = 4.0
#: How many exact origins there are, and how many patterns; the latter where an engine has lists of them.
EXACT: Final = (100, 1_000, 10_000, 100_000)
PATTERNS: Final = (1_000, 100_000)
WITH_PATTERNS: Final = ("nginx", "HAProxy")

_TICKS: Final = os.sysconf("SC_CLK_TCK")


def processes(group: int) -> Iterator[Path]:
    """Yield the directories in /proc of a group of processes."""
    for each in Path("/proc").iterdir():
        if each.name.isdigit():
            try:
                fields = (each / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[2]) == group:
                yield each


def spent(group: int) -> float:
    """Return the seconds of the processor that a group of processes has used."""
    ticks = 0
    for each in processes(group):
        fields = (each / "stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / _TICKS


def memory(group: int) -> int:
    """Return the memory that a group of processes has to itself, in megabytes."""
    kilobytes = 0
    for each in processes(group):
        lines = (each / "smaps_rollup").read_text().splitlines()
        kilobytes += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return kilobytes // 1024


def group_of(running: Running) -> int:
    """Return the group of processes of the engine."""
    return running.home._processes[-1].pid  # noqa: SLF001 - the last one that was started


def rows(counts: tuple[int, ...] = EXACT, patterns: tuple[int, ...] = PATTERNS) -> Iterator[dict[str, Any]]:
    """Measure one engine after the other."""
    for engine in (*ENGINES, WITH_DBM):
        if engine.name.endswith("of Debian"):
            continue
        for count in counts:
            yield _measured(engine, count, "exact")
        if engine.name in WITH_PATTERNS:
            for count in patterns:
                yield _measured(engine, count, "patterns")


def _measured(engine: Any, count: int, kind: str) -> dict[str, Any]:
    star = "*." if kind == "patterns" else ""
    origins = [f"https://{star}tenant-{number}.customers.example" for number in range(count)]
    options = {} if engine.knows_host else {"own": ["http://localhost"]}
    row = {"engine": engine.name, "version": engine.version(), "origins": count, "kind": kind}
    source = source_of(Policy(origins=origins))
    began = time.perf_counter()
    try:
        with running(engine, source, **options) as started:
            row["start"] = round(time.perf_counter() - began, 2)
            group = group_of(started)
            before = spent(group)
            asked = _ask(started, count, "a." if star else "")
            row["preflight"] = round((spent(group) - before) / asked * 1e6, 1)
            row["memory"] = memory(group)
    except PolicyError as error:
        row["refused"] = error.problems[0].code
    return row


def _ask(started: Running, count: int, label: str) -> int:
    """Send preflights: two thirds from listed origins, all different, and one third from others."""
    until = time.perf_counter() + SECONDS
    with started.wire() as wire:
        for number in range(REQUESTS):
            name = f"tenant-{number * 31 % count}" if number % 3 else f"stranger-{number}"
            headers = [("Host", started.site.host), ("Origin", f"https://{label}{name}.customers.example")]
            answer = wire.ask("OPTIONS", "/", [*headers, ("Access-Control-Request-Method", "PUT")])
            assert answer.status == (204 if number % 3 else 403), answer
            if time.perf_counter() > until:
                return number + 1
    return REQUESTS
