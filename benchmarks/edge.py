"""What many origins cost in an engine: start, memory, and time of the processor for each preflight.

``make bench-edge`` prints it as a table of Markdown.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from edge.engines.launch import Running, running
from edge.engines.table import ENGINES
from flask_corsguard import Policy, PolicyError
from flask_corsguard.edge.source import source_of

#: How many preflights are timed.
REQUESTS: Final = 3000
_TICKS: Final = os.sysconf("SC_CLK_TCK")


def _processes(running: Running) -> Iterator[Path]:
    """Yield the directories in /proc of what the engine runs."""
    group = running.home._processes[-1].pid  # noqa: SLF001 - the group of processes
    for each in Path("/proc").iterdir():
        if each.name.isdigit():
            try:
                fields = (each / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[2]) == group:
                yield each


def _spent(running: Running) -> float:
    """Return the seconds of the processor that the engine has used."""
    ticks = 0
    for each in _processes(running):
        fields = (each / "stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / _TICKS


def _memory(running: Running) -> int:
    """Return the memory that the engine has to itself, in megabytes."""
    kilobytes = 0
    for each in _processes(running):
        lines = (each / "smaps_rollup").read_text().splitlines()
        kilobytes += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return kilobytes // 1024


def measured(engine: Any, count: int) -> str:
    """Return a row of the table."""
    origins = [f"https://tenant-{number}.customers.example" for number in range(count)]
    source = source_of(Policy(origins=origins))
    options = {} if engine.knows_host else {"own": ["http://localhost"]}
    began = time.perf_counter()
    try:
        with running(engine, source, **options) as started, started.wire() as wire:
            start, ready = time.perf_counter() - began, _spent(started)
            for number in range(REQUESTS):
                # Two thirds are listed, all different; one third is not.
                name = f"tenant-{number * 31 % count}" if number % 3 else f"stranger-{number}"
                headers = [("Host", started.site.host), ("Origin", f"https://{name}.customers.example")]
                answer = wire.ask("OPTIONS", "/", [*headers, ("Access-Control-Request-Method", "PUT")])
                assert answer.status == (204 if number % 3 else 403), answer
            spent = _spent(started) - ready
            each = spent / REQUESTS * 1e6
            cells = (f"{count:,}", f"{start:.1f}", f"{ready:.1f}", str(_memory(started)), f"{each:.0f}")
            return f"| {engine.name} {engine.version()} | {' | '.join(cells)} |"
    except PolicyError as error:
        return f"| {engine.name} {engine.version()} | {count:,} | refused: `{error.problems[0].code}` | | | |"


def main() -> None:
    """Print the table."""
    print("| engine | origins | start, s | of the processor, s | memory, MB | per preflight, us |")
    print("|---|---|---|---|---|---|")
    counts = [int(each) for each in sys.argv[1:]] or [100, 10_000, 100_000]
    for engine in ENGINES:
        for count in counts:
            print(measured(engine, count), flush=True)


if __name__ == "__main__":
    main()
