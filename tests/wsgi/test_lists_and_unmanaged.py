"""A list of policies, and ``UNMANAGED``, as the policy of the WSGI layer, of a path and of a request."""

from __future__ import annotations

import logging

import pytest

from cases import EVIL, VARY, A, allow
from flask_corsguard import SAME_ORIGIN, UNMANAGED, CorsMiddleware, Policy
from flask_corsguard.wsgi.policy_source import source_of
from flask_corsguard.wsgi.varying_policies import VaryingPolicies
from guard_cases import CROSS_SITE
from harness import SpyApp, assert_headers_exactly, call, make_environ, preflight
from naive.compared import Layer, expected, records_of_levels
from naive.enumerated import ACTUAL_KEYS, PREFLIGHT_KEYS, environs
from naive.layer import of_list

OWN = Policy(origins=[A], credentials=True, resource_policy="same-site", methods=["PUT"])
EVERYONE = Policy(origins="*", methods=["GET"], timing=True)
TIMED = [("Timing-Allow-Origin", "*"), ("Cross-Origin-Resource-Policy", "x")]
THEIRS = [("Access-Control-Allow-Origin", "https://theirs.example"), ("vary", "Accept"), ("Vary", "Cookie")]


def test_a_list_answers_each_origin_by_its_policy():
    """Preflights, guarded requests and responses alike."""
    app = CorsMiddleware(SpyApp(), [OWN, EVERYONE])

    assert preflight(app, A, "PUT").get("Access-Control-Allow-Credentials") == "true"
    assert preflight(app, EVIL, "PUT").get("Access-Control-Allow-Methods") == "GET"
    assert call(app, "PUT", headers={**CROSS_SITE, "Origin": A, "Cookie": "a=b"}).code == 200
    assert call(app, "PUT", headers=CROSS_SITE).code == 403
    assert call(app, headers={"Origin": EVIL}).get("Access-Control-Allow-Origin") == "*"


@pytest.mark.parametrize(
    "theirs", [[], THEIRS, [("Timing-Allow-Origin", "*"), ("Cross-Origin-Resource-Policy", "x")]]
)
def test_the_layer_does_with_a_list_what_the_twin_does(theirs):
    """Whatever the application sets, and from every origin."""
    for policies in ([OWN, EVERYONE], [EVERYONE], [OWN, SAME_ORIGIN]):
        asked = Layer(policies, theirs)
        warned = False
        with records_of_levels() as records:
            for keys in (PREFLIGHT_KEYS, ACTUAL_KEYS):
                for environ in environs(keys, 60):
                    wanted = expected(of_list(policies, environ), environ, theirs)
                    answered = asked.answer(environ, records)
                    if answered != wanted and warned:
                        # The warning about headers that the policy replaces is given once.
                        wanted.logged.remove("WARNING")
                    warned = warned or ("WARNING" in answered.logged and answered.called)
                    assert answered == wanted


@pytest.mark.parametrize(
    "policy", [UNMANAGED, {"/": UNMANAGED}, lambda environ: UNMANAGED], ids=["one", "path", "callable"]
)
@pytest.mark.parametrize("debug", [True, False])
def test_nothing_unmanaged_is_touched(policy, debug, caplog):
    """Not even the order or the spelling of headers; preflights and forged requests reach the application."""
    caplog.set_level(logging.INFO)
    inside = SpyApp(headers=THEIRS)
    app = CorsMiddleware(inside, policy, debug=debug)

    for method, headers in (
        ("OPTIONS", {"Origin": EVIL, "Access-Control-Request-Method": "PUT"}),
        ("POST", {**CROSS_SITE, "Cookie": "a=b"}),
        ("GET", {"Origin": EVIL}),
        ("GET", {"Origin": EVIL, "Upgrade": "websocket"}),
    ):
        answered = call(app, method, headers=headers).headers
        assert [header for header in answered if header[0] != "X-CorsGuard"] == THEIRS
        assert (len(answered) > len(THEIRS)) is debug
    assert len(inside.calls) == 4
    assert caplog.records == []


