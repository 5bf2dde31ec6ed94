"""What a request costs in machine instructions: nearly the same number every time, whatever else runs.

One process runs under callgrind, which a call of ``getppid`` tells to write down what it has counted and to
begin anew. It counts nothing while policies are built::

    python -m benchmarks.instructions            count, compare with what is recorded, and with the targets
    python -m benchmarks.instructions --write    count, and record it in benchmarks/instructions.json
"""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from .instruction_rows import requests_of

HERE = Path(__file__).parent
RECORDED = HERE / "instructions.json"

#: How much more than recorded a row may take, as a factor: by the same interpreter, and, beside the floor, by
#: another one, whose compiler made other instructions of the same program.
SAME_INTERPRETER, OTHER_INTERPRETER = 1.05, 1.3
#: How much more a ratio may be than its bound, by others than the interpreter that is recorded first: what a
#: compiler makes of the floor and of a layer need not grow alike.
OTHER_RATIOS = 1.1
#: The same where more depends on what lies where in memory: strings of a hundred sizes come and go.
LOOSE = {"many patterns: preflight, longest": 1.25}


class Target(NamedTuple):
    """A cost that is at most so many times another one."""

    name: str
    cost: int
    times: float
    of: int

    def is_met(self, tolerance: float = 1) -> bool:
        """Whether it is, or is but for that factor."""
        return self.cost <= tolerance * self.times * self.of

    def __str__(self) -> str:
        met = "" if self.is_met() else "   missed"
        return f"{self.name:66} {self.cost / self.of:7.2f}  at most {self.times:5.3g}{met}"


def count_rows() -> dict[str, int]:
    """Run the rows in a process of their own and give the instructions of one request of each."""
    with tempfile.TemporaryDirectory() as name:
        out = Path(name)
        process = subprocess.Popen(
            [
                *("valgrind", "--tool=callgrind", "--quiet", "--instr-atstart=no", "--dump-before=getppid*"),
                *(f"--callgrind-out-file={out / 'dump'}", "--combine-dumps=no"),
                *(sys.executable, "-m", "benchmarks.instruction_rows", str(out / "go")),
            ],
            cwd=HERE.parent,
            # Few variables, because what lies where in memory, and so what collides, depends on them.
            env={"PATH": os.environ["PATH"], "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"},
            stdout=subprocess.PIPE,
            text=True,
        )
        with process:
            names = json.loads(process.stdout.readline())
            subprocess.run(
                ["callgrind_control", "--instr=on", str(process.pid)], check=True, capture_output=True
            )
            (out / "go").touch()
        dumps = sorted(out.glob("dump.*"), key=lambda path: int(path.suffix[1:]))
        totals = [
            int(re.search(r"^(?:summary|totals): (\d+)", dump.read_text(), re.MULTILINE)[1]) for dump in dumps
        ]
    # Each row has two: what ran before it, and itself. The last of all is what ran after.
    counts = {name: count / requests_of(name) for name, count in zip(names, totals[1::2], strict=False)}
    return {name: round(count - counts["loop"]) for name, count in counts.items() if name != "loop"}


def row_of_usual_size(hostile: str) -> str | None:
    """Return the row that a *hostile* one is compared with: refused with refused, logged with logged."""
    if hostile.startswith("unheard: post"):
        return "unheard: any header: post"
    if hostile.startswith("hostile: post"):
        return "any header: post"
    return "any header: preflight" if hostile.startswith("hostile") else None


def targets(counts: dict[str, int]) -> list[Target]:
    """Return the targets, none of which depends on a clock."""

    def added(row: str, to: str = "bare") -> int:
        request = row.rpartition(": ")[2]
        return counts[row] - counts[f"{to}: {request}"]

    floor = added("floor: get")
    found = []
    for name in ("everyone", "one origin", "credentials"):
        found += [
            Target(f"{name}: {request}", added(f"{name}: {request}"), 1.8, floor)
            for request in ("get", "get, allowed")
        ]
        found.append(Target(f"{name}: post, cross-site", added(f"{name}: post, cross-site"), 2.5, floor))
        found.append(
            Target(f"{name}: preflight, whole", counts[f"{name}: preflight"], 1.6, counts["floor: get"])
        )
    for request in ("get", "get, allowed", "post, cross-site"):
        for many, one, times in (
            ("many origins", "one origin", 1.15),
            ("many patterns", "one pattern", 1.25),
        ):
            found.append(
                Target(
                    f"{many} against one: {request}",
                    added(f"{many}: {request}"),
                    times,
                    added(f"{one}: {request}"),
                )
            )
    found.append(
        Target(
            "many patterns: preflight, longest origin",
            counts["many patterns: preflight, longest"],
            12,
            counts["one pattern: preflight"],
        )
    )
    for name, cost in counts.items():
        plain = row_of_usual_size(name)
        if plain is not None:
            found.append(Target(f"{name}, against a plain one", cost, 3, counts[plain]))
    for place, times in (("application", 12), ("view", 8), ("blueprint", 8)):
        for request in ("get", "get, allowed"):
            cost, of = (added(f"flask: {who}: {request}", "flask: bare") for who in (place, "flask-cors"))
            found.append(Target(f"flask: {place}: {request}, against flask-cors", cost, 1 / times, of))
        cost, of = (counts[f"flask: {who}: preflight"] for who in (place, "flask-cors"))
        found.append(Target(f"flask: {place}: preflight, against flask-cors", cost, 1 / 8, of))
    return found


def interpreter() -> str:
    """Return what the counts depend on beside the library: the interpreter's build, and Flask's version."""
    made = f"{platform.python_implementation()} {platform.python_version()} ({platform.python_compiler()})"
    return ", ".join(
        [made, platform.machine(), *(f"{name} {version(name)}" for name in ("flask", "werkzeug"))]
    )


def too_many(counts: dict[str, int], recorded: dict[str, dict[str, int]]) -> list[str]:
    """Return the rows that execute more than is recorded; for another interpreter, beside the floor."""
    if not recorded:
        return []
    mine = recorded.get(interpreter())
    budget, times, mine_is_worth = mine or next(iter(recorded.values())), SAME_INTERPRETER, 1.0
    if mine is None:
        times, mine_is_worth = OTHER_INTERPRETER, counts["floor: get"] / budget["floor: get"]
    return [
        f"{name}: {count} instructions, and {budget[name] * mine_is_worth:.0f} are recorded"
        for name, count in counts.items()
        if name in budget and count > max(times, LOOSE.get(name, 1)) * mine_is_worth * budget[name]
    ]


def main() -> int:
    """Count, show, compare, and write down if that is asked for."""
    counts = count_rows()
    recorded = json.loads(RECORDED.read_text()) if RECORDED.exists() else {}
    was = recorded.get(interpreter(), {})
    for name, count in counts.items():
        change = f"{count / was[name] - 1:+8.1%}" if was.get(name) else ""
        sys.stdout.write(f"{name:56} {count:12,} {change}\n")
    sys.stdout.write("\n" + "\n".join(map(str, targets(counts))) + "\n")
    if "--write" in sys.argv:
        RECORDED.write_text(json.dumps({**recorded, interpreter(): counts}, indent=1) + "\n")
        return 0
    faults = too_many(counts, recorded)
    tolerance = 1 if interpreter() == next(iter(recorded), interpreter()) else OTHER_RATIOS
    faults += [f"missed: {target.name}" for target in targets(counts) if not target.is_met(tolerance)]
    sys.stdout.write("".join(f"{fault}\n" for fault in ["", *faults]))
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
