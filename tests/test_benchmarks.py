"""The benchmarks measure what they say, and the documentation shows what they have measured.

Nothing is timed here. Rows of libraries that only `make bench` installs are asked before they are timed.
"""

from __future__ import annotations

import getpass
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pyperf
import pytest

from benchmarks import apart, end_to_end, figures, machine, page, page_parts, plots, policies, results, table
from benchmarks.__main__ import INTERRUPTED, main
from benchmarks.catalogue import exchanges, names
from benchmarks.drive import Reused
from benchmarks.exchanges import REQUESTS
from benchmarks.figures import Figure, Quantity, Ratio
from benchmarks.progress import Progress
from benchmarks.results import Results, Series
from benchmarks.rows import Expected, Row, RowError, coordinates_of, prepared
from benchmarks.rows_wsgi import bare
from benchmarks.served import application
from benchmarks.targets import SUFFIXES, TARGETS, Target, judged

ROOT = Path(__file__).parent.parent
NAMES = list(names())
ROWS = exchanges()

#: The libraries that `make test` installs.
INSTALLED = {"bare", "floor", "flask-corsguard", "flask-cors"}
ASKED = [
    name
    for name in ROWS
    if (said := coordinates_of(name))["library"] in INSTALLED and said["layer"] in {"wsgi", "flask"}
]


@pytest.fixture(scope="module", autouse=True)
def _a_million_origins_are_let_go():
    yield

    policies.policy.cache_clear()


def made_up(value=1.0):
    """Give results of a run in which every row took *value*, three times."""
    series = {name: Series([value] * 3, facts={SUFFIXES: 0}) for name in NAMES}
    return Results(machine.facts("full"), series)


@pytest.mark.parametrize("name", ASKED, ids=str)
def test_a_row_does_what_its_name_says(name):
    """The status and the allowed origin are those of the policy and the request in the name."""
    assert prepared(ROWS[name])


def test_a_row_that_lies_is_not_measured():
    """A peer that is configured wrongly would be fast at nothing."""
    row = Row("request=get", lambda: Reused(bare, REQUESTS["get"]("")), Expected((200,), ("*",)))

    with pytest.raises(RowError, match=r"^request=get: allowed None instead of \('\*',\)$"):
        prepared(row)


def test_no_two_rows_have_one_name():
    """A row is found by its name."""
    assert len(set(NAMES)) == len(NAMES)


@pytest.mark.parametrize("name", ROWS, ids=str)
def test_an_exchange_names_policy_and_request_and_has_its_baseline(name):
    """Its added cost is counted from the same request, to the same layer, without a library."""
    said, baseline = coordinates_of(name), ROWS[name].baseline

    assert {"layer", "library", "policy", "request"} <= set(said)
    if baseline is not None:
        of_base = coordinates_of(ROWS[baseline].name)
        assert (of_base["layer"], of_base["library"]) == (said["layer"], "bare")
        assert said["request"] in {of_base["request"], "get-random"}


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_a_target_names_rows_that_exist(target):
    """A target whose row was renamed would otherwise hold for ever."""
    assert {row for ratio in target.ratios for row in ratio.rows} <= set(NAMES)


def test_the_page_shows_rows_that_exist():
    """A bar or a curve whose row was renamed would otherwise vanish."""
    bars = [quantity for _, quantities in page_parts.ADDED for quantity in quantities]
    points = [point for curve in (*page_parts.GROWTH, *page_parts.HOSTILE) for _, point in curve.points]

    assert {row for quantity in bars + points for row in quantity.rows} <= set(NAMES)
    assert page_parts.PEERS


def test_the_page_is_what_the_committed_results_give():
    """No figure is written by hand, and none is older than the results."""
    assert page.render(results.read()) == page.PAGE.read_text("utf-8")


def test_the_plots_are_of_the_committed_results():
    """Each file says which figures it shows."""
    for plot in plots.plots(results.read()):
        assert plots.mark(plot) in (plots.STATIC / plot.file).read_text("utf-8")


def test_the_committed_results_are_of_a_full_run_of_the_present_rows():
    """A row that was added, or renamed, has been measured."""
    found = results.read()

    assert found.machine["mode"] == "full"
    assert set(found.series) == set(NAMES)


