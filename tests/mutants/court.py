"""Which tests try a mutant, in which order and process, and whether they can be trusted."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import accumulate
from pathlib import Path
from tempfile import TemporaryDirectory

from .recorder import Record
from .session import Session
from .source import MODULE, ROOT, Mutant
from .trial import ANEW, KILLED, SURVIVED, TIMEOUT, UNCOVERED, Outcome, try_anew, warm

#: The tests of constants, which find the modules by their names.
TABLES = "tests/test_tables.py"


def stages_of(mutant: Mutant, record: Record) -> list[list[str]]:
    """Return the tests of a mutant: first those that are about its module, then all others that run it.

    Of each the fast ones come first. A line that is run by imports alone belongs to every test of its module.
    """
    names = record.tests_of(mutant.module, mutant.line)
    if not names or mutant.where.startswith(MODULE):
        names = record.all_tests_of(mutant.module)
        # A test of a table runs no line of the module that it imports it from.
        names |= {name for name in record.seconds if _imports(name.partition("::")[0], mutant.module)}
    if not names:
        # The module is new.
        names = {name for name in record.seconds if is_about(name, mutant.module)}
    near, others = [], []
    for name in sorted(names, key=lambda each: (record.seconds[each], each)):
        (near if is_about(name, mutant.module) else others).append(name)
    return [near, others]


@cache
def _imports(file: str, module: str) -> bool:
    name = module.removesuffix(".py").replace("/", ".")
    return file == TABLES or name in (ROOT / file).read_text()


def is_about(name: str, module: str) -> bool:
    """Whether the test that is called *name* is in a file for *module*, or in the folder for its package."""
    folder = module.split("/")[-2]
    return is_named_after(name, module) or (f"tests/{folder}/" in name and folder != "testing")


def is_named_after(name: str, module: str) -> bool:
    """Whether the test that is called *name* is in a file for *module*."""
    file = module.rpartition("/")[2].removesuffix(".py").lstrip("_")
    return name.startswith(TABLES) or f"/test_{file}" in name


def affordable(stages: list[list[str]], seconds: dict[str, float], budget: float) -> list[list[str]]:
    """Leave out the slowest tests of the last of *stages*, if all together take more than *budget*."""
    kept = []
    for names in stages:
        spent = [each for each in accumulate(seconds[name] for name in names) if each <= budget]
        kept.append(names[: len(spent)])
        budget -= spent[-1] if spent else 0
    return kept


class Court:
    """Tries mutants.

    :param budget: how long the tests of one mutant may take without it, in seconds; the fast ones run.
    """

    def __init__(self, mutants: list[Mutant], record: Record, budget: float) -> None:
        warm()
        self._record = record
        self._budget = budget
        self._folder = TemporaryDirectory(prefix="mutants")
        files = sorted({name.partition("::")[0] for name in record.seconds})
        self._session = Session(mutants, files, record.seconds, Path(self._folder.name) / "tests")
        #: Tests that have passed without a mutant after the same tests.
        self._sound: set[str] = set()
        #: Tests that fail without one.
        self.unsound: set[str] = set(record.seconds) - self._session.names

    def try_mutant(self, mutant: Mutant) -> Outcome:
        """Try *mutant*; without a test that fails it survives, whatever tests there was no time for."""
        stages = affordable(stages_of(mutant, self._record), self._record.seconds, self._budget)
        at_import = self._record.runs_at_import(mutant.module, mutant.line)
        ran = bool(self._record.tests_of(mutant.module, mutant.line))
        outcome = Outcome(ANEW, "", 0.0)
        if ran or not at_import:
            names = [name for stage in stages for name in stage]
            nothing = Outcome(UNCOVERED, "", 0.0)
            outcome = self._sound_outcome(self._session.try_mutant, mutant, names, nothing)
        if outcome.outcome == ANEW:
            return self._try_anew(mutant, stages, outcome.seconds)
        if outcome.outcome == SURVIVED:
            # What the line did earlier may be remembered: since it was imported, or since another test.
            about = {*(stages[0] if at_import else ()), *self._named_after(mutant.module)}
            ordered = sorted(about, key=lambda name: (self._record.seconds[name], name))
            again = affordable([ordered], self._record.seconds, self._budget)
            anew = self._try_anew(mutant, again, outcome.seconds)
            return outcome._replace(seconds=anew.seconds) if anew.outcome == UNCOVERED else anew
        return outcome

    def _named_after(self, module: str) -> set[str]:
        return {name for name in self._record.seconds if is_named_after(name, module)}

    def _try_anew(self, mutant: Mutant, stages: list[list[str]], seconds: float) -> Outcome:
        outcome = Outcome(UNCOVERED, "", 0.0)
        for names in stages:
            outcome = self._sound_outcome(
                lambda tried, names: try_anew(tried, names, self._record.seconds), mutant, names, outcome
            )
            seconds += outcome.seconds
            if outcome.outcome in {KILLED, TIMEOUT}:
                break
        return outcome._replace(seconds=round(seconds, 2))

    def _sound_outcome(
        self,
        attempt: Callable[[Mutant | None, list[str]], Outcome],
        mutant: Mutant,
        names: list[str],
        otherwise: Outcome,
    ) -> Outcome:
        """Return how *attempt* ends; a test counts only if it passes there without the mutant."""
        while names := [name for name in names if name not in self.unsound]:
            outcome = attempt(mutant, names)
            before = names[: names.index(outcome.by) + 1] if outcome.by in names else []
            if not before or outcome.by in self._sound:
                return outcome
            without = attempt(None, before)
            if without.outcome == SURVIVED:
                self._sound.add(outcome.by)
                return outcome
            self.unsound.add(without.by or outcome.by)
        return otherwise
