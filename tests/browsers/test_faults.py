"""Faults that were really made in libraries, planted in this one: an engine notices each of them."""

from __future__ import annotations

from unittest.mock import patch

import pytest

from browsers.cases import CASES
from browsers.judged import Run, expectation, run, told
from browsers.modelled import ModelledRun
from flask_corsguard import wsgi
from flask_corsguard.core import guard

CASE = {case.id: case for case in CASES}


def _headers_changed_by(change):
    def decide(policy, request):
        decision = DECIDE(policy, request)
        return decision._replace(headers=tuple(change(decision.headers, request)))

    return patch.object(wsgi, "decide", decide)


def _without_vary(headers, request):
    return [each for each in headers if each[0] != "Vary" or request.origin is not None]


def _null_allowed(headers, request):
    more = [("Access-Control-Allow-Origin", "null")] if request.origin == "null" else []
    return [*more, *headers]


def _true_capitalized(headers, request):
    return [
        (name, "True" if name == "Access-Control-Allow-Credentials" else value) for name, value in headers
    ]


def _zero_dropped(headers, request):
    return [each for each in headers if each != ("Access-Control-Max-Age", "0")]


def _refused_although_allowed(policy, request):
    decision = DECIDE(policy, request)
    return decision._replace(status=403) if request.is_preflight else decision


def _merged_twice(theirs, ours, owned):
    merged, replaced = MERGE(theirs, ours, owned)
    return [*merged, *(each for each in merged if each[0] == "Access-Control-Allow-Origin")], replaced


DECIDE, MERGE = wsgi.decide, wsgi.merge

FAULTS = [
    (
        "Vary is dropped for requests without Origin",
        lambda: _headers_changed_by(_without_vary),
        "the library: an answer without Origin is not kept for who has one",
    ),
    (
        "a preflight of an allowed origin is answered 403",
        lambda: patch.object(wsgi, "decide", _refused_although_allowed),
        "the library: a method that is listed",
    ),
    (
        "Access-Control-Allow-Origin is doubled",
        lambda: patch.object(wsgi, "merge", _merged_twice),
        "the library: an origin that is listed",
    ),
    (
        "null is allowed",
        lambda: _headers_changed_by(_null_allowed),
        "the library: a sandboxed frame of a listed page is nobody",
    ),
    (
        "Access-Control-Allow-Credentials is True",
        lambda: _headers_changed_by(_true_capitalized),
        "the library: credentials",
    ),
    (
        "the guard passes Sec-Fetch-Site: same-site",
        lambda: patch.object(guard, "_NOBODY_ELSE", {"same-origin", "none", "same-site"}),
        "the guard: another's form",
    ),
    (
        "Access-Control-Max-Age: 0 is dropped",
        lambda: _headers_changed_by(_zero_dropped),
        "the library: max_age=0",
    ),
]


@pytest.mark.parametrize(
    ("plant", "case"), [fault[1:] for fault in FAULTS], ids=[fault[0] for fault in FAULTS]
)
def test_a_fault_in_the_library_is_noticed_by_an_engine_and_by_the_model(engine, arena, plant, case):
    """The row of the table that is there for it comes out differently."""
    case, names = CASE[case], arena.layouts["ports"]
    wanted = expectation(case, names, engine.name)

    with plant():
        done = run(engine, arena, names, case.app(names), case.steps, expected=1)
        modelled = ModelledRun(case.app(names), names, engine.name)
        outcomes = modelled.run(case.steps)

    assert told(case, names, done) != wanted
    assert told(case, names, Run(outcomes, modelled.seen)) == told(case, names, done)
