"""Which tests run which lines of the package, and how long each takes: recorded once, by running them.

It is a plugin of pytest: ``pytest -p mutants.recorder --cov --cov-context=test``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import coverage

from .source import ROOT

STORE = ROOT / ".mutants"
RECORD = STORE / "record.json"

#: Tests that see no mutant, because they look at other processes, at text, or at what Python counts.
BLIND = (
    *("tests/browsers", "tests/interop", "tests/mutants", "tests/typing"),
    *("tests/test_architecture.py", "tests/test_benchmark_figures.py", "tests/test_benchmarks.py"),
    *("tests/test_counts.py", "tests/test_demo.py", "tests/test_docs.py", "tests/test_docstrings.py"),
    *("tests/test_interop_page.py", "tests/test_page_contents.py", "tests/test_pages.py"),
    *("tests/test_recipes.py", "tests/testing/test_docstrings.py", "tests/testing/test_plugin.py"),
    *("tests/test_fuzz.py", "tests/test_mutants.py", "tests/test_reach.py", "tests/test_routing_fuzz.py"),
)
#: Tests run with few examples: a mutant that only the thousandth finds has no test that shows why.
OPTIONS = (
    *("-q", "-p", "no:randomly", "-p", "no:cacheprovider", "--hypothesis-profile=development"),
    *("-m", "not browser and not interop", "-W", "ignore::pytest.PytestAssertRewriteWarning"),
    *(f"--ignore={ROOT / each}" for each in BLIND),
)

_seconds: dict[str, float] = {}
_failed: set[str] = set()


class Record(NamedTuple):
    """What was recorded."""

    #: By test, how long it took, in seconds.
    seconds: dict[str, float]
    #: By module and line, the tests that run it; a line that every import runs has none.
    tests: dict[str, dict[int, list[str]]]

    @classmethod
    def read(cls) -> Record:
        """Read what :func:`record` has written."""
        stored = json.loads(RECORD.read_text())
        names = list(stored["seconds"])
        tests = {
            module: {int(line): [names[index] for index in indices] for line, indices in lines.items()}
            for module, lines in stored["tests"].items()
        }
        return cls(stored["seconds"], tests)


def record() -> None:
    """Run all tests that can see a mutant, once, and write which lines each runs."""
    STORE.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "pytest", *OPTIONS, "-p", "mutants.recorder"]
    command += ["--cov", "--cov-context=test", "--cov-report=", "--cov-fail-under=0"]
    environ = {"COVERAGE_FILE": str(STORE / "coverage"), "PYTHONPATH": str(ROOT / "tests")}
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **environ}, check=False)
    if done.returncode not in {0, 1}:
        raise SystemExit(f"the tests could not be recorded: pytest ended with {done.returncode}")


def pytest_runtest_logreport(report):
    """Note how long a test takes, and whether it passes."""
    _seconds[report.nodeid] = _seconds.get(report.nodeid, 0.0) + report.duration
    if report.outcome != "passed":
        _failed.add(report.nodeid)


def pytest_unconfigure(config):
    """Write the record."""
    seconds = {name: round(took, 4) for name, took in _seconds.items() if name not in _failed}
    if not seconds or config.getoption("cov_context", None) is None:
        return
    numbers = {name: number for number, name in enumerate(seconds)}
    data = coverage.CoverageData(basename=str(STORE / "coverage"))
    data.read()
    tests: dict[str, dict[int, list[int]]] = {}
    for path in data.measured_files():
        lines: dict[int, list[int]] = {}
        for line, contexts in data.contexts_by_lineno(path).items():
            names = {context.partition("|")[0] for context in contexts}
            lines[line] = sorted(numbers[name] for name in names if name in numbers)
        tests[Path(path).relative_to(ROOT).as_posix()] = lines
    RECORD.write_text(json.dumps({"seconds": seconds, "tests": tests}))
