"""A process that has imported the package and all of its tests, and forks for each mutant.

Importing them takes longer than most trials do.
"""

from __future__ import annotations

import gc
import json
import os
import socket
from pathlib import Path

import pytest

from .source import Mutant
from .swap import Functions
from .trial import _ANEW, CLOCK, PATIENCE, START, Outcome, Tests, collect, in_a_fork


class _Trials:
    """Collects all tests; instead of running them, it does what it is asked for: a plugin of pytest."""

    def __init__(self, asked: socket.socket, mutants: list[Mutant], seconds: dict[str, float]) -> None:
        self._asked = asked.makefile("rw")
        self._mutants = mutants
        self._seconds = seconds
        self._tests: Tests | None = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session):
        # Where they all put their files.
        session.config._tmp_path_factory.getbasetemp()
        items = {item.nodeid: item for item in session.items}
        functions = Functions()
        # What the forks share stays shared.
        gc.freeze()
        self._tell(sorted(items))
        for line in self._asked:
            place, names = json.loads(line)
            self._tell(self._try(session, items, functions, place, names))
        return True

    def _try(self, session, items, functions: Functions, place: int, names: list[str]) -> Outcome:
        def run(sender: int) -> int:
            if place >= 0 and not functions.become(self._mutants[place]):
                return _ANEW
            tests = Tests(names, self._seconds, sender)
            session.config.pluginmanager.register(tests)
            tests.run(items)
            return tests.outcome

        seconds = sum(self._seconds.get(name, 1.0) + START for name in names)
        return in_a_fork(run, CLOCK * PATIENCE * seconds)

    def _tell(self, told: object) -> None:
        self._asked.write(json.dumps(told) + "\n")
        self._asked.flush()


class Session:
    """The other side: what asks that process."""

    def __init__(
        self, mutants: list[Mutant], files: list[str], seconds: dict[str, float], folder: Path
    ) -> None:
        self._places = {mutant.key: place for place, mutant in enumerate(mutants)}
        ours, theirs = socket.socketpair()
        self._process = os.fork()
        if self._process == 0:
            ours.close()
            _be_the_session(theirs, mutants, files, seconds, folder)
        theirs.close()
        self._asked = ours.makefile("rw")
        #: The names of all tests.
        self.names: frozenset[str] = frozenset(self._told())

    def try_mutant(self, mutant: Mutant | None, names: list[str]) -> Outcome:
        """Run the tests that are *names*, in their order, until one fails; ``None`` means no mutant."""
        place = -1 if mutant is None else self._places[mutant.key]
        self._asked.write(json.dumps([place, names]) + "\n")
        self._asked.flush()
        return Outcome(*self._told())

    def _told(self) -> list:
        line = self._asked.readline()
        if not line:
            raise SystemExit("the tests could not be imported; MUTANTS_DEBUG=1 shows why")
        return json.loads(line)


def _be_the_session(theirs, mutants, files, seconds, folder) -> None:
    try:
        if not os.environ.get("MUTANTS_DEBUG"):
            nowhere = os.open(os.devnull, os.O_RDWR)
            for stream in (0, 1, 2):
                os.dup2(nowhere, stream)
        collect(_Trials(theirs, mutants, seconds), [f"--basetemp={folder}", *files])
    finally:
        os._exit(0)
