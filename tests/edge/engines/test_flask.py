"""A real Flask application under gunicorn, with each engine in front of it."""

from __future__ import annotations

import pytest
from flask import Flask

from edge.engines.launch import running
from edge.engines.shop import create_shop
from edge.engines.shop_server import gunicorn
from edge.engines.table import ENGINES
from edge.engines.test_vectors import shown, unknown
from flask_corsguard import CorsGuard, cors
from flask_corsguard.edge.replay import replay
from flask_corsguard.edge.source import source_of
from flask_corsguard.edge.vectors import vectors_of


@pytest.fixture(scope="module")
def port():
    """Run the application."""
    with gunicorn() as (port, _):
        yield port


@pytest.mark.parametrize("engine", {engine.form: engine for engine in ENGINES}.values(), ids=str)
def test_a_flask_application_is_answered_for_as_it_answers_itself(engine, port):
    """The headers of its own layer are replaced by the same ones, and none comes twice."""
    source = source_of(create_shop())
    with running(engine, source, behind=port) as started, started.wire() as wire:
        findings = list(replay(source, vectors_of(source, started.site), wire, reached="x-reached"))

    assert shown([each for each in findings if not each.a]) == ""
    assert shown(unknown(engine, findings)) == ""
    assert sum(each.c for each in findings) > len(findings) * 0.85


@pytest.mark.parametrize("engine", {engine.form: engine for engine in ENGINES}.values(), ids=str)
def test_an_engine_has_room_for_the_paths_of_many_views(engine):
    """Marked ones among others: no expression is longer than the engine can compile."""
    app = Flask("many")
    CorsGuard(app, origins=["https://app.example"])
    for number in range(1200):
        view = cors(origins="*")(lambda: "") if number % 2 else (lambda: "")
        app.add_url_rule(f"/a/longer/path/of/some/view/{number}", f"view{number}", view)

    with running(engine, source_of(app)) as started, started.wire() as wire:
        headers = [("Host", started.site.host), ("Origin", "https://stranger.example")]
        answers = [
            wire.ask("GET", f"/a/longer/path/of/some/view/{number}", headers).values(
                "access-control-allow-origin"
            )
            for number in (0, 1, 600, 601, 1198, 1199, 1201)
        ]

    assert answers == [[], ["*"], [], ["*"], [], ["*"], []]
