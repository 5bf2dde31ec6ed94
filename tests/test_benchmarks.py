"""The benchmarks measure what they name, and the documentation shows what they have measured.

Nothing is timed here. Rows of libraries that only `make bench` installs are asked before they are timed.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest
from flask import Flask

from benchmarks import apart, end_to_end, page, page_parts, plots, processes, results, rows_flask, rows_live
from benchmarks.__main__ import INTERRUPTED, main
from benchmarks.catalogue import exchanges, names
from benchmarks.drive import Reused
from benchmarks.instructions import row_of_usual_size
from benchmarks.measure import CLOSELY, QUICK, ordered
from benchmarks.processes import shares
from benchmarks.rows import Expected, Row, RowError, coordinates_of, prepared
from benchmarks.scenarios import policies
from benchmarks.scenarios.applications import bare
from benchmarks.scenarios.requests import REQUESTS, SHORT_PATH
from benchmarks.served import application
from benchmarks.targets import TARGETS

ROOT = Path(__file__).parent.parent
NAMES = list(names())
ROWS = exchanges()

#: The libraries that `make test` installs.
INSTALLED = {"bare", "floor", "flask-corsguard", "flask-cors"}
ASKED = [
    name
    for name in ROWS
    if (said := coordinates_of(name))["library"] in INSTALLED and said["layer"] not in {"django", "falcon"}
]


#: As many origins of the middle of a list are built into a policy here: coverage traces each of a million.
KEPT = 1000


def middle_of(make):
    """Return the middle of a list that is made whole, and is as long as it should be."""

    def middle(number):
        made = make(number)
        assert len(made) == number
        return made[max(0, number // 2 - KEPT // 2) : number // 2 + KEPT // 2]

    return middle


@pytest.fixture(scope="module")
def _shorter_lists():
    """Policies of the middle of each long list, where the allowed origin is."""
    with pytest.MonkeyPatch.context() as patch:
        for make in (policies.origins, policies.patterns, policies.deep_patterns):
            patch.setattr(policies, make.__name__, middle_of(make))
        policies.policy.cache_clear()
        rows_flask.ours.cache_clear()
        rows_live.policy_of.cache_clear()
        yield
    policies.policy.cache_clear()
    rows_flask.ours.cache_clear()
    rows_live.policy_of.cache_clear()


@pytest.mark.usefixtures("_shorter_lists")
@pytest.mark.parametrize("name", ASKED, ids=str)
def test_a_row_does_what_its_name_describes(name):
    """The status and the allowed origin are those of the policy and the request in the name."""
    assert prepared(ROWS[name])


@pytest.mark.usefixtures("_shorter_lists")
def test_in_an_outage_the_source_of_live_origins_is_away():
    """And the origins count still."""
    for policy, answers in ((rows_live.LIVE, True), (rows_live.OUTAGE, False)):
        (tenants,) = rows_live.policy_of(policy).origins
        assert tenants.refresh() is answers


def test_a_row_that_lies_is_not_measured():
    """A peer that is configured wrongly would be fast at nothing."""
    row = Row("request=get", lambda: Reused(bare, REQUESTS["get"]("")), Expected((200,), ("*",)))

    with pytest.raises(RowError, match=r"^request=get: allowed None instead of \('\*',\)$"):
        prepared(row)


@pytest.mark.parametrize("number", range(20))
def test_a_row_is_measured_beside_its_baseline(number):
    """What is compared has been measured within milliseconds; no row is left out, and none comes twice."""
    order = ordered(
        {"bare": None, "ours": "bare", "theirs": "bare", "inside": None, "marked": "inside"}, number
    )
    places = {name: order.index(name) for name in order}

    assert sorted(order) == ["bare", "inside", "marked", "ours", "theirs"]
    assert abs(places["marked"] - places["inside"]) == 1
    assert 1 in {abs(places[name] - places["bare"]) for name in ("ours", "theirs")}


def test_rounds_have_orders_of_their_own():
    """No row always comes first, and a baseline comes now before its row and now after it."""
    orders = {tuple(ordered({"bare": None, "ours": "bare", "other": None}, number)) for number in range(40)}

    assert len(orders) == 4


def test_a_row_whose_baseline_is_measured_elsewhere_stays_alone():
    """A round contains the rows that it was given."""
    assert ordered({"ours": "bare"}, 0) == ["ours"]


def test_flask_is_called_as_flask_with_the_layer_and_without():
    """A baseline that spared itself a call of Flask's would bill the library for it."""
    without = ROWS[rows_flask.inside_row("get")].prepare()
    within = ROWS[rows_flask.flask_row("flask-corsguard", "get")].prepare()

    assert type(without.app) is type(within.app) is Flask
    assert without.app.url_map is within.app.url_map
    assert "wsgi_app" not in vars(without.app)
    assert "wsgi_app" in vars(within.app)


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
    """A target whose row was renamed would otherwise be met for ever."""
    assert {row for ratio in target.ratios for row in ratio.rows} <= set(NAMES)


def test_a_refused_megabyte_is_compared_with_a_refused_request_under_the_same_log():
    """What the reason costs, and the record in the log, is on both sides."""
    targets = [target for target in TARGETS if target.name.startswith("A megabyte in a refused POST")]
    compared = {
        tuple((said["request"], said.get("log", "on")) for said in map(coordinates_of, ratio.rows))
        for target in targets
        for ratio in target.ratios
    }

    assert compared == {(("post-refused", log),) * 2 for log in ("on", "off")}


