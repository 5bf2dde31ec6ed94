"""``UNMANAGED``: the policy of what has CORS of its own."""

from __future__ import annotations

import copy
import pickle

import pytest

from cases import EVIL
from flask_corsguard import SAME_ORIGIN, UNMANAGED, Kind, Policy, PolicyError, Reason, Request, decide, judge
from flask_corsguard.core.audiences import varying
from flask_corsguard.core.compiled import compiled

PREFLIGHT = Request(method="OPTIONS", origin=EVIL, requested_method="PUT")
FORGED = Request(method="POST", origin=EVIL, fetch_site="cross-site", has_cookie=True)


@pytest.mark.parametrize("request_", [PREFLIGHT, FORGED, Request(method="GET")], ids=lambda each: each.method)
def test_nothing_is_added_refused_or_answered(request_):
    """Both functions allow everything, and give the reason."""
    for ask in (decide, judge):
        decision = ask(UNMANAGED, request_)
        assert (decision.allowed, decision.reason) == (True, Reason.UNMANAGED)
        assert (decision.headers, decision.status) == ((), None)
        assert decision.explain().startswith("The policy is UNMANAGED")
    assert decide(UNMANAGED, PREFLIGHT).kind is Kind.PREFLIGHT


def test_there_is_one_object():
    """Copies, pickles and configurations give it again."""
    assert copy.copy(UNMANAGED) is copy.deepcopy(UNMANAGED) is UNMANAGED
    assert pickle.loads(pickle.dumps(UNMANAGED)) is UNMANAGED
    assert UNMANAGED.to_dict() == {"unmanaged": True}
    assert Policy.from_mapping(UNMANAGED.to_dict()) is UNMANAGED
    assert repr(UNMANAGED) == "UNMANAGED"
    assert repr(UNMANAGED.origins) == "unlisted"
    assert type(UNMANAGED.origins)() is UNMANAGED.origins
    assert varying(UNMANAGED) is UNMANAGED


def test_it_is_equal_to_no_other_policy():
    """Not even to the closed one with the same guard and methods."""
    assert SAME_ORIGIN.replace(guard="off", methods="*") != UNMANAGED
    assert UNMANAGED.is_unmanaged
    assert not SAME_ORIGIN.is_unmanaged
    with pytest.raises(PolicyError, match=r"origins\.empty"):
        Policy(origins=UNMANAGED.origins)


def test_it_has_no_fields_to_replace():
    """Nothing would apply them."""
    with pytest.raises(TypeError, match="no fields to replace"):
        UNMANAGED.replace(guard="enforce")


@pytest.mark.parametrize(
    "mapping",
    [{"unmanaged": False}, {"unmanaged": "true"}, {"unmanaged": True, "origins": ["https://a.example"]}],
)
def test_a_mapping_is_unmanaged_or_has_fields(mapping):
    """Both at once would leave one of them without effect; the hint works."""
    with pytest.raises(PolicyError) as caught:
        Policy.from_mapping(mapping)

    (problem,) = caught.value.problems
    assert (problem.code, problem.field) == ("policy.unmanaged", "unmanaged")
    assert 'Write {"unmanaged": true}' in problem.hint


def test_its_compiled_form_asks_nobody():
    """It has no answers to remember, for any origin."""
    by_policy = compiled(UNMANAGED)

    assert not by_policy.is_managed
    assert not by_policy.is_lasting
    assert by_policy.for_origin(EVIL) is by_policy
