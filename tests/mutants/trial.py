"""One mutant on trial: a fork of a process that has imported everything but the package runs its tests."""

from __future__ import annotations

import contextlib
import importlib
import importlib.abc
import importlib.machinery
import json
import os
import resource
import select
import signal
import sys
import time
from collections.abc import Iterable
from functools import cache
from importlib.machinery import ModuleSpec, SourceFileLoader
from typing import NamedTuple

import pytest

from .recorder import OPTIONS, Record
from .source import MODULE, ROOT, Mutant, tree_of

#: How much longer than recorded the tests of a mutant may take, in processor time: it may loop for ever.
PATIENCE = 5
#: What starting pytest and importing the tests may take, in seconds of processor time.
START = 30

#: How much memory a trial may have, in bytes, and most of it is never touched: a mutant may add to a list for
#: ever.
MEMORY = 4 * 2**30

#: What tests import, and what takes long to import.
_WARM = (
    *("_hypothesis_pytestplugin", "hypothesis.strategies", "flask.testing", "flask_restx", "flask_smorest"),
    *("flask_sock", "flask_socketio", "idna", "publicsuffixlist", "waitress.server"),
    *("werkzeug.middleware.proxy_fix", "wsgiref.simple_server"),
)

#: The tests of constants, which find the modules by their names.
TABLES = "tests/test_tables.py"

SURVIVED, KILLED, TIMEOUT, UNCOVERED = "survived", "killed", "timeout", "uncovered"


class Outcome(NamedTuple):
    """How a trial ended."""

    outcome: str
    #: The test that failed first.
    by: str
    seconds: float


class _MutantLoader(SourceFileLoader):
    """Loads the mutant instead of what the file says; the compiled file on the disk stays as it is."""

    def __init__(self, name: str, path: str, mutant: Mutant) -> None:
        super().__init__(name, path)
        self._mutant = mutant

    def get_code(self, fullname):
        return compile(tree_of(self._mutant), self.path, "exec", dont_inherit=True)


class _MutantFinder(importlib.abc.MetaPathFinder):
    def __init__(self, mutant: Mutant) -> None:
        self._mutant = mutant
        self._name = mutant.module.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    def find_spec(self, fullname, path, target=None) -> ModuleSpec | None:
        if fullname != self._name:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path)
        if spec is None:
            return None
        spec.loader = _MutantLoader(fullname, str(spec.origin), self._mutant)
        return spec


class _Selection:
    """Runs the named tests in the given order, and tells which failed first."""

    def __init__(self, names: list[str], report: int) -> None:
        self._order = {name: place for place, name in enumerate(names)}
        self._report = report

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items):
        items[:] = sorted(
            (item for item in items if item.nodeid in self._order), key=lambda item: self._order[item.nodeid]
        )

    def pytest_runtest_logreport(self, report):
        if report.outcome == "failed":
            os.write(self._report, f"{report.nodeid}\n".encode())


def warm() -> None:
    """Import what the tests need and the package does not belong to."""
    # The plugins that the tests need are named, and no other one is loaded.
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    sys.path[:0] = [str(ROOT / "tests"), str(ROOT)]
    for name in _WARM:
        importlib.import_module(name)
    assert not any(name.startswith("flask_corsguard") for name in sys.modules)


def stages_of(mutant: Mutant, record: Record) -> list[list[str]]:
    """Return the tests of a mutant: first those that are about its module, then all others that run it.

    In each stage the fast ones come first. A line that is run by imports alone belongs to every test of its
    module.
    """
    lines = record.tests.get(mutant.module, {})
    names = set(lines.get(mutant.line, ()))
    if not names or mutant.where.startswith(MODULE):
        names = {name for each in lines.values() for name in each}
        # A test of a table runs no line of the module that it imports it from.
        names |= {name for name in record.seconds if _imports(name.partition("::")[0], mutant.module)}
    near, others = [], []
    for name in sorted(names, key=lambda each: record.seconds[each]):
        (near if _is_about(name, mutant.module) else others).append(name)
    return [stage for stage in (near, others) if stage]


@cache
def _imports(file: str, module: str) -> bool:
    name = module.removesuffix(".py").replace("/", ".")
    return file == TABLES or name in (ROOT / file).read_text()


def _is_about(name: str, module: str) -> bool:
    *_, folder, file = module.split("/")
    return (
        name.startswith(TABLES)
        or f"/test_{file.lstrip('_')}" in name
        or (f"tests/{folder}/" in name and folder != "testing")
    )


def try_mutant(mutant: Mutant | None, stages: Iterable[list[str]], record: Record) -> Outcome:
    """Run the tests of *mutant* until one fails; ``None`` is the package as it is."""
    began = time.monotonic()
    outcome, by = UNCOVERED, ""
    for names in stages:
        outcome, by = _run(mutant, names, sum(record.seconds[name] for name in names))
        if outcome != SURVIVED:
            break
    return Outcome(outcome, by, round(time.monotonic() - began, 2))


def _run(mutant: Mutant | None, names: list[str], seconds: float) -> tuple[str, str]:
    receiver, sender = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(receiver)
        _be_the_trial(mutant, names, sender, START + PATIENCE * seconds)
    os.close(sender)
    failed = _wait(process, receiver, 4 * (START + PATIENCE * seconds))
    os.close(receiver)
    _, status = os.waitpid(process, 0)
    # Whatever it has started ends with it.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process, signal.SIGKILL)
    if os.WIFSIGNALED(status):
        return TIMEOUT, failed
    code = os.WEXITSTATUS(status)
    if code == pytest.ExitCode.NO_TESTS_COLLECTED:
        return UNCOVERED, ""
    return (SURVIVED, "") if code == 0 else (KILLED, failed or f"pytest ended with {code}")


def _wait(process: int, receiver: int, seconds: float) -> str:
    """Return the first test that fails; kill a *process* that neither ends nor works."""
    end, told = time.monotonic() + seconds, b""
    while (left := end - time.monotonic()) > 0:
        if select.select([receiver], [], [], left)[0]:
            chunk = os.read(receiver, 4096)
            if not chunk:
                break
            told += chunk
    else:
        os.kill(process, signal.SIGKILL)
    return told.decode(errors="replace").partition("\n")[0]


def _be_the_trial(mutant: Mutant | None, names: list[str], sender: int, seconds: float) -> None:
    code = 3
    try:
        os.setsid()
        limit = int(seconds) + 1
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        if not os.environ.get("MUTANTS_DEBUG"):
            nowhere = os.open(os.devnull, os.O_RDWR)
            for stream in (0, 1, 2):
                os.dup2(nowhere, stream)
        if mutant is not None:
            sys.meta_path.insert(0, _MutantFinder(mutant))
        files = list(dict.fromkeys(name.partition("::")[0] for name in names))
        plugins = ["-p", "_hypothesis_pytestplugin", "-p", "_flask_corsguard_pytest"]
        stop = [] if mutant is None else ["-x"]
        os.chdir(ROOT)
        code = pytest.main([*OPTIONS, *plugins, *stop, *files], plugins=[_Selection(names, sender)])
    finally:
        os._exit(int(code))


def outcome_of(line: str) -> tuple[str, Outcome]:
    """Read a line of the file of outcomes."""
    stored = json.loads(line)
    return stored["key"], Outcome(stored["outcome"], stored["by"], stored["seconds"])
