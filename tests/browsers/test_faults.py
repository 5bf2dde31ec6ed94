"""Faults that were really made in libraries, planted in this one: an engine notices each of them."""

from __future__ import annotations

from unittest.mock import patch

import pytest

from browsers.cases import CASES
from browsers.judged import Run, expectation, run, told
from browsers.modelled import ModelledRun
from flask_corsguard import CorsMiddleware
from flask_corsguard.core import guard

CASE = {case.id: case for case in CASES}


def _answers_changed_by(change):
    def fault(layer, environ, start_response):
        def start(status, headers, *exc_info):
            return start_response(*change(status, headers, environ), *exc_info)

        return CALL(layer, environ, start)

    return patch.object(CorsMiddleware, "__call__", fault)


def _headers_changed_by(change):
    return _answers_changed_by(lambda status, headers, environ: (status, list(change(headers, environ))))


def _without_vary(headers, environ):
    return [each for each in headers if each[0] != "Vary" or "HTTP_ORIGIN" in environ]


def _null_allowed(headers, environ):
    more = [("Access-Control-Allow-Origin", "null")] if environ.get("HTTP_ORIGIN") == "null" else []
    return [*more, *headers]


def _true_capitalized(headers, environ):
    return [
        (name, "True" if name == "Access-Control-Allow-Credentials" else value) for name, value in headers
    ]


def _zero_dropped(headers, environ):
    return [each for each in headers if each != ("Access-Control-Max-Age", "0")]


def _origin_doubled(headers, environ):
    return [*headers, *(each for each in headers if each[0] == "Access-Control-Allow-Origin")]


def _refused_although_allowed(status, headers, environ):
    return ("403 Forbidden" if status.startswith("204") else status), headers


CALL = CorsMiddleware.__call__

FAULTS = [
    (
        "Vary is dropped for requests without Origin",
        lambda: _headers_changed_by(_without_vary),
        "the library: an answer without Origin is not cached for pages with one",
    ),
    (
        "a preflight of an allowed origin is answered 403",
        lambda: _answers_changed_by(_refused_although_allowed),
        "the library: a method that is listed",
    ),
    (
        "Access-Control-Allow-Origin is doubled",
        lambda: _headers_changed_by(_origin_doubled),
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
        lambda: patch.object(guard, "OWN_SITES", {"same-origin", "none", "same-site"}),
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
