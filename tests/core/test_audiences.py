"""A list of policies: which of them a request has, and what every answer of the list has in common."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import EVIL, A
from flask_corsguard import SAME_ORIGIN, UNMANAGED, Policy, PolicyError, Reason, Request, decide, judge
from flask_corsguard.core.audiences import Audiences, policies_of, varying
from flask_corsguard.core.policy_argument import policy_from
from naive import headers, layer
from naive.compared import FEWER
from naive.enumerated import POLICIES
from reach import met, reaching

OWN = Policy(origins=[A], methods=["PUT"], credentials=True, resource_policy="same-site", timing=True)
EVERYONE = Policy(origins="*", methods=["GET"])
PARTNERS = Policy(origins=["https://*.partner.example"], methods=["GET"])


#: The code of a problem with one origin of the second policy, its field, and a word of the hint.
SHADOWED = ("policies.shadowed", "policy[1].origins", "here")


def get(origin):
    """Return a GET of *origin*."""
    return Request(method="GET", origin=origin)


def problem_of(*policies):
    """Return the one problem of a list."""
    with pytest.raises(PolicyError) as caught:
        policy_from(list(policies), "policy")
    (problem,) = caught.value.problems
    return problem


def test_the_first_policy_that_allows_the_origin_applies():
    """With all its fields: headers, methods, credentials."""
    decision = decide([OWN, EVERYONE], get(A))

    assert decision.policy is OWN
    assert ("Access-Control-Allow-Credentials", "true") in decision.headers
    assert judge([OWN, EVERYONE], Request(method="PUT", origin=A, has_cookie=True)).allowed


def test_without_one_that_allows_the_origin_the_last_one_refuses_it():
    """And so it does where a request names no origin."""
    assert decide([OWN, PARTNERS], get(EVIL)).policy is PARTNERS
    assert decide([OWN, PARTNERS], get(EVIL)).reason is Reason.ORIGIN_NOT_ALLOWED
    assert decide([OWN, PARTNERS], get(None)).policy is PARTNERS
    assert not judge([OWN, EVERYONE], Request(method="POST", origin=EVIL)).allowed


@pytest.mark.parametrize("origin", [None, A, EVIL, "null", "x"])
@pytest.mark.parametrize(
    "policies", [[OWN, EVERYONE], [OWN, PARTNERS], [EVERYONE], [OWN, SAME_ORIGIN]], ids=len
)
def test_every_answer_varies_with_the_origin(policies, origin):
    """Also that of a policy which has one answer for everyone."""
    assert ("Vary", "Origin") in decide(policies, get(origin)).headers


def test_an_answer_has_the_strictest_resource_policy_of_the_others():
    """An image sends no origin, so that it has the last policy."""
    assert ("Cross-Origin-Resource-Policy", "same-site") in decide([OWN, EVERYONE], get(None)).headers
    strict = Policy(origins=[A], resource_policy="same-origin")
    other = Policy(origins=["https://b.example"], resource_policy="cross-origin")
    assert ("Cross-Origin-Resource-Policy", "same-origin") in decide(
        [other, strict, EVERYONE], get(None)
    ).headers
    assert ("Cross-Origin-Resource-Policy", "cross-origin") in decide(
        [other, strict], get("https://b.example")
    ).headers


@reaching
@FEWER
@given(st.permutations(sorted(POLICIES)), st.integers(1, 3), st.data())
def test_a_list_decides_and_judges_as_its_twin(names, count, data):
    """Whatever policies are in it, and whatever they have in common."""
    policies = [POLICIES[name] for name in names[:count]]
    try:
        policy_from(policies, "policy")
    except PolicyError:
        policies = policies[:1]
    met(len(policies) > 1, "a list of several policies")
    origin = data.draw(
        st.sampled_from([None, A, EVIL, "null", "https://x.app.example", "http://localhost:3000"])
    )
    for request in (
        Request(method="GET", origin=origin),
        Request(method="POST", origin=origin, fetch_site="cross-site", has_cookie=True),
        Request(method="OPTIONS", origin=origin, requested_method="PUT", requested_headers="x-a"),
    ):
        environ = {"REQUEST_METHOD": request.method, "wsgi.url_scheme": "http"}
        found = layer.of_list(policies, {**environ, **({} if origin is None else {"HTTP_ORIGIN": origin})})
        said, twin = decide(policies, request), headers.decide(found.policy, request, found.beside)
        assert (list(said.headers), said.reason, said.policy) == (twin.headers, twin.reason, found.policy)
        if not headers.is_preflight(request):
            verdict = judge(policies, request)
            assert verdict.reason is headers.judge(found.policy, request, found.beside).reason


def test_a_callable_in_a_list_is_asked_once():
    """For the choice of the policy and for its answer."""
    asked = []
    by_callable = Policy(origins=[lambda origin: asked.append(origin) or str(origin) == A])

    assert decide([by_callable, EVERYONE], get(A)).policy is by_callable
    assert decide([by_callable, EVERYONE], get(EVIL)).policy is EVERYONE
    assert [str(origin) for origin in asked] == [A, EVIL]


def test_an_exception_in_a_callable_of_an_earlier_policy_is_reported_whichever_policy_applies():
    """The exception comes with the answer, for the log."""

    def fails(origin):
        raise LookupError("no table")

    broken = Policy(origins=[fails])
    decision = decide([broken, EVERYONE], get(A))

    assert decision.policy is EVERYONE
    assert decision.allowed
    assert isinstance(decision.error, LookupError)
    assert decide([broken, EVERYONE], get(None)).error is None
    answer = policy_from([broken, EVERYONE], "policy").for_origin(A).answer_to(A)
    assert answer.is_notable
    assert answer.reason is Reason.ALLOWED


def test_the_methods_of_a_route_are_for_the_policies_that_list_none():
    """A list of methods stays what it is."""
    open_one = Policy(origins=["https://b.example"])
    audiences = policy_from([OWN, open_one], "policy")

    with_methods = audiences.for_methods(("DELETE", "GET"))

    assert audiences.methods is None
    assert policy_from([OWN, EVERYONE], "policy").methods == "*"
    # What the policies have in common stays, whichever of them has the methods.
    headers = with_methods.for_origin("https://b.example").answer_to("https://b.example").headers
    assert ("Cross-Origin-Resource-Policy", "same-site") in headers
    assert with_methods.methods == ("DELETE", "GET")
    assert [each.methods for each in policies_of(with_methods)] == [("PUT",), ("DELETE", "GET")]
    assert with_methods.for_methods("*") is with_methods
    assert with_methods.policy is with_methods


def test_a_list_is_equal_to_one_of_equal_policies():
    """Two marks with equal lists are one."""
    one, other = policy_from([OWN, EVERYONE], "policy"), Audiences([OWN, EVERYONE])

    assert one == other
    assert hash(one) == hash(other)
    assert one != Audiences([EVERYONE])
    assert one != [OWN, EVERYONE]
    assert repr(one) == repr([OWN, EVERYONE])
    assert one.origins == (A, "*")
    assert varying(one) is one
    assert policy_from(one, "policy") is one
    assert policies_of(OWN) == (OWN,)


def test_a_list_may_contain_the_fields_of_policies():
    """As a configuration has them."""
    assert policies_of(policy_from([OWN.to_dict(), EVERYONE], "policy")) == (OWN, EVERYONE)


@pytest.mark.parametrize(
    ("policies", "code", "field", "hint"),
    [
        ([], "policies.empty", "policy", "SAME_ORIGIN"),
        ([EVERYONE, UNMANAGED], "policies.shadowed", "policy[1]", "before policy[0]"),
        ([OWN, UNMANAGED], "policies.unmanaged", "policy[1]", "UNMANAGED alone"),
        ([SAME_ORIGIN, OWN], "policies.nobody", "policy[0]", "put it last"),
        ([EVERYONE, OWN], "policies.shadowed", "policy[1]", "before policy[0]"),
        ([EVERYONE, EVERYONE], "policies.shadowed", "policy[1]", "before policy[0]"),
        ([OWN, Policy(origins=[A, EVIL])], "policies.shadowed", "policy[1].origins", "in policy[0]"),
        ([PARTNERS, Policy(origins=["https://a.partner.example"])], *SHADOWED),
        ([PARTNERS, Policy(origins=["https://*.a.partner.example"])], *SHADOWED),
        ([PARTNERS, Policy(origins=["https://*.partner.example"])], *SHADOWED),
        (
            [Policy(origins=["https://*"]), Policy(origins=["https://*"])],
            *SHADOWED,
        ),
        (
            [Policy(origins=["http://localhost:*"]), Policy(origins=["http://localhost:*"])],
            *SHADOWED,
        ),
        (
            [Policy(origins=[re.compile("https://[ab].example")]), Policy(origins=["https://b.example"])],
            *SHADOWED,
        ),
        ([OWN, [EVERYONE]], "policy.type", "policy[1]", "list around it"),
        ([OWN, "*"], "policy.type", "policy[1]", "Policy(origins="),
        ([OWN, {"origins": [3]}], "origins.type", "policy[1].origins", "Write"),
    ],
)  # fmt: skip
def test_a_list_with_a_policy_that_no_request_could_have_is_refused(policies, code, field, hint):
    """Each with the place in the list, and what to do."""
    if policies == [EVERYONE, UNMANAGED]:
        code = "policies.unmanaged"
        hint = "UNMANAGED alone"
    problem = problem_of(*policies)

    assert (problem.code, problem.field) == (code, field)
    assert hint in problem.hint


@pytest.mark.parametrize(
    "policies",
    [
        [PARTNERS, Policy(origins=["https://partner.example", "https://*.partner.example:*"])],
        [Policy(origins=["https://*.partner.example:81"]), Policy(origins=["https://*.partner.example:82"])],
        [Policy(origins=["http://localhost:3000"]), Policy(origins=["http://localhost:*"])],
        [Policy(origins=[lambda origin: True]), OWN],
        [
            Policy(
                origins=[re.compile("http://[ab].example")],
                credentials=True,
                dangerously_allow=["unproven-regexes"],
            ),
            Policy(origins=["http://b.example"]),
        ],
        [OWN, Policy(origins=[lambda origin: True, re.compile("https://x.example")])],
        [
            Policy(origins=["null"], dangerously_allow=["null-origin"]),
            Policy(origins=["file://"], dangerously_allow=["null-origin"]),
        ],
        [OWN, SAME_ORIGIN],
        [OWN],
    ],
)  # fmt: skip
def test_policies_that_overlap_in_part_or_by_a_callable_are_a_list(policies):
    """Some request has each of them."""
    assert policies_of(policy_from(policies, "policy")) == tuple(policies)


def test_the_hints_about_lists_are_true():
    """Followed, they leave a list that can be used."""
    assert policies_of(policy_from([OWN, EVERYONE], "policy")) == (OWN, EVERYONE)
    assert policies_of(policy_from([OWN, SAME_ORIGIN], "policy")) == (OWN, SAME_ORIGIN)
    assert policies_of(policy_from([OWN, Policy(origins=[EVIL])], "policy")) == (OWN, Policy(origins=[EVIL]))
    assert policy_from(UNMANAGED, "policy") is UNMANAGED
