"""The corpus, sent to every engine: the exports are at least as close as a hand-made compiler was."""

from __future__ import annotations

import pytest

from edge.corpus import corpus_of
from edge.engines.launch import running
from edge.engines.report import THROW_AWAY, THROW_AWAY_REQUESTS, Share, percent
from edge.engines.table import ENGINES
from edge.engines.test_vectors import shown, unexplained, unknown
from edge.policies import source as source_named
from flask_corsguard.edge.replay import replay


def test_every_engine_with_the_guard_has_a_share_to_reach():
    """And nothing else has one."""
    assert set(THROW_AWAY) == {engine.name for engine in ENGINES}


@pytest.mark.parametrize("engine", ENGINES, ids=str)
def test_an_export_is_as_close_as_a_hand_made_one(engine, record):
    """Nothing passes that must not, and the share of equal answers is at least the earlier one."""
    source = source_named("paths")
    with running(engine, source) as started, started.wire() as wire:
        findings = list(replay(source, corpus_of(started.site), wire, reached="x-reached"))
    share = Share(engine.name, engine.version(), len(findings), sum(each.c for each in findings))

    record(share)
    assert shown([each for each in findings if not each.a]) == ""
    assert shown(unknown(engine, findings)) == ""
    assert shown(unexplained(engine, findings)) == ""
    assert percent(share.equal, share.requests) >= percent(THROW_AWAY[engine.name], THROW_AWAY_REQUESTS)
