"""What a policy is: a value that was checked as a whole when it was built."""

from __future__ import annotations

import copy
import pickle

import pytest

from cases import A
from flask_corsguard import SAME_ORIGIN, Policy, PolicyError, Request, decide
from flask_corsguard.core.policy_argument import policy_from
from policy_cases import REFUSED_POLICIES, assert_refused, problems_of


@pytest.mark.parametrize(("fields", "code", "field", "hint"), REFUSED_POLICIES, ids=str)
def test_a_policy_that_cannot_be_meant_is_refused(fields, code, field, hint):
    """It has one problem, which names the field and whose hint tells what to write."""
    assert_refused(fields, code, field, hint)


def test_every_problem_is_reported_at_once():
    """Nobody has to fix a policy one error at a time."""
    codes = [
        each.code
        for each in problems_of(
            origins=["https://app.example/", "null", "http://a.example", "https://*.co.uk", ["x"], ["x"]],
            methods=["patch", "TRACE"],
            allow_headers=["Cookie"],
            expose_headers=["Set-Cookie", "*"],
            credentials=True,
            max_age=-1,
            timing="on",
            private_network="on",
            resource_policy="any",
            guard="maybe",
            dangerously_allow=["everything"],
            orgins=[],
        )
    ]

    assert codes == [
        "field.unknown",
        "choice.unknown",
        "origin.trailing-slash",
        "origin.null",
        "origins.type",
        "origins.type",
        "credentials.public-suffix",
        "credentials.insecure-origin",
        "method.case",
        "method.forbidden",
        "request-header.forbidden",
        "response-header.forbidden",
        "max-age.bounds",
        "flag.type",
        "flag.type",
        "choice.unknown",
        "choice.unknown",
        "credentials.exposed-wildcard",
    ]


def test_a_policy_cannot_be_changed():
    """A change is made by building another policy, which is checked again."""
    policy = Policy(origins=[A])

    with pytest.raises(AttributeError, match=r"policy\.replace\(credentials=\.\.\.\)"):
        policy.credentials = True
    with pytest.raises(AttributeError):
        del policy.origins
    assert policy.replace(credentials=True).credentials
    assert not policy.credentials


def test_a_policy_is_a_value():
    """Policies with equal fields are equal, and are one key of a dictionary."""
    one, other = Policy(origins=[A]), Policy(origins=(A,), max_age=600)

    assert one == other == copy.deepcopy(one)
    assert len({one, other}) == 1
    assert one != one.replace(max_age=0)
    assert one != A
    assert hash(one) == hash(one)


def test_a_replaced_policy_is_checked_again():
    """A change cannot bring in what a new policy would be refused for."""
    with pytest.raises(PolicyError, match=r"credentials\.any-origin"):
        Policy(origins="*").replace(credentials=True)
    with pytest.raises(PolicyError, match=r"field\.unknown"):
        Policy(origins="*").replace(credential=True)


def test_a_policy_shows_the_fields_that_were_given():
    """Its representation leaves out the defaults."""
    assert repr(Policy(origins=[A], credentials=True)) == f"Policy(origins=('{A}',), credentials=True)"


def test_the_closed_policy_is_a_policy_like_any_other():
    """It can be changed, stored and sent, and stays closed."""
    for policy in (
        SAME_ORIGIN.replace(guard="off"),
        Policy.from_mapping(SAME_ORIGIN.to_dict()),
        pickle.loads(pickle.dumps(SAME_ORIGIN)),
        copy.deepcopy(SAME_ORIGIN),
    ):
        assert not decide(policy, Request(method="GET", origin=A)).allowed
    assert Policy.from_mapping(SAME_ORIGIN.to_dict()) == SAME_ORIGIN
    assert repr(SAME_ORIGIN) == "Policy(origins=nobody)"
    assert "only the application's own" in decide(SAME_ORIGIN, Request(method="GET", origin=A)).explain()


def test_a_mapping_with_unknown_keys_is_refused_by_their_names():
    """This is true for keys that are not strings, too."""
    with pytest.raises(PolicyError) as caught:
        Policy.from_mapping({"origins": [A], 3: 4})

    assert caught.value.problems[0].field == "3"


def test_a_policy_or_a_mapping_of_its_fields_is_a_policy():
    """A policy is returned itself, and a mapping is built into one."""
    policy = Policy(origins=[A])

    assert policy_from(policy, "policy") is policy
    assert policy_from({"origins": [A]}, "policy") == policy


@pytest.mark.parametrize("value", [None, "*", {A}, object], ids=repr)
def test_anything_else_is_not_a_policy(value):
    """The problem names where the value was given."""
    with pytest.raises(PolicyError) as caught:
        policy_from(value, "paths['/api']")

    (refusal,) = caught.value.problems
    assert (refusal.code, refusal.field, refusal.value) == ("policy.type", "paths['/api']", value)
