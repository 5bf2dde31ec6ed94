"""What is true for all policies and all requests; core/test_twins.py compares the answers."""

from __future__ import annotations

import pickle
import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from flask_corsguard import Kind, Origin, Policy, Request, decide
from flask_corsguard.core.origin_pattern import OriginPattern
from flask_corsguard.core.origin_set import OriginSet
from flask_corsguard.core.reasons import Reason
from reach import met, reaching
from strategies import (
    ANY_TEXT,
    ORIGINS,
    PATTERNS,
    asked_of,
    echoed_preflights,
    named_by,
    near_misses_of,
    policies,
    policies_and_requests,
)

ACAO = "Access-Control-Allow-Origin"
ACAH = "Access-Control-Allow-Headers"
ACAM = "Access-Control-Allow-Methods"


@given(policies())
def test_a_policy_is_equal_to_that_of_its_dictionary(policy):
    """It round-trips through `to_dict`, and through pickling, and is equal and as hashable after."""
    again = Policy.from_mapping(policy.to_dict())

    assert again == policy
    assert hash(again) == hash(policy)
    assert pickle.loads(pickle.dumps(policy)) == policy
    assert policy.replace() == policy


@reaching
@given(st.data())
def test_an_exact_origin_matches_only_itself(data):
    """Whatever looks like it is somebody else."""
    origin = data.draw(ORIGINS)
    asked = data.draw(st.one_of(near_misses_of([origin]), st.just(origin)))
    policy = Policy(origins=[origin])

    allowed = met(asked == origin, "itself")
    assert met(asked != origin, "another") is not allowed
    assert decide(policy, Request(method="GET", origin=asked)).allowed is allowed


@reaching
@given(policies_and_requests())
def test_the_origin_sent_back_is_none_everyone_or_the_one_that_asked(asked):
    """It is byte for byte the request's, if that is well-formed, and `*` never goes with credentials."""
    policy, request = asked
    headers = dict(decide(policy, request).headers)

    sent = headers.get(ACAO)
    assert sent in {None, "*", request.origin}
    assert (sent == "*") is (policy.origins == "*")
    if met(sent not in {None, "*", "null"}, "one origin"):
        assert str(Origin.parse(sent)) == sent
    if met(sent == "*", "everyone"):
        assert "Access-Control-Allow-Credentials" not in headers


@given(policies(), st.sampled_from(["GET", "OPTIONS"]))
def test_null_is_sent_back_to_a_policy_that_lists_it_alone(policy, method):
    """It is an origin that anyone can have."""
    request = Request(method=method, origin="null", requested_method="PUT")

    sent = dict(decide(policy, request).headers).get(ACAO)

    assert (sent == "null") is ("null" in policy.origins)


@reaching
@given(policies_and_requests())
def test_a_refused_origin_learns_nothing(asked):
    """It gets `Vary`, and what everybody gets."""
    policy, request = asked
    decision = decide(policy, request)

    if met(ACAO not in dict(decision.headers)):
        for_everyone = {"Timing-Allow-Origin"} if policy.timing == "*" else set()
        assert {name for name, _ in decision.headers} <= {
            "Vary",
            "Cross-Origin-Resource-Policy",
        } | for_everyone
        assert decision.status in {None, 403}


@reaching
@given(policies(), st.data())
def test_vary_does_not_depend_on_the_request(policy, data):
    """All actual answers of a policy vary by the same, and all answers to preflights do."""
    origins = data.draw(st.lists(st.one_of(asked_of(policy), st.none()), min_size=2, max_size=4))
    origins.append(named_by(policy))

    actual = {
        dict(decide(policy, Request(method="GET", origin=origin)).headers).get("Vary") for origin in origins
    }
    asked = [Request(method="OPTIONS", origin=origin, requested_method="PUT") for origin in origins]
    preflights = {dict(decide(policy, request).headers)["Vary"] for request in asked if request.is_preflight}

    assert actual == {None if policy.origins == "*" else "Origin"}
    assert len(preflights) == 1
    # Others than the allowed one have asked.
    met(sum(request.is_preflight for request in asked) > 1)


