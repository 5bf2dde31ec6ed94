"""Which tests run which lines of the package, and how long each takes: recorded by running them.

Only the tests of modules that have changed since are run again. It is a plugin of pytest:
``pytest -p mutants.recorder --cov --cov-context=test``.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import Path

import coverage
import pytest

from .source import ROOT, modules

STORE = ROOT / ".mutants"
RECORD = STORE / "record.json"
#: What one run of tests adds to the record.
_PART = STORE / "part.json"
_COVERAGE = STORE / "coverage"

#: The line of a module that represents all of its lines, once it has changed.
ANY = 0

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
    *(
        "-m",
        "not browser and not edge and not interop and not migration",
        "-W",
        "ignore::pytest.PytestAssertRewriteWarning",
    ),
    *(f"--ignore={ROOT / each}" for each in BLIND),
)


@dataclass
class Record:
    """What was recorded."""

    #: By test, how long it took, in seconds; only tests that passed.
    seconds: dict[str, float] = field(default_factory=dict)
    #: By module and line, the tests that run it.
    tests: dict[str, dict[int, set[str]]] = field(default_factory=dict)
    #: By module, the lines that run when it is imported, or when tests are collected.
    imported: dict[str, set[int]] = field(default_factory=dict)
    #: By file of tests, the digest of what it contained when it was recorded.
    digests: dict[str, str] = field(default_factory=dict)
    #: By module, what it contained.
    texts: dict[str, str] = field(default_factory=dict)
    #: Tests that failed or were skipped: they show nothing.
    unused: set[str] = field(default_factory=set)

    @classmethod
    def read(cls, path: Path = RECORD) -> Record:
        """Read what :meth:`write` has written."""
        if not path.exists():
            return cls()
        stored = json.loads(path.read_text())
        names = list(stored["seconds"])
        tests = {
            module: {int(line): {names[index] for index in indices} for line, indices in lines.items()}
            for module, lines in stored["tests"].items()
        }
        imported = {module: set(lines) for module, lines in stored["imported"].items()}
        digests, texts, unused = stored["digests"], stored["texts"], set(stored["unused"])
        return cls(stored["seconds"], tests, imported, digests, texts, unused)

    def write(self, path: Path = RECORD) -> None:
        """Write it so that an interruption leaves what there was."""
        numbers = {name: number for number, name in enumerate(self.seconds)}
        tests = {
            module: {line: sorted(numbers[name] for name in names) for line, names in lines.items()}
            for module, lines in self.tests.items()
        }
        stored = {"seconds": self.seconds, "tests": tests, "digests": self.digests, "texts": self.texts}
        stored |= {"imported": {module: sorted(lines) for module, lines in self.imported.items()}}
        stored |= {"unused": sorted(self.unused)}
        new = path.with_suffix(".new")
        new.write_text(json.dumps(stored))
        new.replace(path)

    def tests_of(self, module: str, line: int) -> set[str]:
        """Return the tests that run *line* of *module*."""
        return set(self.tests.get(module, {}).get(line, ()))

    def all_tests_of(self, module: str) -> set[str]:
        """Return the tests that run any line of *module*."""
        return set().union(*self.tests.get(module, {}).values())

    def runs_at_import(self, module: str, line: int) -> bool:
        """Whether importing *module*, or the tests, runs *line*."""
        return line in self.imported.get(module, ())

    def forget_files(self, files: Iterable[str]) -> None:
        """Forget the tests of *files*."""
        gone = set(files)
        for file in gone:
            self.digests.pop(file, None)
        self.seconds = {name: took for name, took in self.seconds.items() if _file_of(name) not in gone}
        self.unused = {name for name in self.unused if _file_of(name) not in gone}
        for lines in self.tests.values():
            for line, names in lines.items():
                lines[line] = {name for name in names if name in self.seconds}

    def follow(self, module: str, text: str) -> None:
        """Note that *module* has become *text*: a line that is new has the tests of the lines around it."""
        before, after = self.texts.get(module, "").splitlines(), text.splitlines()
        now: dict[int, set[int]] = {}
        for _, old, end, new, stop in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
            same = end - old == stop - new
            around = {old, end + 1}
            for place in range(new, stop):
                now[place + 1] = {old + place - new + 1} if same else around
        tests, imported = self.tests.get(module, {}), self.imported.get(module, set())
        self.tests[module] = {
            line: set().union(*(tests.get(each, ()) for each in lines)) for line, lines in now.items()
        }
        self.imported[module] = {line for line, lines in now.items() if lines & imported}
        self.texts[module] = text

    def add(self, part: Record) -> None:
        """Add what was recorded of other tests."""
        self.seconds |= part.seconds
        self.unused |= part.unused
        for module, lines in part.tests.items():
            mine = self.tests.setdefault(module, {})
            for line, names in lines.items():
                mine[line] = mine.get(line, set()) | names
        for module, numbers in part.imported.items():
            self.imported[module] = self.imported.get(module, set()) | numbers


def up_to_date() -> Record:
    """Return the record after running the tests that are new or have changed."""
    STORE.mkdir(exist_ok=True)
    record = Record.read()
    for module in modules():
        text = (ROOT / module).read_text()
        if record.texts.get(module) != text:
            record.follow(module, text)
    digests = {file: _digest(file) for file in test_files()}
    old = [
        file for file in sorted({*record.digests, *digests}) if record.digests.get(file) != digests.get(file)
    ]
    record.forget_files(old)
    if files := [file for file in old if file in digests]:
        record.add(_run(files))
    record.digests = digests
    record.write()
    return record


def test_files() -> list[str]:
    """Return the files of tests that can see a mutant."""
    files = (path.relative_to(ROOT).as_posix() for path in (ROOT / "tests").rglob("test_*.py"))
    return sorted(file for file in files if not file.startswith(BLIND))


def _run(files: list[str]) -> Record:
    """Record the tests of *files*; the record is complete, or there is none."""
    for path in (_PART, _COVERAGE):
        path.unlink(missing_ok=True)
    print(f"recording which lines the tests of {len(files)} files run", flush=True)
    command = [sys.executable, "-m", "pytest", *OPTIONS, "-p", "mutants.recorder"]
    command += ["--cov", "--cov-context=test", "--cov-report=", "--cov-fail-under=0", *files]
    environ = {"COVERAGE_FILE": str(_COVERAGE), "PYTHONPATH": str(ROOT / "tests")}
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **environ}, check=False)
    # With 5, pytest has found no test that is not left out.
    if done.returncode not in {0, 1, 5} or not _PART.exists():
        raise SystemExit(f"the tests could not be recorded: pytest ended with {done.returncode}")
    part = Record.read(_PART)
    print(f"{len(part.seconds)} tests are recorded; {len(part.unused)} failed or were skipped", flush=True)
    return part


def _digest(file: str) -> str:
    return hashlib.sha256((ROOT / file).read_bytes()).hexdigest()


def _file_of(name: str) -> str:
    return name.partition("::")[0]


class _Recorder:
    """What it notes while pytest runs."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}
        self._unused: set[str] = set()
        self._left: set[str] = set()

    def pytest_collection_finish(self, session):
        """Note which tests are to be run."""
        self._left = {item.nodeid for item in session.items}

    def pytest_runtest_logreport(self, report):
        """Note how long a test takes, and whether it passes."""
        self._seconds[report.nodeid] = self._seconds.get(report.nodeid, 0.0) + report.duration
        self._left.discard(report.nodeid)
        if report.outcome != "passed":
            self._unused.add(report.nodeid)
            if report.outcome == "failed":
                print(f"\nfails without a mutant: {report.nodeid}")

    @pytest.hookimpl(trylast=True)
    def pytest_unconfigure(self):
        """Write the record, if every test was run."""
        if self._left:
            raise SystemExit(f"{len(self._left)} tests were not run, {min(self._left)} among them")
        took = {name: round(seconds, 4) for name, seconds in self._seconds.items()}
        part = part_of(_COVERAGE, {name: took[name] for name in took if name not in self._unused})
        part.unused = self._unused
        part.write(_PART)


def part_of(path: Path, seconds: dict[str, float]) -> Record:
    """Return what the coverage at *path* tells of the tests that took *seconds*."""
    data = coverage.CoverageData(basename=str(path))
    data.read()
    part = Record(seconds)
    for file in data.measured_files():
        module = Path(file).relative_to(ROOT).as_posix()
        lines: dict[int, set[str]] = {}
        imported = set()
        for line, contexts in data.contexts_by_lineno(file).items():
            # The name of a test can have this character in it, and the phase that follows has not.
            lines[line] = {context.rpartition("|")[0] for context in contexts}.intersection(seconds)
            if "" in contexts:
                imported.add(line)
        part.tests[module], part.imported[module] = lines, imported
    return part


def pytest_configure(config):
    """Record the run."""
    if config.getoption("cov_context", None) is not None:
        config.pluginmanager.register(_Recorder())
