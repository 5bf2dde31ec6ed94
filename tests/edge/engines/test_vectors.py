"""Every vector, sent to every engine, plain and with TLS."""

from __future__ import annotations

import pytest

from edge.engines.launch import running
from edge.engines.report import Row
from edge.engines.table import CORS_ALONE, ENGINES
from edge.policies import EVERYONE, NAMES, PATHS, A
from edge.policies import source as source_named
from flask_corsguard import SAME_ORIGIN, Policy
from flask_corsguard.edge.differences import difference_of, explanation_of
from flask_corsguard.edge.replay import replay
from flask_corsguard.edge.source import source_of
from flask_corsguard.edge.vectors import vectors_of


def shown(findings) -> str:
    """Write some of *findings*."""
    return "\n".join(str(each) for each in findings[:8])


def unknown(engine, findings):
    """Return those that are stricter than the application, and not known to be."""
    return [each for each in findings if not each.b and difference_of(engine.form, each.vector) is None]


def row_of(engine, tls: bool, findings) -> Row:
    """Return a row of the table."""
    return Row(
        engine.name,
        engine.version(),
        tls,
        len(findings),
        sum(each.c for each in findings),
        sum(each.is_unread for each in findings),
        sum(each.vector.is_sendable for each in findings),
        sum(not each.b for each in findings),
        sum(not each.a for each in findings),
    )


def unexplained(engine, findings):
    """Return those that are not equal for no reason that is known; what was not parsed is not among them."""
    return [
        each
        for each in findings
        if not each.c and not each.is_unread and explanation_of(engine.form, each.vector, each.status) is None
    ]


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
@pytest.mark.parametrize("engine", ENGINES, ids=str)
def test_an_engine_answers_as_the_application_does(engine, tls, record):
    """Nothing passes that must not; browsers come to the same verdicts, but for what is known."""
    source = source_named("paths")
    with running(engine, source, tls=tls) as started, started.wire() as wire:
        vectors = list(vectors_of(source, started.site))
        findings = list(replay(source, vectors, wire, reached="x-reached"))

    record(row_of(engine, tls, findings))
    assert shown([each for each in findings if not each.a]) == ""
    assert shown(unknown(engine, findings)) == ""
    assert shown(unexplained(engine, findings)) == ""


@pytest.mark.parametrize("engine", ENGINES, ids=str)
@pytest.mark.parametrize("name", sorted(set(NAMES) - {"paths"}))
def test_an_engine_answers_for_every_shape_of_policy(engine, name):
    """One policy for all paths, an open one, a closed one, audiences, and paths that nothing covers."""
    source = source_named(name)
    with running(engine, source) as started, started.wire() as wire:
        findings = list(replay(source, vectors_of(source, started.site), wire, reached="x-reached"))

    assert shown([each for each in findings if not each.a]) == ""
    assert shown(unknown(engine, findings)) == ""


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
@pytest.mark.parametrize("engine", ENGINES, ids=str)
def test_an_engine_guards_sockets_that_the_application_opens(engine, tls):
    """The application opens every one that reaches it."""
    source = source_named("paths")
    with running(engine, source, sockets=True, tls=tls) as started, started.wire() as wire:
        vectors = [each for each in vectors_of(source, started.site) if "Upgrade" in dict(each.headers)]
        findings = list(replay(source, vectors, wire, reached="x-reached"))

    by_browsers = [each for each in findings if each.vector.is_sendable]
    assert {(each.seen.passes, each.status) for each in by_browsers} == {(True, 101), (False, 403)}
    assert shown([each for each in findings if not each.a]) == ""
    assert shown(unknown(engine, findings)) == ""
    assert shown(unexplained(engine, findings)) == ""


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
@pytest.mark.parametrize("engine", CORS_ALONE, ids=str)
def test_an_engine_with_cors_alone_grants_no_more(engine, tls, record):
    """Of what a browser can send; other clients ignore the headers."""
    # It has one policy for all origins.
    source = source_of({path: policy for path, policy in PATHS.items() if not isinstance(policy, list)})
    with running(engine, source, tls=tls) as started, started.wire() as wire:
        vectors = [
            each for each in vectors_of(source, started.site) if each.is_sendable and each.group != "guard"
        ]
        findings = list(replay(source, vectors, wire, reached="x-reached", guards=False))

    record(row_of(engine, tls, findings))
    assert shown([each for each in findings if not each.a]) == ""
    assert sum(each.b for each in findings) > len(findings) * 0.95


@pytest.mark.parametrize("engine", ENGINES, ids=str)
def test_a_path_with_a_number_sign_has_the_policy_of_both_its_readings(engine):
    """Some servers end it there, and others do not; where the policies differ, neither one is applied."""
    source = source_of({"/open/own": SAME_ORIGIN, "/open": EVERYONE, "/": Policy(origins=[A])})
    granted = {
        **dict.fromkeys(["/open#x", "/%6fpen#", "/open/own#/x", "/x/..#y", "/open/%2e#"]),
        "/x#y": A,
        "/#": A,
        "/open/x#y": "*",
        "/open/#/own": "*",
    }
    with running(engine, source) as started, started.wire() as wire:
        answers = {
            target: wire.ask("GET", target, [("Host", started.site.host), ("Origin", A)])
            for target in granted
        }

    for target, wanted in granted.items():
        seen = answers[target].values("access-control-allow-origin")
        # Some engines do not parse such a path.
        assert seen == [wanted] if wanted and answers[target].status != 400 else not seen, target
