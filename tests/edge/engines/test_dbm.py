"""Apache with dbm files, made and used as the comments of the export have it."""

from __future__ import annotations

from edge.corpus import corpus_of
from edge.engines.apache_engine import WITH_DBM
from edge.engines.launch import running
from edge.engines.test_vectors import shown, unexplained, unknown
from edge.policies import source as source_named
from flask_corsguard import Policy
from flask_corsguard.edge.replay import replay
from flask_corsguard.edge.source import source_of

MANY = [f"https://tenant-{number}.customers.example" for number in range(20_000)]


def test_apache_answers_in_the_same_way_with_dbm_files():
    """To the whole corpus; and it reads no list of text: here there are none any more."""
    source = source_named("paths")
    with running(WITH_DBM, source) as started, started.wire() as wire:
        for text in (started.home.path / "corsguard").glob("*.txt"):
            text.unlink()
        findings = list(replay(source, corpus_of(started.site), wire, reached="x-reached"))

    assert shown([each for each in findings if not each.a]) == ""
    assert shown(unknown(WITH_DBM, findings)) == ""
    assert shown(unexplained(WITH_DBM, findings)) == ""


def test_every_one_of_many_origins_is_in_a_dbm_file():
    """And no origin that only looks like one of them."""
    asked = [*MANY[::100], *(f"{origin}x" for origin in MANY[::100])]
    with running(WITH_DBM, source_of(Policy(origins=MANY))) as started, started.wire() as wire:
        answers = [wire.ask("GET", "/", [("Host", started.site.host), ("Origin", each)]) for each in asked]

    allowed = [each.values("access-control-allow-origin") for each in answers]
    assert allowed == [[each] if each in set(MANY) else [] for each in asked]
