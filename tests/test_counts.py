"""What a request costs, without a clock: bytecodes and calls, which are the same on every machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.counts import FEW, MANY, POLICIES, RECORDED, REQUESTED, versions
from benchmarks.scenarios.hostile import requests_with
from benchmarks.scenarios.policies import exact, patterned

ROOT = Path(__file__).parent.parent
TABLE = json.loads(RECORDED.read_text())

#: What a row may cost more than is recorded, as a factor and at least as a number: a line that is moved into
#: a function of its own costs about ten bytecodes and one call. What it is meant to catch, a decision or a
#: header list that is made once more for each request, costs hundreds of bytecodes.
TOLERANCE = 1.1
AT_LEAST = {"bytecodes": 20, "calls": 2, "c_calls": 2}

#: By what more, beside the floor, where the bytecodes are another Python's or the calls another Flask's.
OTHER_PYTHON = 1.25

#: More memory than this a hostile value may not take, in bytes.
MEMORY = 8192


def bound(cost, recorded):
    """Return the most that a row may cost of what is recorded under that name."""
    return max(TOLERANCE * recorded, recorded + AT_LEAST[cost])


@pytest.fixture(scope="module")
def counted():
    """What a process that nobody traces has counted."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.counts", "--json"],
        cwd=ROOT,
        env={**environ, "PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", TABLE["rows"])
def test_a_row_costs_hardly_more_than_is_recorded(counted, name):
    """A tenth more, or a helper function, is a refactoring; what costs more is recorded: `make counts`."""
    row, recorded = counted["rows"][name], TABLE["rows"][name]
    if TABLE["versions"] == versions():
        for cost, number in recorded.items():
            assert row[cost] <= bound(cost, number), f"more {cost} than before; if that is meant: make counts"
    else:
        floor = counted["rows"]["floor"]["bytecodes"] / TABLE["rows"]["floor"]["bytecodes"]
        assert row["bytecodes"] <= OTHER_PYTHON * floor * bound("bytecodes", recorded["bytecodes"])
        assert row["calls"] <= OTHER_PYTHON * bound("calls", recorded["calls"])


def test_every_row_is_recorded(counted):
    """What is counted has a budget, and what has a budget is counted."""
    assert list(counted["rows"]) == list(TABLE["rows"])


@pytest.mark.parametrize("request_", REQUESTED)
@pytest.mark.parametrize(
    ("many", "few"), [(exact(MANY), exact(FEW)), (patterned(MANY), patterned(1))], ids=["origins", "patterns"]
)
def test_many_cost_no_more_than_few(counted, many, few, request_):
    """A thousand origins, or patterns, cost not one bytecode and not one call more than a few."""
    rows = counted["rows"]

    for cost, number in rows[f"wsgi: {few}: {request_}"].items():
        assert rows[f"wsgi: {many}: {request_}"][cost] <= number


def test_a_later_request_costs_no_more_than_an_early_one(counted):
    """The thousandth request costs at most what the second does, so nothing grows."""
    assert len(counted["again"]) >= len(POLICIES)
    for name, (second, thousandth) in counted["again"].items():
        assert all(late <= early for early, late in zip(second, thousandth, strict=True)), name


@pytest.mark.parametrize("request_", ["get", "get-allowed", "post-allowed", "post-same-origin"])
def test_an_allowed_request_does_not_run_the_log(counted, request_):
    """No function of logging runs, not even to ask whether it should."""
    assert counted["logging"][request_] == []


@pytest.mark.parametrize("request_", ["get-refused", "preflight", "preflight-refused"])
def test_no_record_is_made_below_the_level_of_the_log(counted, request_):
    """The log is asked whether it has a receiver, and no record is made."""
    assert "makeRecord" not in counted["logging"][request_]


@pytest.mark.parametrize("name", requests_with(""))
def test_a_longer_hostile_value_costs_no_more(counted, name):
    """Eighty thousand bytes of any make cost what eight thousand do."""
    assert max(counted["hostile"][name]["bytecodes"]) <= 0


@pytest.mark.parametrize("name", requests_with(""))
def test_a_hostile_value_is_not_copied(counted, name):
    """A megabyte of any make takes less than eight kilobytes more than one letter does."""
    assert max(counted["hostile"][name]["memory"]) < MEMORY
