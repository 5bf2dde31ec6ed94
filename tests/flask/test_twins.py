"""Flask applications against the naive twins: the policy is looked up from scratch, and then applied."""

from __future__ import annotations

from itertools import product

import pytest
from flask import Flask
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from flask_corsguard import CorsGuard, CorsMiddleware, Policy, cors_refused
from harness import assert_headers_exactly, cors_headers, make_environ
from naive import enumerated, headers, layer
from naive.enumerated import POLICIES, A
from naive.routing import PATHS, PLACES, make_site, policy_for

#: Not shrunk: an example is a whole application, and a thousand smaller ones would take minutes.
APPLICATIONS = settings(
    max_examples=settings.default.max_examples // 25, phases=[Phase.explicit, Phase.reuse, Phase.generate]
)

#: Most leave the methods to the routes, because there the routes are asked.
LAID_OUT = st.sampled_from(
    [
        *(
            policy.replace(methods=None)
            for name, policy in POLICIES.items()
            if name not in {"closed", "asked"}
        ),
        *(POLICIES[name] for name in ("closed", "credentials", "one origin", "everyone, everything")),
        *(Policy(origins=[A, f"https://p{number}.example"]) for number in range(4)),
    ]
)
RULES = st.dictionaries(
    st.sampled_from(["/outer", "/plain", "/outer/inner", "/"]), LAID_OUT, max_size=2
).filter(
    lambda rules: (
        not any(layer.covers(first, second) for first, second in zip(rules, list(rules)[1:], strict=False))
    )
)


def ask(app, environ):
    """Give the status, the headers and the reasons of refusals that a request to an application brings."""
    started, told = [], []

    def listen(sender, decision):
        told.append(decision.reason)

    with cors_refused.connected_to(listen, app):
        for _ in app(environ, lambda *args: started.append(args)):
            pass
    ((status, sent),) = started
    return int(status[:3]), sent, told


def requests_to(path, origin):
    """Give what is asked of a path: preflights and requests, by several methods."""
    for method in ("GET", "HEAD", "PUT", "POST", "DELETE", "PURGE", "OPTIONS"):
        asked = {"Origin": origin, "Access-Control-Request-Method": method}
        yield make_environ("OPTIONS", path, {**asked, "Access-Control-Request-Headers": "content-type"})
        yield make_environ(method, path, {"Origin": origin, "Host": "api.example"})
    yield make_environ("PUT", path, {"Sec-Fetch-Site": "cross-site", "Cookie": "a=1"})
    yield make_environ("GET", path)


def named(place, number):
    """Give a policy that is known by its headers, of responses and of preflights."""
    return Policy(origins=[A], expose_headers=[f"X-{place.title().replace(' ', '-')}"], max_age=number)


@pytest.mark.slow
def test_every_combination_of_marks_is_walked_through():
    """Each place has a policy of its own, so that a wrong one shows, and each is marked and not marked."""
    policy, rule = named("application", 100), named("rule", 101)
    policies = {place: named(place, number) for number, place in enumerate(PLACES)}
    for turn, chosen in enumerate(product([True, False], repeat=len(policies))):
        marks = {
            place: policies[place] for place, is_marked in zip(policies, chosen, strict=True) if is_marked
        }
        site = make_site(policy, {"/outer": rule} if turn % 2 else {}, marks)
        for path in PATHS[turn % 5 :: 5]:
            for environ in list(requests_to(path, A))[turn % 3 :: 3]:
                assert_walked(site, environ)


def assert_walked(site, environ):
    """Assert that an application answers a request by the policy that a walk from scratch finds."""
    request = layer.read_request(environ)
    method = request.requested_method if headers.is_preflight(request) else request.method
    wanted = layer.answer(policy_for(site, environ, method), environ, "2xx", [])

    status, sent, told = ask(site.app, environ)

    assert told == wanted.told, request
    assert_headers_exactly(sent, wanted.headers)
    assert (status in {204, 403}) is not wanted.called


@APPLICATIONS
@given(LAID_OUT, RULES, st.dictionaries(st.sampled_from(PLACES), LAID_OUT), st.data())
def test_a_request_gets_the_policy_that_a_walk_from_scratch_finds(policy, rules, marks, data):
    """View, class, blueprint, path, application: asked in this order for every request, and once."""
    site = make_site(policy, rules, marks)
    origins = st.sampled_from([A, A, "https://p1.example", "https://evil.example"])
    for path in data.draw(st.lists(st.sampled_from(PATHS), min_size=6, max_size=6, unique=True)):
        for environ in requests_to(path, data.draw(origins)):
            assert_walked(site, environ)


@pytest.mark.parametrize("name", [name for name, policy in POLICIES.items() if policy.methods is not None])
def test_the_extension_does_what_the_plain_layer_does(name):
    """With methods of its own a policy needs no route, so around Flask the two are the same."""
    policy = POLICIES[name]
    inside, outside = Flask(__name__), Flask(__name__)
    for app in (inside, outside):
        app.testing = True
        methods = [each for each in enumerated.METHODS if each.isupper()]
        app.add_url_rule("/x", "x", lambda: ("page", 299, {"Vary": "Accept", "X": "1"}), methods=methods)
    CorsGuard(inside, policy)
    told = []
    plain = CorsMiddleware(outside, policy, on_refusal=lambda environ, decision: told.append(decision.reason))
    for keys in (enumerated.PREFLIGHT_KEYS, enumerated.ACTUAL_KEYS):
        for short in enumerated.environs(keys, 150, len(name)):
            told.clear()
            environs = [make_environ("GET", "/x", **short) for _ in range(2)]
            for environ in environs:
                if "HTTP_HOST" not in short:
                    del environ["HTTP_HOST"]

            mine = ask(inside, environs[0])
            theirs = ask(plain, environs[1])

            assert mine[0] == theirs[0]
            assert mine[2] == told
            if mine[0] == 403:
                assert_headers_exactly(mine[1], cors_headers(theirs[1]))
            else:
                assert mine[1] == theirs[1]


def test_looking_a_policy_up_for_a_preflight_changes_no_environ():
    """What the server gave is as it was, also where the answer is no."""
    site = make_site(POLICIES["one origin"], {}, {"outer": POLICIES["credentials"]})
    for path in PATHS:
        for origin in (A, "https://evil.example"):
            environ = make_environ(
                "OPTIONS", path, {"Origin": origin, "Access-Control-Request-Method": "PUT"}
            )
            before = dict(environ)

            ask(site.app, environ)

            assert environ == before
