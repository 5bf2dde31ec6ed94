"""One mutant on trial: a process of its own runs tests until one fails.

There are two kinds of process. In one, the package and all tests are imported already, and the functions of
the mutant get their code (``session.py``). In the other, the package is imported anew, as the mutant has it.
"""

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
from collections.abc import Callable
from importlib.machinery import ModuleSpec, SourceFileLoader
from itertools import zip_longest
from typing import NamedTuple

import pytest

from .recorder import OPTIONS
from .source import ROOT, Mutant, tree_of

#: How much longer than recorded a test may take, in processor time: it may loop for ever.
PATIENCE = 5
#: What a test may take however short it is, in seconds of processor time.
START = 5
#: How much longer a test may take by the clock than by the processor: other programs run, too.
CLOCK = 4
#: What starting pytest and importing the tests may take by the clock, in seconds.
IMPORTS = 300
_POLL = 0.5

#: How much memory a trial may have, in bytes, and most of it is never touched: a mutant may add to a list for
#: ever.
MEMORY = 4 * 2**30

#: What tests import, and what takes long to import.
_WARM = (
    *("_hypothesis_pytestplugin", "hypothesis.strategies", "flask.testing", "flask_restx", "flask_smorest"),
    *("flask_sock", "flask_socketio", "idna", "publicsuffixlist", "waitress.server"),
    *("werkzeug.middleware.proxy_fix", "wsgiref.simple_server"),
)
_PLUGINS = ("-p", "_hypothesis_pytestplugin", "-p", "_flask_corsguard_pytest")

SURVIVED, KILLED, TIMEOUT, UNCOVERED = "survived", "killed", "timeout", "uncovered"
#: The mutant changes what an import does, so the package has to be imported as it is then.
ANEW = "anew"

#: With these a process ends after its tests.
_PASSED, _FAILED, _NONE, _ANEW, _RAISED = 0, 1, 5, 9, 70


class Outcome(NamedTuple):
    """How a trial ended."""

    outcome: str
    #: The test that failed first.
    by: str
    seconds: float


class _MutantLoader(SourceFileLoader):
    """Loads the mutant instead of the file; the compiled file on the disk stays as it is."""

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


class Tests:
    """Runs tests in the order in which they are named, until one fails: a plugin of pytest.

    :param seconds: by test, how long it takes without a mutant.
    :param sender: where the name of the test that fails is written to.
    """

    def __init__(self, names: list[str], seconds: dict[str, float], sender: int) -> None:
        self._names = names
        self._seconds = seconds
        self._sender = sender
        self.outcome = _NONE

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session):
        if session.testsfailed:
            self.outcome = _FAILED
        else:
            self.run({item.nodeid: item for item in session.items})
        return True

    def run(self, items: dict[str, pytest.Item]) -> None:
        """Run the named ones of *items*."""
        chosen = [items[name] for name in self._names if name in items]
        self.outcome = _PASSED if chosen else _NONE
        for item, following in zip_longest(chosen, chosen[1:]):
            _limit(self._seconds.get(item.nodeid, 1.0))
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if self.outcome:
                return

    def pytest_runtest_logreport(self, report):
        if report.outcome == "failed" and not self.outcome:
            self.outcome = _FAILED
            os.write(self._sender, f"{report.nodeid}\n".encode())


def _limit(seconds: float) -> None:
    """Make the process end if its next test takes far longer than *seconds*."""
    allowed = START + PATIENCE * seconds
    signal.setitimer(signal.ITIMER_REAL, CLOCK * allowed)
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time() + allowed) + 1, most))


def warm() -> None:
    """Import what the tests need and the package does not belong to."""
    # The plugins that the tests need are named, and no other one is loaded.
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    sys.path[:0] = [str(ROOT / "tests"), str(ROOT)]
    for name in _WARM:
        importlib.import_module(name)
    assert not any(name.startswith("flask_corsguard") for name in sys.modules)


def collect(plugin: object, files: list[str]) -> int:
    """Import the tests of *files*, and have *plugin* run them."""
    os.chdir(ROOT)
    return int(pytest.main([*OPTIONS, *_PLUGINS, *files], plugins=[plugin]))


def try_anew(mutant: Mutant | None, names: list[str], seconds: dict[str, float]) -> Outcome:
    """Run the tests that are *names* on *mutant*, imported anew; ``None`` is the package as it is."""

    def run(sender: int) -> int:
        if mutant is not None:
            sys.meta_path.insert(0, _MutantFinder(mutant))
        tests = Tests(names, seconds, sender)
        code = collect(tests, list(dict.fromkeys(name.partition("::")[0] for name in names)))
        # A mutant that cannot be imported fails before any test does.
        return tests.outcome if code in {_PASSED, _FAILED} or tests.outcome == _FAILED else code

    return in_a_fork(run, IMPORTS + CLOCK * (START + PATIENCE * sum(seconds[name] for name in names)))


def in_a_fork(run: Callable[[int], int], seconds: float) -> Outcome:
    """Return how *run* ends in a process of its own, after *seconds* by the clock at most."""
    began = time.monotonic()
    receiver, sender = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(receiver)
        _be_the_trial(run, sender)
    os.close(sender)
    status, failed = _wait(process, receiver, began + seconds)
    os.close(receiver)
    # Whatever it has started ends with it.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process, signal.SIGKILL)
    return Outcome(*_ending(status, failed), round(time.monotonic() - began, 2))


def _ending(status: int, failed: str) -> tuple[str, str]:
    if os.WIFSIGNALED(status):
        return (KILLED, failed) if failed else (TIMEOUT, "")
    code = os.WEXITSTATUS(status)
    if code == _RAISED:
        raise SystemExit("a trial has raised before its tests; that says nothing about the mutant")
    plain = {_PASSED: SURVIVED, _NONE: UNCOVERED, _ANEW: ANEW}
    return (plain[code], "") if code in plain else (KILLED, failed or f"pytest ended with {code}")


def _wait(process: int, receiver: int, end: float) -> tuple[int, str]:
    """Return the status of *process* and the first test that fails; kill it if it runs at *end* still."""
    told = b""
    while True:
        ended, status = os.waitpid(process, os.WNOHANG)
        # What a test has started can have the pipe open for longer, so its end is not waited for.
        while select.select([receiver], [], [], 0 if ended else _POLL)[0]:
            chunk = os.read(receiver, 4096)
            told += chunk
            if not chunk:
                _, status = (ended, status) if ended else os.waitpid(process, 0)
                ended = process
                break
        if ended:
            return status, told.decode(errors="replace").partition("\n")[0]
        if time.monotonic() > end:
            os.kill(process, signal.SIGKILL)


def _be_the_trial(run: Callable[[int], int], sender: int) -> None:
    code = _RAISED
    try:
        os.setsid()
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        if not os.environ.get("MUTANTS_DEBUG"):
            nowhere = os.open(os.devnull, os.O_RDWR)
            for stream in (0, 1, 2):
                os.dup2(nowhere, stream)
        code = run(sender)
    finally:
        os._exit(int(code))


def outcome_of(line: str) -> tuple[str, Outcome]:
    """Read a line of the file of outcomes."""
    stored = json.loads(line)
    return stored["key"], Outcome(stored["outcome"], stored["by"], stored["seconds"])