def test_paths_may_have_lists_and_be_unmanaged():
    """Each beside the others."""
    app = CorsMiddleware(SpyApp(), {"/a": [OWN, EVERYONE], "/b": UNMANAGED, "/": SAME_ORIGIN})

    assert call(app, path="/a", headers={"Origin": A}).get("Access-Control-Allow-Origin") == A
    assert call(app, path="/b", headers={"Origin": A}).cors == []
    assert call(app, path="/c", headers={"Origin": A}).cors == []


def test_a_fallback_to_the_closed_policy_varies_and_has_the_strictest_resource_policy():
    """An image with another spelling of the path must not get what every other response withholds."""
    app = CorsMiddleware(SpyApp(), {"/avatar": OWN, "/open": [EVERYONE]})
    strict = [VARY, ("Cross-Origin-Resource-Policy", "same-site")]

    for path in ("//avatar/1", "/avatar/../avatar/1", "avatar", "/elsewhere"):
        assert_headers_exactly(call(app, path=path).headers, strict)
        assert_headers_exactly(call(app, path=path, headers={"Origin": A}).headers, strict)


def test_a_callable_varies_with_the_origin_whatever_it_gives():
    """A closed policy and one for everyone, too."""
    for policy, headers in (
        (SAME_ORIGIN, [VARY]),
        (EVERYONE, [VARY, allow("*"), ("Timing-Allow-Origin", "*")]),
    ):
        app = CorsMiddleware(SpyApp(), lambda environ, policy=policy: policy)
        assert_headers_exactly(call(app).headers, headers)
        assert_headers_exactly(call(app, headers={"Origin": A}).headers, headers)


def test_a_callable_that_fails_leaves_the_strictest_resource_policy_that_it_has_given():
    """A failure does not open what was closed a request before."""
    policies = iter([OWN, [EVERYONE, SAME_ORIGIN.replace(resource_policy="same-origin")], None])

    def policy_of(environ):
        return next(policies)

    app = CorsMiddleware(SpyApp(), policy_of)

    assert call(app).get("Cross-Origin-Resource-Policy") == "same-site"
    assert call(app).get("Cross-Origin-Resource-Policy") == "same-site"
    assert call(app).get("Cross-Origin-Resource-Policy") == "same-site"


def test_a_callable_may_give_a_list():
    """An equal one is found again, and one that cannot be used closes the door."""
    app = CorsMiddleware(SpyApp(), lambda environ: [OWN, EVERYONE])
    wrong = CorsMiddleware(SpyApp(), lambda environ: [EVERYONE, OWN])

    assert call(app, headers={"Origin": A}).get("Access-Control-Allow-Origin") == A
    assert call(app, headers={"Origin": EVIL}).get("Access-Control-Allow-Origin") == "*"
    assert call(wrong, headers={"Origin": A}).cors == [VARY]


def test_a_policy_of_a_callable_is_compiled_once():
    """Whichever layer asks, and however many policies there are; it lasts as long as the policy."""
    known = VaryingPolicies()

    assert known.of(OWN, None) is known.of(OWN, None) is VaryingPolicies().of(known.of(OWN, None), None)
    assert known.of([OWN, EVERYONE], None) is known.of((OWN, EVERYONE), None)
    policies = [Policy(origins=[f"https://h{number}.example"]) for number in range(2000)]
    once = [known.of(policy, None) for policy in policies]
    assert all(known.of(policy, None) is varying for policy, varying in zip(policies, once, strict=True))
    assert OWN.replace() == known.of(OWN, None)
    assert OWN.replace()._compiled is None


def test_where_a_callable_fails_the_strictest_resource_policy_counts():
    """Of those that it has given so far, in whichever order."""
    for given in (["cross-origin", "same-origin", None, "same-site"], ["same-origin", "cross-origin"]):
        known = VaryingPolicies()
        for each in given:
            known.of(Policy(origins=[A], resource_policy=each), None)
        assert known.closed.resource_policy == "same-origin"
        closed = known.closed
        known.of(Policy(origins=[A], resource_policy="cross-origin"), None)
        assert known.closed is closed


def test_a_list_and_unmanaged_are_the_applications_own():
    """In debug mode a response names whose its policy is."""
    environ = make_environ()

    for policy in ([OWN, EVERYONE], UNMANAGED, lambda environ: OWN):
        assert source_of(policy, ()).place_of(environ) == "application"
        assert source_of(policy, ()).one is None
