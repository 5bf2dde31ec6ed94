"""An application asked by a real engine, as :class:`browsers.modelled.ModelledRun` asks it by the model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from browsers.steps import Names, Outcome, Seen, Step
from browsers.table import Case, Told, describe, transcribe


class Run(NamedTuple):
    """What the page got of each step, and what the server saw."""

    outcomes: list[Outcome]
    seen: list[Seen]


def run(engine, arena, names: Names, app, steps: Sequence[Step], *, expected: int = 0) -> Run:
    """Serve *app* and have *engine* do *steps*; wait until *expected* requests have come."""
    with arena.run(app) as served:
        outcomes = engine.run(names, steps, served.path)
        served.wait_for(expected)
        return Run(outcomes, list(served.seen))


def told(case: Case, names: Names, done: Run) -> Told:
    """Write what was done as the case's table does."""
    seen = transcribe(done.seen, names, metadata=case.metadata)
    return Told(tuple(describe(outcome) for outcome in done.outcomes), seen)


def expectation(case: Case, names: Names, by: str) -> Told:
    """Return what *by* should do in the case in the layout of *names*."""
    wanted = case.told(by)
    return Told(wanted.got, wanted.seen.replace("{site}", names.site))
