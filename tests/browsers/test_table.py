"""The table of cases, asked of real engines."""

from __future__ import annotations

import pytest

from browsers.cases import CASES
from browsers.judged import expectation, run, told
from browsers.report import Passed
from browsers.table import LAYOUTS

# A layout after the other: going from origin to origin takes an engine longer than a row does.
ROWS = [(case, layout) for layout in LAYOUTS for case in CASES if layout in case.layouts]


@pytest.mark.parametrize(("case", "layout"), ROWS, ids=[f"{case.id} | {layout}" for case, layout in ROWS])
def test_an_engine_does_what_the_table_lists(engine, arena, passed, case, layout):
    """The page gets it, the server sees it, and no request is missing or too many."""
    names = arena.layouts[layout]
    wanted = expectation(case, names, engine.name)

    done = run(engine, arena, names, case.app(names), case.steps, expected=len(wanted.seen.split()))

    exchange = "\n\n".join(str(each) for each in done.seen)
    assert told(case, names, done) == wanted, f"in {layout}:\n{exchange}"
    assert not arena.errors
    passed.add(Passed(case.id, layout, engine.name))