@pytest.mark.parametrize(
    ("row", "usual_size"),
    [
        ("hostile: post: Origin: labels", "any header: post"),
        ("unheard: post: Origin: labels", "unheard: any header: post"),
        ("hostile: get: Origin: labels", "any header: preflight"),
        ("unheard: any header: post", None),
        ("everyone: get", None),
    ],
)
def test_instructions_of_a_refused_megabyte_are_compared_with_those_of_a_refused_request(row, usual_size):
    """Logged with logged, and not logged with not logged; what passes the guard with a preflight."""
    assert row_of_usual_size(row) == usual_size


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
    """Each file names the figures that it shows."""
    for plot in plots.plots(results.read()):
        assert plots.mark(plot) in (plots.STATIC / plot.file).read_text("utf-8")


def test_the_committed_results_are_of_a_full_run_of_the_present_rows():
    """A row that was added, or renamed, has been measured."""
    found = results.read()

    assert found.machine["mode"] == "full"
    assert set(found.series) == set(NAMES)


@pytest.mark.parametrize("library", end_to_end.LIBRARIES)
def test_what_is_served_answers_as_its_name_describes(library):
    """The application behind gunicorn allows the one origin, or knows nothing of it."""
    response = application(library).test_client().get(SHORT_PATH, headers=end_to_end.HEADERS)

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
    assert not tracemalloc.is_tracing()


def test_rows_are_listed_by_every_term(capsys):
    """Several terms are all to be met."""
    assert main(["--list", "--only", "library=floor", "request=get-allowed"]) == 0

    assert capsys.readouterr().out.splitlines() == [
        "layer=wsgi library=floor policy=none request=get-allowed",
        "layer=wsgi library=floor policy=none request=get-allowed response=8-headers",
        "layer=asgi library=floor policy=none request=get-allowed",
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


def test_rows_of_flask_are_measured_in_processes_as_often_as_in_one(tmp_path):
    """Every round of every row is in the results, with what its added cost is counted from."""
    output = tmp_path / "results.json"
    given = "--quick", "--rounds", "1", "--only", "library=flask-corsguard", "request=get-allowed", "marks="

    with run(*given, "policy=one", "--output", str(output)) as process:
        _, said = process.communicate()

    assert process.returncode == 0
    found = results.read(output).series
    assert len(found) == 6
    assert {len(series.values) for series in found.values()} == {CLOSELY["flask"].times}
    assert "process 2 of 2, 6 rows" in said


def test_who_is_compared_in_a_server_is_driven_side_by_side():
    """Each as often before the other as after it, and both as often before the third as after it."""
    orders = [end_to_end.in_order(end_to_end.LIBRARIES, second) for second in range(4)]

    assert len(set(map(tuple, orders))) == 4
    assert all(order[1] != "flask-cors" and len(order) == 3 for order in orders)
    assert end_to_end.in_order(["bare"], 3) == ["bare"]


@pytest.mark.parametrize(("count", "processes"), [(1, 1), (7, 3), (2000, 10), (3, 10)])
def test_every_round_is_in_one_share(count, processes):
    """None is left out where they do not come out even."""
    parts = shares(count, processes)

    assert [number for part in parts for number in part] == list(range(count))
    assert len(parts) <= processes
    assert all(parts)


def test_a_row_that_lies_in_a_process_is_not_measured_either(monkeypatch):
    """It is reported as for any other."""
    lying = {"row": Row("row", lambda: Reused(bare, REQUESTS["get"]("")), Expected((200,), ("*",)))}
    monkeypatch.setattr(processes, "exchanges", lambda: lying)

    said = processes.measured_as_told({"rows": ["row"], "sample": QUICK.sample, "part": [0, 1]})

    assert said == "row: allowed None instead of ('*',)"


def test_ctrl_c_stores_and_reports_what_was_measured(tmp_path):
    """The run ends at once, with the file and the table of the rounds that there were."""
    output = tmp_path / "results.json"
    rounds = ("--quick", "--rounds", "1000000", "--only", "library=floor", "--output", str(output))

    with run(*rounds) as process:
        assert any(line.startswith("round 2 of ") for line in process.stderr)
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate()

    assert process.returncode == INTERRUPTED
    assert all(series.values for series in results.read(output).series.values())
    assert "layer=wsgi library=floor policy=none request=get" in said
    assert said.endswith("interrupted; what was measured until then is above\n")


def test_ctrl_c_stores_what_processes_have_measured(tmp_path):
    """The one that measures is ended, and the results of those before it are there."""
    output = tmp_path / "results.json"
    only = ("--only", "library=bare", "layer=flask", "request=get", "inside=views")

    with run("--quick", "--rounds", "40", *only, "--output", str(output)) as process:
        assert any(line.startswith("process 2 of 2") for line in process.stderr)
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate()

    assert process.returncode == INTERRUPTED
    kept = {len(series.values) for series in results.read(output).series.values()}
    assert kept == {20 * CLOSELY["flask"].times}
    assert said.endswith("interrupted; what was measured until then is above\n")
