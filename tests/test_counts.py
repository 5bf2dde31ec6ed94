"""What a request costs, without a clock: bytecodes and calls, which are the same on every machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from counting import POLICIES, RECORDED, versions

ROOT = Path(__file__).parent.parent
TABLE = json.loads(RECORDED.read_text())

#: How much more than it should a row may cost where the bytecodes are another Python's, as a factor.
OTHER_PYTHON = 1.25

#: More memory than this a hostile value may not take, in bytes.
MEMORY = 8192

HOSTILE = [
    *("preflight: Origin", "preflight: Access-Control-Request-Method"),
    *("preflight: Access-Control-Request-Headers", "get: Origin", "get: Upgrade", "post: Origin"),
    *("post: Sec-Fetch-Site", "post: Host", "post: X-Forwarded-Host", "post: Cookie"),
]


@pytest.fixture(scope="module")
def counted():
    """What a process that nobody traces has counted."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests" / "counting_more.py")],
        env={**environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", TABLE["rows"])
def test_a_row_costs_what_is_recorded(counted, name):
    """Not one bytecode more, nor a call; where it costs less, that is recorded: `make counts`."""
    row, recorded = counted["rows"][name], TABLE["rows"][name]
    if TABLE["versions"] == versions():
        assert row == recorded, "what a request costs has changed; if that is meant: make counts"
    else:
        floor, recorded_floor = counted["rows"]["floor"]["bytecodes"], TABLE["rows"]["floor"]["bytecodes"]
        assert row["bytecodes"] / floor <= OTHER_PYTHON * recorded["bytecodes"] / recorded_floor
        assert row["calls"] <= OTHER_PYTHON * recorded["calls"]


def test_every_row_is_recorded(counted):
    """What is counted has a budget, and what has a budget is counted."""
    assert list(counted["rows"]) == list(TABLE["rows"])


@pytest.mark.parametrize(("many", "one"), [("many origins", "two origins"), ("many patterns", "one pattern")])
def test_a_thousand_cost_what_few_cost(counted, many, one):
    """Whatever is asked, to the bytecode, the call and the call of C; the first of a list costs less."""
    rows = counted["rows"]
    requests = [name.partition(f": {one}: ")[2] for name in rows if f": {one}: " in name]

    assert requests
    for request in requests:
        assert rows[f"wsgi: {many}: {request}"] == rows[f"wsgi: {one}: {request}"], request


def test_a_later_request_costs_what_an_early_one_does(counted):
    """The second and the thousandth are the same, so nothing grows and nothing is learnt."""
    assert len(counted["again"]) >= len(POLICIES)
    for name, (second, thousandth) in counted["again"].items():
        assert second == thousandth, name


@pytest.mark.parametrize("request_", ["get", "get, allowed", "get, refused", "post, cross-site"])
def test_of_what_is_allowed_the_log_does_not_hear(counted, request_):
    """No function of logging runs, not even to ask whether it should."""
    assert counted["logging"][request_] == []


@pytest.mark.parametrize("request_", ["preflight", "preflight, refused"])
def test_of_a_preflight_the_log_is_only_asked(counted, request_):
    """Whether anybody hears of refusals; where the level is off, no record is made."""
    assert set(counted["logging"][request_]) <= {"isEnabledFor"}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_longer_hostile_value_costs_no_more(counted, name):
    """Eighty thousand bytes of any make cost what eight thousand do."""
    assert max(counted["hostile"][name]["bytecodes"]) <= 0


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_value_is_not_copied(counted, name):
    """A megabyte of any make takes less than eight kilobytes more than one letter does."""
    assert max(counted["hostile"][name]["memory"]) < MEMORY


def test_every_hostile_value_is_tried(counted):
    """The names here are those that are counted."""
    assert list(counted["hostile"]) == HOSTILE
