"""The benchmark of live origins measures what its rows name; nothing is timed here."""

from __future__ import annotations

import pytest

from benchmarks import live, rows_live
from benchmarks.drive import Answer
from benchmarks.measure import QUICK
from benchmarks.rows import coordinates_of, prepared
from benchmarks.scenarios import policies

ROWS = {row.name: row for row in rows_live.rows()}


@pytest.fixture(scope="module", autouse=True)
def _shorter_lists():
    made = policies.origins
    with pytest.MonkeyPatch.context() as patch:
        for module in (policies, rows_live):
            patch.setattr(module, "origins", lambda number: made(min(number, 100)))
        policies.policy.cache_clear()
        rows_live.policy_of.cache_clear()
        yield
    policies.policy.cache_clear()
    rows_live.policy_of.cache_clear()


@pytest.mark.slow
@pytest.mark.parametrize("name", ROWS, ids=str)
def test_a_row_does_what_its_name_describes(name):
    """The status and the allowed origin are those of the request in the name, in an outage, too."""
    assert isinstance(prepared(ROWS[name]).once(), Answer)


def test_the_targets_name_rows_that_exist():
    """And so does what is shown beside them."""
    ratios = [*(ratio for target in rows_live.TARGETS for ratio in target.ratios)]
    ratios += [ratio for _, ratio in rows_live.NAIVE]

    assert {row for ratio in ratios for row in ratio.rows} <= set(ROWS)
    assert {coordinates_of(row)["policy"] for row in ROWS} == set(rows_live.POLICIES)


@pytest.mark.slow
def test_the_program_reports_a_target_that_is_missed(monkeypatch, capsys):
    """By its exit code, too."""
    monkeypatch.setattr(live, "rows", lambda: [row for name, row in ROWS.items() if "get-allowed" in name])
    monkeypatch.setattr(live, "QUICK", QUICK._replace(rounds=1, sample=0.00005))
    monkeypatch.setattr(live, "NAIVE", ())
    for bound, code in ((1e9, 0), (0, 1)):
        targets = [
            target._replace(
                bound=bound, ratios=[ratio for ratio in target.ratios if "get-allowed" in ratio.over.row]
            )
            for target in rows_live.TARGETS
        ]
        monkeypatch.setattr(live, "TARGETS", targets)
        assert live.main(["--quick"]) == code
        assert capsys.readouterr().out.count("DOES NOT HOLD") == 3 * code