@reaching
@given(st.one_of(policies_and_requests(), echoed_preflights(), echoed_preflights()))
def test_no_header_value_contains_a_control_character(asked):
    """Nothing that could begin a line of its own, or that is not ASCII, is ever sent."""
    policy, request = asked
    headers = decide(policy, request).headers

    # What comes from the request, and not from the policy.
    met(policy.credentials and "*" in policy.allow_headers and ACAH in dict(headers), "names sent back")
    met(policy.credentials and policy.methods == "*" and ACAM in dict(headers), "a method sent back")
    for name, value in headers:
        assert re.fullmatch(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?", value), (name, value)


def requests_of_text(method, origin):
    """Return requests whose other values are any text."""
    return st.builds(
        Request,
        method=method,
        origin=origin,
        requested_method=ANY_TEXT,
        requested_headers=ANY_TEXT,
        private_network=ANY_TEXT,
    )


@given(policies(), requests_of_text(st.text(max_size=9), ANY_TEXT))
def test_decide_never_raises(policy, request):
    """Any strings at all give a decision, which can explain itself."""
    decision = decide(policy, request)

    assert decision.explain().isascii()
    assert decision.kind in Kind


#: What an answer adds to its policy at most, in bytes: 4,096 of names, with a space after each comma.
LONGEST_ECHO = 4096 * 3 // 2


@reaching
@given(echoed_preflights())
def test_an_answer_is_never_much_longer_than_the_policy(asked):
    """What a request sends comes back only within bounds, also to an allowed origin with credentials."""
    policy, request = asked
    said = len(repr(policy))

    sent = sum(len(name) + len(value) for name, value in decide(policy, request).headers)

    met(len(request.requested_method or "") + len(request.requested_headers or "") > 6000, "long")
    met(sent > said, "sent back")
    assert sent <= said + LONGEST_ECHO


@given(policies(), st.data())
def test_no_later_answer_depends_on_an_earlier_request(policy, data):
    """A policy that has answered everything answers as a fresh one does."""
    requests = [
        Request(method="GET", origin=each) for each in data.draw(st.lists(asked_of(policy), max_size=5))
    ]
    requests += [replace(request, method="OPTIONS", requested_method="PUT") for request in requests]
    for request in requests:
        decide(policy, request)

    for request in requests:
        assert decide(policy, request) == decide(Policy.from_mapping(policy.to_dict()), request)


@given(policies_and_requests(), st.randoms(use_true_random=False))
def test_the_order_of_the_lists_of_a_policy_changes_no_verdict(asked, random):
    """A list is a set to the verdict, though the headers have its order."""
    policy, request = asked
    fields = policy.to_dict()
    for value in fields.values():
        if isinstance(value, list):
            random.shuffle(value)

    mine, other = decide(policy, request), decide(Policy.from_mapping(fields), request)

    assert (mine.allowed, mine.reason, mine.status) == (other.allowed, other.reason, other.status)
    assert {name for name, _ in mine.headers} == {name for name, _ in other.headers}


@given(PATTERNS)
def test_a_pattern_is_not_an_origin(pattern):
    """The two grammars have no string in common."""
    assert Origin.parse(pattern) is None
    assert OriginPattern.parse(pattern) is not None


@reaching
@given(st.one_of(st.text(), ORIGINS))
def test_the_set_answers_any_text(text):
    """Text that is not an origin is malformed, `null` or not allowed, and never raises."""
    reason, error = OriginSet(
        ["https://a.example"], callables=[lambda origin: False], secure_only=False
    ).check(text)

    assert error is None
    is_origin = met(Origin.parse(text) is not None, "an origin")
    met(not is_origin, "no origin")
    assert reason is Reason.ALLOWED or (reason is Reason.ORIGIN_NOT_ALLOWED) is is_origin
