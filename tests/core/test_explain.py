"""Decisions in plain words."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from cases import EVIL, LISTED, ROWS, A, Row
from flask_corsguard import Decision, Kind, Policy, Reason, Request, decide, judge
from rows import for_each


@for_each("row", ROWS)
def test_every_decision_explains_itself_in_a_sentence(row: Row):
    """An explanation is one line of ASCII that ends in a period."""
    explanation = decide(row.policy, Request.from_headers(row.method, row.headers)).explain()

    assert explanation.endswith(".")
    assert explanation[0].isupper() or explanation.startswith(("'", "http"))
    assert explanation.isascii()
    assert "\n" not in explanation


def test_a_decision_made_by_hand_explains_what_it_knows():
    """Without a request and a policy, the explanation is the reason."""
    decision = Decision(kind=Kind.ACTUAL, reason=Reason.ORIGIN_NULL, headers=())

    for known in ({}, {"request": Request(method="GET")}, {"policy": LISTED}):
        assert replace(decision, **known).explain() == "The decision was: origin-null."


def test_an_explanation_leaves_an_exception_to_the_log():
    """The exception of a callable is in the decision, for the log, and not in the explanation."""

    def check(origin):
        raise LookupError("database")

    decision = decide(Policy(origins=[check]), Request(method="GET", origin=EVIL))

    assert isinstance(decision.error, LookupError)
    assert decision.explain() == (
        f"The callable that checks {EVIL} raised an exception, so the origin is not allowed; "
        "the exception is in the log. Correct the callable."
    )


@pytest.mark.parametrize(
    ("policy", "request_", "words"),
    [
        (
            LISTED,
            Request(method="OPTIONS", origin=A, requested_method="put"),
            ["ask for PUT", "allows GET, HEAD, POST"],
        ),
        (
            LISTED,
            Request(method="GET", origin=EVIL),
            [
                "https://evil.example is not one of",
                "https://app.example",
                'add "https://evil.example" to origins',
            ],
        ),
        (
            LISTED,
            Request(method="GET", origin="http://app.example"),
            ["is not https://app.example", "scheme, host and port"],
        ),
        (
            LISTED,
            Request(method="GET", origin="https://app.example:8443"),
            ["is not https://app.example", "port"],
        ),
        (LISTED, Request(method="GET", origin="http://[::1]:3"), ["http://[::1]:3 is not one of"]),
        (LISTED, Request(method="GET", origin="a,b"), ["more than one origin"]),
        (LISTED, Request(method="GET", origin="null"), ["sends null", "Serve the page over http(s)"]),
        (LISTED, Request(method="GET", origin="file://"), ["sends file://", "Serve the page over http(s)"]),
        (
            LISTED,
            Request(method="OPTIONS", origin=A, requested_method="DELETE"),
            ["'DELETE'", "allows GET, HEAD, POST", 'methods=["GET", "HEAD", "POST", "DELETE"]'],
        ),
        (
            LISTED.replace(methods=["PATCH"]),
            Request(method="OPTIONS", origin=A, requested_method="patch"),
            ["case-sensitive", "ask for PATCH"],
        ),
        (
            LISTED,
            Request(method="OPTIONS", origin=A, requested_method="GET", requested_headers="x-a"),
            ["the header 'x-a'", 'add "x-a" to allow_headers'],
        ),
        (
            LISTED.replace(allow_headers=[]),
            Request(method="OPTIONS", origin=A, requested_method="GET", requested_headers="x-a"),
            ["allows none"],
        ),
        (
            LISTED.replace(allow_headers="*"),
            Request(method="OPTIONS", origin=A, requested_method="GET", requested_headers="authorization"),
            ['"*" never covers', '["*", "Authorization"]'],
        ),
        (
            LISTED,
            Request(
                method="OPTIONS",
                origin=A,
                requested_method="GET",
                requested_headers=None,
                private_network="true",
            ),
            ["private_network=True"],
        ),
        (
            Policy(origins=[lambda origin: True], credentials=True),
            Request(method="GET", origin="http://app.example"),
            ["pose as that page", 'dangerously_allow=["insecure-origins"]'],
        ),
        (
            LISTED.replace(origins=[f"https://{n}.example" for n in range(7)]),
            Request(method="GET", origin=EVIL),
            ["and 2 more"],
        ),
    ],
)
def test_an_explanation_contains_what_to_do(policy, request_, words):
    """It tells a stranger what is wrong and what to change."""
    explanation = decide(policy, request_).explain()

    assert [word for word in words if word not in explanation] == [], explanation


@pytest.mark.parametrize(
    ("ask", "policy", "request_", "words"),
    [
        (
            decide,
            LISTED,
            Request(method="GET", origin=A),
            f"The policy allows a page of {A} to read the response, ",
        ),
        (
            decide,
            Policy(origins="*"),
            Request(method="GET", origin=A),
            "The policy allows a page of any origin to read the response, without cookies.",
        ),
        (
            decide,
            Policy(origins=[A], credentials=True),
            Request(method="OPTIONS", origin=A, requested_method="GET"),
            f"The policy allows a page of {A} to send 'GET', with cookies; the browser will now send it.",
        ),
        (
            decide,
            Policy(origins=[A]),
            Request(method="OPTIONS", origin=A, requested_method="GET", requested_headers="content-type"),
            "send 'GET' with the headers 'content-type', without cookies",
        ),
        (decide, LISTED, Request(method="PUT"), "so no browser sent it"),
        (decide, Policy(origins="*"), Request(method="GET"), "a page of any origin to read the response"),
        (
            decide,
            LISTED,
            Request(method="GET"),
            "from the same origin, from a link, an image or a script tag",
        ),
        (judge, LISTED, Request(method="GET"), "The method only reads"),
        (judge, LISTED.replace(guard="off"), Request(method="PUT", origin=EVIL), "The guard is off"),
        (judge, LISTED, Request(method="PUT", origin=EVIL, fetch_site="same-origin"), "Sec-Fetch-Site, or"),
    ],
)
def test_what_passes_is_explained_too(ask, policy, request_, words):
    """It explains who may do what, and gives no advice."""
    decision = ask(policy, request_)

    assert decision.allowed
    assert words in decision.explain()


def test_the_methods_of_a_policy_are_in_the_explanation():
    """Those of its list, beside those that browsers send anyway."""
    policy = Policy(origins=[A], methods=["PUT", "PURGE"])

    explanation = decide(policy, Request(method="OPTIONS", origin=A, requested_method="DELETE")).explain()

    assert "the policy allows GET, HEAD, POST, PUT, PURGE" in explanation


def test_an_origin_is_near_another_by_its_host_alone():
    """Values that are not text, and texts with a star, are near none."""
    policy = Policy(
        origins=[re.compile("https://app[.]example"), "https://*.app.example", lambda origin: False, A]
    )

    explanation = decide(policy, Request(method="GET", origin="http://app.example:81")).explain()

    assert f"is not {A}, which the policy allows" in explanation
    assert "is not one of" in decide(policy, Request(method="GET", origin="https://other.example")).explain()


@pytest.mark.parametrize(("count", "more"), [(4, ""), (5, ""), (6, " and 1 more"), (9, " and 4 more")])
def test_an_explanation_lists_five_origins(count, more):
    """And the number of the others."""
    origins = [f"https://h{number}.example" for number in range(count)]

    explanation = decide(Policy(origins=origins), Request(method="GET", origin=EVIL)).explain()

    assert f"({', '.join(origins[:5])}{more})" in explanation
