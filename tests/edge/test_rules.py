"""What no engine can do is refused, all of it at once, each with a code, a place and a remedy."""

from __future__ import annotations

import re

import pytest

from edge.policies import A
from flask_corsguard import Policy, PolicyError
from flask_corsguard.edge.losses import ACCEPTABLE, SENTENCES, loss
from flask_corsguard.edge.rules import rules_of
from flask_corsguard.edge.source import source_of

REFUSED = [
    ("edge.callable", "policy.origins", Policy(origins=[str.isascii])),
    ("edge.regex", "policy.origins", Policy(origins=[re.compile("https://a[.]example")])),
    ("edge.any-host", "policy.origins", Policy(origins=["https://*"])),
    ("edge.any-host", "policy.origins", Policy(origins=["https://*:8443"])),
    ("edge.echo", "policy.methods", Policy(origins=[A], methods="*", credentials=True)),
    ("edge.echo", "policy.allow_headers", Policy(origins=[A], allow_headers="*", credentials=True)),
    (
        "edge.private-network",
        "policy.private_network",
        Policy(origins=[A], methods="*", private_network=True),
    ),
    ("edge.report", "policy.guard", Policy(origins=[A], guard="report")),
]


def problems_of(source, **options):
    """Return the problems of an export."""
    with pytest.raises(PolicyError) as raised:
        rules_of(source_of(source), **options)
    return raised.value.problems


@pytest.mark.parametrize(("code", "field", "policy"), REFUSED, ids=lambda each: str(each)[:30])
def test_what_no_engine_can_do_is_refused(code, field, policy):
    """With its code, the field, the sentence of the code and a hint."""
    (problem,) = problems_of(policy)

    assert (problem.code, problem.field, problem.message) == (code, field, SENTENCES[code])
    assert problem.hint


def test_everything_is_refused_at_once():
    """Every problem of every place, named by its path."""
    found = problems_of({f"/p{number}": policy for number, (_, _, policy) in enumerate(REFUSED)})

    assert [problem.code for problem in found] == [code for code, _, _ in REFUSED]
    assert [problem.field.partition("]")[0] for problem in found] == [
        f"policy['/p{number}'" for number in range(len(REFUSED))
    ]


def test_a_policy_of_several_places_is_refused_once():
    """Where it is first."""
    policy = Policy(origins=["https://*"])

    assert [problem.field for problem in problems_of({"/a": policy, "/b": policy})] == [
        "policy['/a'].origins"
    ]


def test_a_loss_can_be_accepted_by_its_name():
    """And no other one with it; the hint shows how."""
    policy = Policy(origins=[A], guard="report")

    assert "--accept edge.report" in problems_of(policy)[0].hint
    assert not rules_of(source_of(policy), accepted=["edge.report"]).rules[0].enforced


def test_what_would_grant_more_cannot_be_accepted():
    """Accepting its code changes nothing."""
    assert [each.code for each in problems_of(Policy(origins=["https://*"]), accepted=["edge.any-host"])] == [
        "edge.any-host"
    ]
    assert "--accept" not in loss("edge.any-host", "", "", "Name them.").hint
    assert set(SENTENCES) > ACCEPTABLE


@pytest.mark.parametrize("own", ["api.example", "https://api.example/", "app://x", "*", "null"])
def test_an_own_origin_is_one_of_the_web(own):
    """Anything else is refused."""
    (problem,) = problems_of(Policy(origins=[A]), own=[own])

    assert (problem.code, problem.field, problem.value) == ("edge.own", "own", own)


@pytest.mark.parametrize("value", ["https://a.example", None, 7, object()])
def test_a_value_that_is_not_a_source_is_refused(value):
    """Only policies can be exported."""
    with pytest.raises(PolicyError) as raised:
        source_of(value)

    assert [each.code for each in raised.value.problems] == ["edge.source"]


def test_a_mapping_is_checked_as_the_middleware_checks_it():
    """A path that the middleware refuses is refused here, and fields are read as it reads them."""
    with pytest.raises(PolicyError, match=re.escape("[path.spelling]")):
        source_of({"/a/": Policy(origins=[A])})

    assert source_of({"/a": {"origins": [A]}}).find("/a/x", "GET").policy == Policy(origins=[A])
