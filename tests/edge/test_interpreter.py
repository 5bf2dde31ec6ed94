"""The rules mean what the core decides: for every policy, every request and every path."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.policies import NAMES, A
from edge.policies import source as source_named
from flask_corsguard import SAME_ORIGIN, Policy, Request
from flask_corsguard.core.compiled import compiled
from flask_corsguard.edge.interpreter import Interpreter
from flask_corsguard.edge.levels import is_level_a, is_level_b
from flask_corsguard.edge.outcome import answered
from flask_corsguard.edge.rules import rules_of
from flask_corsguard.edge.source import source_of
from flask_corsguard.edge.vectors import Site, expected, vectors_of
from strategies import policies_and_requests

SITE = Site("http", "api.example:8000")


def exportable(policy: Policy) -> Policy:
    """Return *policy* without what no engine can do."""
    changes = {}
    if policy.origins != "*":
        kept = [each for each in policy.origins if "://*" not in each or "://*." in each]
        changes["origins"] = kept or [A]
    if policy.guard == "report":
        changes["guard"] = "enforce"
    if policy.credentials or policy.private_network:
        changes["methods"] = None if policy.methods == "*" else policy.methods
        changes["allow_headers"] = [each for each in policy.allow_headers if each != "*"]
    return policy.replace(**changes)


@given(policies_and_requests(), st.sampled_from([None, "same-origin", "cross-site", ""]), st.booleans())
def test_one_policy_means_the_same(drawn, site, cookie):
    """What becomes of a request is what ``decide`` and ``judge`` decide."""
    policy, request = drawn
    policy = exportable(policy)
    asked = Request(
        **{
            **{name: getattr(request, name) for name in Request.__dataclass_fields__},
            "fetch_site": site,
            "has_cookie": cookie,
            "host": "api.example",
        }
    )

    seen = Interpreter(rules_of(source_of(policy))).outcome("/any", asked)

    assert seen == answered(compiled(policy), asked)


@pytest.mark.parametrize("name", NAMES)
def test_every_vector_has_the_same_outcome(name):
    """The rules differ only in this: they close texts that are not paths."""
    source = source_named(name)
    engine = Interpreter(rules_of(source))

    for vector in vectors_of(source, SITE):
        seen, wanted = engine.outcome(vector.target, vector.request), expected(source, vector)
        if "#" in vector.target:
            assert seen in {wanted, answered(source.closed, vector.request)}, str(vector)
        else:
            assert seen == wanted, str(vector)


def test_every_origin_of_a_policy_can_be_tried():
    """There are vectors for all of them, and more than for a sample."""
    source = source_of(Policy(origins=[f"https://a{number}.example" for number in range(60)]))

    few, all_of_them = (list(vectors_of(source, SITE, everything=each)) for each in (False, True))

    assert 20_000 > len(all_of_them) > 2 * len(few)
    assert {f"https://a{number}.example" for number in range(60)} <= {
        each.request.origin for each in all_of_them
    }
    assert len(set(all_of_them)) == len(all_of_them)


def test_paths_are_sampled_where_there_are_many():
    """Places at even distances represent all of them."""
    source = source_of({f"/p{number}": SAME_ORIGIN for number in range(60)})

    few, all_of_them = (list(vectors_of(source, SITE, everything=each)) for each in (False, True))

    assert len(few) < len(all_of_them) / 4


def test_some_vectors_are_those_of_browsers_and_some_are_not():
    """Both kinds are there, and in each group."""
    groups = {}
    for vector in vectors_of(source_named("paths"), SITE):
        groups.setdefault(vector.group, set()).add(vector.is_sendable)

    assert groups == {key: {True, False} for key in ("origins", "preflight", "guard", "paths")}


def test_an_equal_answer_is_equal_at_every_level():
    """What the application itself would answer grants no more than that."""
    source = source_named("paths")

    for vector in vectors_of(source, SITE):
        wanted = expected(source, vector)
        assert is_level_a(wanted, vector.request, [(wanted, vector.request)])
        assert is_level_b(wanted, wanted, vector.request)
