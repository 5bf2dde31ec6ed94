"""What is made of measured values: ratios, verdicts, tables, and a file that names no machine."""

from __future__ import annotations

import getpass
import re
import socket

import pyperf
import pytest

from benchmarks import figures, machine, page, results, table
from benchmarks.catalogue import exchanges, names
from benchmarks.figures import Figure, Quantity, Ratio
from benchmarks.progress import Progress
from benchmarks.results import Results, Series
from benchmarks.targets import SUFFIXES, Target, judged

NAMES = list(names())
ROWS = exchanges()


def made_up(value=1.0):
    """Return results of a run in which every row took *value*, three times."""
    series = {name: Series([value] * 3, facts={SUFFIXES: 0}) for name in NAMES}
    return Results(machine.facts("full"), series)


@pytest.mark.parametrize("where", ["committed", "made up"])
def test_results_name_no_machine(where):
    """No path, no host and no user: what pyperf would collect by itself is left out."""
    text = results.COMMITTED.read_text("utf-8") if where == "committed" else results.as_json(made_up())

    # Of what else there is a version depends on what is installed.
    keys = {key for key in re.findall(r'"(\w+)": ', text) if not key.startswith("version_")}
    assert keys - {SUFFIXES} == {
        *("benchmarks", "metadata", "runs", "values", "version", "name", "unit", "loops", "duration"),
        *(key for key in machine.facts("full") if re.fullmatch(r"(?!version_)\w+", key)),
    }
    assert socket.gethostname() not in text.replace("policy=", "")
    assert not re.search(r'["\s=](/|~|[A-Z]:\\)', text)
    assert f'"{getpass.getuser()}"' not in text


def test_pyperf_reads_the_results():
    """They are a suite of pyperf: `stats`, `hist` and `compare_to` work on them."""
    suite = pyperf.BenchmarkSuite.loads(results.as_json(made_up(0.5)))

    assert sorted(suite.get_benchmark_names()) == sorted(NAMES)
    assert {benchmark.median() for benchmark in suite} == {0.5}


def test_results_are_read_as_they_were_written(tmp_path):
    """A page that is drawn anew, from the file, is the same page."""
    before = made_up(0.000012345)

    results.write(before, tmp_path / "results.json")
    after = results.read(tmp_path / "results.json")

    assert (after.machine, after.series) == (before.machine, before.series)
    assert page.render(after) == page.render(before)


def test_a_ratio_is_one_of_medians_and_lies_in_its_interval():
    """One slow round moves neither."""
    series = {
        "row": Series([3, 3, 3, 3, 90]),
        "bare": Series([1, 1, 1, 1, 1]),
        "floor": Series([2, 2, 2, 2, 2]),
    }
    ratio = Ratio(Quantity("row", "bare"), Quantity("floor", "bare"))

    found = figures.figure(ratio, Results({}, series))

    assert found.value == 2
    assert found.low <= found.value <= found.high


def test_a_ratio_of_two_rows_of_the_same_rounds_is_that_of_their_rounds():
    """What slows a machine for half of a run slows both of them by the same factor."""
    series = {"row": Series([2, 20, 2]), "one": Series([1, 10, 10]), "fewer": Series([1, 4])}

    def value(under):
        return figures.figure(Ratio(Quantity("row"), Quantity(under)), Results({}, series)).value

    assert value("one") == 2
    assert value("fewer") == 2 / 2.5


def test_a_floor_within_the_noise_gives_no_ratio():
    """What is added to nothing is not a multiple of it."""
    series = {"row": Series([3]), "bare": Series([2]), "floor": Series([1])}

    assert figures.figure(
        Ratio(Quantity("row"), Quantity("floor", "bare")), Results({}, series)
    ).value == float("inf")


@pytest.mark.parametrize(
    ("target", "at", "beyond"),
    [
        (Target("most", 3, (Ratio(Quantity("row")),)), 3, 3.001),
        (Target("scaled", 12, (Ratio(Quantity("row")),), "µs", 1e6), 12e-6, 12.1e-6),
        (Target("least", 0.97, (Ratio(Quantity("row")),), at_least=True), 0.97, 0.969),
        (Target("worst", 3, (Ratio(Quantity("row")), Ratio(Quantity("small")))), 3, 3.001),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_a_target_is_met_at_its_bound_and_not_beyond(monkeypatch, target, at, beyond):
    """The bound itself is within."""
    monkeypatch.setattr("benchmarks.targets.TARGETS", (target,))

    for value, holds in ((at, True), (beyond, False)):
        (verdict,) = judged(Results({}, {"row": Series([value]), "small": Series([0.1])}))
        assert verdict.holds is holds
        assert verdict.row == "row"


def test_an_import_that_loads_public_suffixes_fails_its_target():
    """The list is large, and few policies need it."""
    found = made_up()
    assert judged(found)[-1].holds

    found.series["measure=import modules=flask+flask_corsguard"].facts[SUFFIXES] = 1

    assert not judged(found)[-1].holds


def test_a_target_that_was_not_measured_is_not_judged():
    """There is no verdict on rows that `--only` has left out."""
    assert judged(Results({}, {})) == []


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (1.5, "second", "1.5 s"),
        (0.0000123456, "second", "12.3 µs"),
        (-0.00000032, "second", "-320 ns"),
        (0, "second", "0 ns"),
        (118_900_000, "byte", "119 MB"),
        (2378.4, "integer", "2,378/s"),
    ],
)
def test_an_amount_is_written_in_the_unit_that_makes_it_short(value, unit, said):
    """Three digits are more than the noise leaves."""
    assert table.amount(value, unit) == said


def test_a_part_is_written_as_a_part():
    """`1/12` is the bound, and `1/13.3` what was measured."""
    target = Target("part", 1 / 12, ())

    assert table.bound(target) == "≤ 1/12"
    assert table.measured(Figure(0.075, 0.07, 0.08), target) == "1/13.3"
    assert table.interval(Figure(0.075, 0.07, 1.25), target) == "1/14.3 to 1.25"


def test_the_tables_show_the_targets_that_are_missed():
    """Rows with their added cost, and targets with their verdict."""
    found = made_up()

    rows, verdicts = list(table.of_rows(found, ROWS)), list(table.of_targets(judged(found)))

    assert len(rows) == len(NAMES) + 1
    assert any("MISSED" in line for line in verdicts)
    assert any(" met " in line for line in verdicts)


def test_progress_is_plain_text_where_there_is_no_terminal(capsys):
    """No control character gets into the log of a build."""
    with Progress(10) as progress:
        progress.says("a row")
        progress.advance(5)
        progress.says("round 1", tell=True)

    assert re.fullmatch(r"round 1, about \d+ s left\n", capsys.readouterr().err)
