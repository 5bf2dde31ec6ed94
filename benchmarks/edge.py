"""What an engine in front costs and saves: ``python -m benchmarks.edge [--quick]``, after ``make edge``.

Everything is written to ``results/edge.json``, and from there into the documentation.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from . import machine
from .edge_page import write

COMMITTED: Final = Path(__file__).parent / "results" / "edge.json"


def measured(*, quick: bool) -> dict[str, Any]:
    """Measure everything."""
    # The engines are those of the tests, whose folder is in the path of `make bench-edge` alone.
    from . import edge_front, edge_origins

    if quick:
        edge_front.TURNS = 1  # type: ignore[misc]
    counts = (100, 1_000) if quick else edge_origins.EXACT
    patterns = (1_000,) if quick else edge_origins.PATTERNS
    facts = machine.facts("quick" if quick else "full")
    kept = {name: facts[name] for name in ("cpu_count", "cpu_model_name", "date", "mode", "system")}
    front = edge_front.rows()
    return {
        "machine": kept,
        "versions": edge_front.versions(),
        "front": front,
        "origins": list(_told(edge_origins.rows(counts, patterns))),
    }


def _told(rows: Iterable[dict[str, Any]]) -> Iterable[dict[str, Any]]:
    for row in rows:
        print(json.dumps(row), flush=True)
        yield row


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and write the figures and the plot."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.edge")
    parser.add_argument("--quick", action="store_true", help="see that it works; nothing is written")
    found = measured(quick=parser.parse_args(arguments).quick)
    if found["machine"]["mode"] == "quick":
        print(json.dumps(found, indent=1))
        return 0
    COMMITTED.write_text(f"{json.dumps(found, indent=1)}\n")
    write(found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