@pytest.mark.parametrize("where", ["committed", "made up"])
def test_results_name_no_machine(where):
    """No path, no host and no user: what pyperf would collect by itself is left out."""
    text = results.COMMITTED.read_text("utf-8") if where == "committed" else results.as_json(made_up())

    assert re.findall(r'"[^"]*"(?=: )', text)
    assert set(re.findall(r'"(\w+)": ', text)) - {SUFFIXES} == {
        *("benchmarks", "metadata", "runs", "values", "version", "name", "unit", "loops", "duration"),
        *(key for key in machine.facts("full") if re.fullmatch(r"\w+", key)),
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


def test_a_floor_within_the_noise_gives_no_ratio():
    """What is added to nothing is no multiple of it."""
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
def test_a_target_holds_to_its_bound_and_not_beyond(monkeypatch, target, at, beyond):
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
    """Nothing is said of rows that `--only` has left out."""
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
def test_an_amount_is_said_in_the_unit_that_keeps_it_short(value, unit, said):
    """Three digits are more than the noise leaves."""
    assert table.amount(value, unit) == said


def test_a_part_is_said_as_a_part():
    """`1/12` is the bound that is told, and `1/13.3` what was measured."""
    target = Target("part", 1 / 12, ())

    assert table.bound(target) == "≤ 1/12"
    assert table.measured(Figure(0.075, 0.07, 0.08), target) == "1/13.3"
    assert table.interval(Figure(0.075, 0.07, 1.25), target) == "1/14.3 to 1.25"


def test_the_tables_say_what_does_not_hold():
    """Rows with their added cost, and targets with their verdict."""
    found = made_up()

    rows, verdicts = list(table.of_rows(found, ROWS)), list(table.of_targets(judged(found)))

    assert len(rows) == len(NAMES) + 1
    assert any("DOES NOT HOLD" in line for line in verdicts)
    assert any(" holds " in line for line in verdicts)


@pytest.mark.parametrize("library", end_to_end.LIBRARIES)
def test_what_is_served_answers_as_its_name_says(library):
    """The application behind gunicorn allows the one origin, or knows nothing of it."""
    response = application(library).test_client().get("/", headers=end_to_end.HEADERS)

    assert response.status_code == 200
    assert response.headers.get("Access-Control-Allow-Origin") == end_to_end.allowed_by(library)


@pytest.mark.parametrize("policy", ["exact-100", "patterns-100"])
def test_building_and_memory_are_measured_of_any_number(policy):
    """What a process of its own does for a million."""
    assert apart.build(policy, "yes")["value"] > 0
    assert (
        apart.memory(policy, "policy", "counted")["value"]
        > apart.memory(policy, "policy", "not-counted")["value"]
    )


def test_progress_is_plain_text_where_there_is_no_terminal(capsys):
    """No control character gets into the log of a build."""
    with Progress(10) as progress:
        progress.says("a row")
        progress.advance(5)
        progress.says("round 1", tell=True)

    assert re.fullmatch(r"round 1, about \d+ s left\n", capsys.readouterr().err)


def test_rows_are_listed_by_every_term(capsys):
    """Several terms are all to be met."""
    assert main(["--list", "--only", "library=floor", "request=get-allowed"]) == 0

    assert capsys.readouterr().out.splitlines() == [
        "layer=wsgi library=floor policy=none request=get-allowed",
        "layer=wsgi library=floor policy=none request=get-allowed response=8-headers",
    ]


def test_terms_that_select_nothing_are_an_error(capsys):
    """A misspelt term does not look like a run without figures."""
    assert main(["--only", "policy=onne"]) == 2

    assert "--list" in capsys.readouterr().err


def run(*given):
    """Start ``python -m benchmarks``."""
    command = [sys.executable, "-m", "benchmarks", *given]
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, cwd=ROOT, env=dict(os.environ), **pipes)


def test_a_part_of_the_rows_is_measured_with_its_baselines_and_leaves_the_documentation_alone(tmp_path):
    """`--only` selects; what the added cost is counted from comes along."""
    output, before = tmp_path / "results.json", page.PAGE.stat()

    with run("--quick", "--only", "library=floor", "request=preflight", "--output", str(output)) as process:
        said, _ = process.communicate()

    assert process.returncode == 0
    assert {coordinates_of(name)["library"] for name in results.read(output).series} == {"bare", "floor"}
    assert str(tmp_path) not in output.read_text("utf-8")
    assert "library=floor" in said
    assert page.PAGE.stat() == before


def test_ctrl_c_keeps_and_reports_what_was_measured(tmp_path):
    """The run ends at once, with the file and the table of the rounds that there were."""
    output = tmp_path / "results.json"
    rounds = ("--quick", "--rounds", "1000000", "--only", "library=floor", "--output", str(output))

    with run(*rounds) as process:
        assert any(line.startswith("round 2 of 1000000") for line in process.stderr)
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate()

    assert process.returncode == INTERRUPTED
    assert all(series.values for series in results.read(output).series.values())
    assert "layer=wsgi library=floor policy=none request=get" in said
    assert said.endswith("interrupted; what was measured until then is above\n")
