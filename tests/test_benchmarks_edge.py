"""The figures of engines in front are those of the results that are committed."""

from __future__ import annotations

import json

from benchmarks import edge_page, plots
from benchmarks.edge import COMMITTED

FOUND = json.loads(COMMITTED.read_text("utf-8"))


def test_the_tables_of_the_documentation_show_the_results():
    """Byte for byte: `make bench-edge` writes the three together."""
    assert edge_page.PAGE.read_text("utf-8") == edge_page.text(edge_page.cost(FOUND))
    assert edge_page.FRONT.read_text("utf-8") == edge_page.text(edge_page.front(FOUND))


def test_the_plot_of_the_documentation_shows_the_results():
    """The file contains a digest of what it shows."""
    plot = plots.Plot(edge_page.PLOT, edge_page.curves(FOUND))

    assert plots.mark(plot) in (plots.STATIC / plot.file).read_text("utf-8")


def test_the_results_are_those_of_a_full_run():
    """With 100,000 origins in every engine that has room for them, and patterns in nginx."""
    rows = {(row["engine"], row["origins"], row["kind"]): row for row in FOUND["origins"]}

    assert FOUND["machine"]["mode"] == "full"
    assert ("nginx", 100_000, "patterns") in rows
    for engine in ("nginx", "HAProxy", "Caddy", "Envoy", "Apache", "Apache with dbm"):
        assert rows[engine, 100_000, "exact"]["preflight"] > 0
    assert rows["Varnish", 100_000, "exact"]["refused"] == "edge.too-many"


def test_an_answer_of_nginx_saves_what_gunicorn_costs():
    """Every preflight and refusal costs a small part, and what the application answers costs the same."""
    front = {row["case"]: row for row in FOUND["front"]}

    for case in ("an allowed preflight", "a refused preflight", "a forged PUT"):
        assert front[case]["rate"][0] > 5
        assert front[case]["cpu"][0] > 10
    assert 0.5 < front["an allowed GET"]["cpu"][0] < 2
