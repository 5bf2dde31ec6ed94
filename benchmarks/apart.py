"""What needs a process of its own: building a large policy, its memory, and importing the package.

``python -m benchmarks.apart TASK ...`` does one such thing, and prints what it has measured.
"""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any, Final, NamedTuple

from .progress import Progress
from .results import Results, Series
from .rows import named

ROOT: Final = Path(__file__).parent.parent

#: Seconds after which a process is taken for hanging.
BOUND: Final = 300


class Apart(NamedTuple):
    """A series that processes measure, one value each."""

    name: str
    command: tuple[str, ...]
    unit: str
    #: Nominal seconds of a process.
    seconds: float
    #: The most turns; ``None`` for as many as the mode has.
    most: int | None = None


# Nothing of the standard library is imported before, whose import the package would then not have paid.
_IMPORT = """
import sys, time
opened = []
sys.addaudithook(lambda event, given: opened.append(str(given[0])) if event == "open" else None)
begin = time.perf_counter()
{imports}
taken = time.perf_counter() - begin
loaded = sum("publicsuffix" in each or "public_suffix_list" in each for each in [*sys.modules, *opened])
print('{{"value": %r, "observed_public_suffixes": %d}}' % (taken, loaded))
"""


def _import(name: str, imports: str) -> Apart:
    command = ("-c", _IMPORT.format(imports=imports))
    return Apart(named(measure="import", modules=name), command, "second", 0.3)


def _task(task: str, policy: str, unit: str, seconds: float, most: int | None, **more: str) -> Apart:
    command = ("-m", "benchmarks.apart", task, policy, *more.values())
    return Apart(named(measure=task, policy=policy, **more), command, unit, seconds, most)


#: One process of a million origins takes many seconds.
FEW: Final = 3
#: How many times as many turns there are of what is soon done and differs by a little.
OFTEN: Final = {"measure=import": 10, "measure=build policy=patterns": 3}

APART: Final = (
    _import("flask", "import flask"),
    _import("flask+flask_corsguard", "import flask\nimport flask_corsguard"),
    _task("build", "exact-1000000", "second", 5, FEW, credentials="no"),
    _task("build", "exact-1000000", "second", 5, FEW, credentials="yes"),
    _task("build", "patterns-20000", "second", 1, None, credentials="no"),
    _task("build", "patterns-20000", "second", 1, None, credentials="yes"),
    *(
        _task("memory", policy, "byte", seconds, 1, holder=holder, strings=strings)
        for policy, seconds in (("exact-1000000", 8), ("patterns-20000", 1))
        for holder in ("policy", "frozenset")
        for strings in ("counted", "not-counted")
    ),
)


def turns_of(apart: Apart, turns: int) -> int:
    """Return how often *apart* is measured where others have that many turns."""
    times = next((times for start, times in OFTEN.items() if apart.name.startswith(start)), 1)
    return min(turns * times, apart.most or sys.maxsize)


def run(aparts: list[Apart], turns: int, results: Results, progress: Progress) -> None:
    """Measure each, in turns, so that what is compared alternates."""
    for turn in range(max((turns_of(each, turns) for each in aparts), default=0)):
        for apart in aparts:
            if turn < turns_of(apart, turns):
                progress.says(apart.name)
                _add(apart, results)
                progress.advance(apart.seconds)


def _add(apart: Apart, results: Results) -> None:
    begin = perf_counter()
    # A session of its own: Ctrl-C is for this process, which ends the other one.
    done = subprocess.run(  # noqa: S603 - what is run is this module, or a line of it
        [sys.executable, *apart.command],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        check=True,
        timeout=BOUND,
        start_new_session=True,
        # Compiled once, as pip does when it installs, and not again in each process.
        env={name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"},
    )
    said: dict[str, Any] = json.loads(done.stdout)
    value, duration = said.pop("value"), perf_counter() - begin
    results.add(apart.name, value, Series(unit=apart.unit, duration=duration, facts=said))


def _origins(policy: str) -> list[str]:
    from .scenarios.policies import origins, patterns

    kind, _, number = policy.partition("-")
    return (origins if kind == "exact" else patterns)(int(number))


def build(policy: str, credentials: str) -> dict[str, Any]:
    """Return the seconds that each origin of a policy takes while it is built."""
    from flask_corsguard import Policy

    origins = _origins(policy)
    begin = perf_counter()
    Policy(origins=origins, credentials=credentials == "yes")
    return {"value": (perf_counter() - begin) / len(origins)}


def memory(policy: str, holder: str, strings: str) -> dict[str, Any]:
    """Return the bytes that stay in use, with those of the origins' strings if they are counted.

    The strings are made while everything is counted, so that they cost both holders the same. If they
    are not counted, they are there before, and only what the holder adds is seen.
    """
    from flask_corsguard import Policy

    hold: Callable[[list[str]], object] = (
        (lambda held: Policy(origins=held)) if holder == "policy" else frozenset
    )
    # What is imported, or cached, at the first use does not count as the cost of an origin.
    hold(_origins("exact-2"))
    hold(_origins("patterns-2"))
    origins = _origins(policy) if strings == "not-counted" else None
    gc.collect()
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    held = hold(origins if origins is not None else _origins(policy))
    gc.collect()
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    del held
    return {"value": after - before}


TASKS: Final[dict[str, Callable[..., dict[str, Any]]]] = {"build": build, "memory": memory}

if __name__ == "__main__":
    _, task, *given = sys.argv
    print(json.dumps(TASKS[task](*given)))
