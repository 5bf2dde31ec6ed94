"""Vectors, sent to an engine that answers rightly, or wrongly in one way."""

from __future__ import annotations

import pytest

from edge.interpreted import answers_of, served
from edge.policies import OTHERS, A
from flask_corsguard import UNMANAGED, Policy
from flask_corsguard.edge.interpreter import Interpreter
from flask_corsguard.edge.outcome import outcome
from flask_corsguard.edge.replay import described, judged, replay
from flask_corsguard.edge.rules import rules_of
from flask_corsguard.edge.source import source_of
from flask_corsguard.edge.vectors import Site, Vector, vectors_of
from flask_corsguard.edge.wire import Answer, Wire

pytestmark = pytest.mark.slow
SOURCE = source_of({"/api": OTHERS})
ENGINE = answers_of(Interpreter(rules_of(SOURCE)))


def replayed(answer, *, reached=None):
    """Replay the vectors of SOURCE."""
    with served(answer) as port, Wire("127.0.0.1", port) as wire:
        vectors = vectors_of(SOURCE, Site("http", f"127.0.0.1:{port}"))
        return list(replay(SOURCE, vectors, wire, reached=reached))


@pytest.mark.parametrize("reached", [None, "x-reached"])
def test_an_engine_that_answers_rightly_is_equal(reached):
    """At every level, for every vector that has a path."""
    findings = replayed(ENGINE, reached=reached)

    assert len(findings) > 500
    assert [str(each) for each in findings if not each.c and "%" not in each.vector.target + "#"] == []
    assert all(each.a for each in findings)


def test_a_refusal_of_the_application_in_debug_mode_is_not_the_engines():
    """The application marks its answers, too: the engine has passed the forged request on."""
    mark = b": origin-not-allowed; policy=path /api"
    findings = replayed(lambda head: ENGINE(head).replace(b": edge", mark))
    assert not all(each.a for each in findings if each.vector.group == "guard")
    assert all(each.seen.passes for each in findings if each.status is not None)


@pytest.mark.parametrize(
    ("change", "level"),
    [
        (lambda answer: answer.replace(b"https://other.example", b"*"), "a"),
        (lambda answer: answer.replace(b"403 Done", b"204 Done\r\nAccess-Control-Allow-Origin: *"), "a"),
        (lambda answer: answer.replace(b"204 Done", b"500 Done"), "b"),
        (lambda answer: answer.replace(b"Access-Control-Allow-Headers: Content-Type", b"X: y"), "b"),
        (lambda answer: answer.replace(b"access-control-allow-origin", b"X"), "b"),
        (lambda answer: answer.replace(b"access-control-max-age", b"X"), "c"),
        (lambda answer: answer.replace(b"Vary", b"X"), "c"),
    ],
)
def test_an_engine_that_answers_wrongly_is_found(change, level):
    """At the level that the mistake is about."""

    def answer(head):
        return change(ENGINE(head).replace(b"access-control-allow-headers", b"Access-Control-Allow-Headers"))

    assert not all(getattr(each, level) for each in replayed(answer))


def test_an_engine_that_closes_the_connection_has_refused():
    """Nothing has passed, and a browser sees an error."""
    finding = next(
        each for each in replayed(lambda head: b"" if "evil" in head else ENGINE(head)) if each.seen is None
    )

    assert (finding.a, finding.b, finding.c) == (True, not finding.vector.is_sendable, False)
    assert "the connection was closed" in str(finding)


def test_the_own_answer_of_an_engine_may_be_that_to_no_origin():
    """What its parser refuses has no headers that were read."""
    source = source_of([Policy(origins=[A], credentials=True), Policy(origins="*")])
    vector = Vector("origins", "GET", "/", (("Host", "h"), ("Origin", A)), "http")
    answer = Answer(400, (("Access-Control-Allow-Origin", "*"), ("Vary", "Origin")))

    finding = judged(source, vector, answer, reached="x-reached")

    assert finding.a
    assert finding.is_unread
    assert "answered 400; access-control-allow-origin: *; vary: origin" in str(finding)


def test_of_what_is_unmanaged_nothing_is_compared():
    """Only the application decides about its own CORS headers."""
    vector = Vector("origins", "GET", "/", (("Host", "h"), ("Origin", A)), "http")
    answer = Answer(200, (("Access-Control-Allow-Origin", "*"), ("Vary", "Origin")))

    assert judged(source_of(UNMANAGED), vector, answer).a


def test_what_the_application_adds_to_vary_is_its_own():
    """More names than the policy's do not count as a difference; a missing one does."""
    vector = Vector("origins", "GET", "/api", (("Host", "h"),), "http")

    equal = [
        judged(SOURCE, vector, Answer(200, (("Vary", value),))).c
        for value in ("Origin", "Accept, origin", "*", "Accept")
    ]

    assert equal == [True, True, False, False]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("https://evil.example\x00", r"https://evil.example\x00"),
        (" https://evil.example  ", r"\x20https://evil.example\x20\x20"),
        (" ", r"\x20"),
        ("a\tb c\x7f\xa0", r"a\tb c\x7f\xa0"),
        ("\x1b[2J", r"\x1b[2J"),
        ("a\\x00", r"a\\x00"),
        ("https://\xe9.example", "https://\xe9.example"),
        ("", ""),
    ],
)
def test_a_report_shows_what_cannot_be_seen(value, shown):
    """In what is sent and in what is answered, so that no invalid request looks like a valid one."""
    vector = Vector("origins", "GET", value, (("Origin", value),), "http")

    assert str(vector) == f"GET {shown} (Origin: {shown})"
    assert described(outcome(True, None, [("X", value)])).startswith(f"passed on; x: {shown};")
