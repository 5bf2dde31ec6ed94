"""Flask applications against the naive twins: the policy is looked up from scratch, and then applied."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from itertools import product
from typing import NamedTuple

import pytest
from flask import Flask
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from flask_corsguard import CorsGuard, Policy, cors_refused
from flask_corsguard.flask.warnings.bypass import WATCHED
from harness import assert_headers_exactly, make_environ
from naive import enumerated, headers, layer
from naive.compared import LISTENERS, begin_of, records_of_levels
from naive.enumerated import POLICIES, A
from naive.routing import LATE_PLACES, PATHS, PLACES, make_site, policy_for

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


class Answer(NamedTuple):
    """What came out of an application for a request."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes


def ask(app, environ):
    """Call *app* as a server does."""
    started = []
    body = b"".join(app(environ, lambda *args: started.append(args)))
    ((status, sent),) = started
    return Answer(status, sent, body)


@contextmanager
def listening(app, listeners):
    """Notify *listeners* of refusals; yield the lists of reasons and of levels, which grow."""
    notified = []

    def note(sender, decision):
        notified.append(decision.reason)

    with ExitStack() as stack:
        records = stack.enter_context(records_of_levels(listeners.level))
        if listeners.on_refusal:
            stack.enter_context(cors_refused.connected_to(note, app))
        yield notified, records


def requests_to(path, origin):
    """Yield preflights of and requests to *path*, by several methods."""
    for method in ("GET", "HEAD", "PUT", "POST", "DELETE", "PURGE", "OPTIONS"):
        asked = {"Origin": origin, "Access-Control-Request-Method": method}
        yield make_environ("OPTIONS", path, {**asked, "Access-Control-Request-Headers": "content-type"})
        yield make_environ(method, path, {"Origin": origin, "Host": "api.example"})
    for method in ("DELETE", "PUT", "GET"):
        # Any policy allows these, so theirs is found when the response starts.
        yield make_environ(method, path, {"Origin": origin, "Sec-Fetch-Site": "same-origin"})
    yield make_environ("PUT", path, {"Sec-Fetch-Site": "cross-site", "Cookie": "a=1"})
    yield make_environ("GET", path)


def named(place, number):
    """Return a policy that its headers identify, on responses and on preflights."""
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
        # Every other application has a path rule; the last one, in which nothing is marked, has none.
        site = make_site(policy, {} if turn % 2 else {"/outer": rule}, marks)
        for number, listeners in enumerate(LISTENERS[turn // 2 % 2 :: 2], start=turn):
            environs = [
                environ
                for path in PATHS[number % 5 :: 5]
                for environ in list(requests_to(path, A))[number % 3 :: 3]
            ]
            assert_walked(site, environs, listeners)


def test_a_mark_put_between_requests_is_found_by_the_next_one():
    """After each mark a walk from scratch finds another policy, and so does an application that remembers."""
    site = make_site(named("application", 100), {}, {})
    for number, place in enumerate(["", *LATE_PLACES]):
        if place:
            site.mark(place, named(place, number))
        environs = [environ for path in PATHS for environ in requests_to(path, A)]
        assert_walked(site, environs, LISTENERS[number % 4])


def assert_walked(site, environs, listeners):
    """Assert that an application answers requests by the policies that a walk from scratch finds."""
    with listening(site.app, listeners) as (notified, records):
        for environ in environs:
            request = layer.read_request(environ)
            method = request.requested_method if headers.is_preflight(request) else request.method
            wanted = listeners.heard(layer.answer(policy_for(site, environ, method), environ, "200 OK", []))
            for each in (site.opened, notified, records):
                each.clear()

            answered = ask(site.app, environ)

            assert (notified, sorted(records)) == (wanted.notified, wanted.logged), request
            assert_headers_exactly(answered.headers, wanted.headers)
            assert len(site.opened) == wanted.called
            if not wanted.called:
                assert (answered.status.upper(), begin_of(answered.body)) == (
                    wanted.status.upper(),
                    wanted.text,
                )


@APPLICATIONS
@given(LAID_OUT, RULES, st.dictionaries(st.sampled_from(PLACES), LAID_OUT), st.data())
def test_a_request_gets_the_policy_that_a_walk_from_scratch_finds(policy, rules, marks, data):
    """View, class, blueprint, path, application: asked in this order for every request, and once."""
    site = make_site(policy, rules, marks)
    origins = st.sampled_from([A, A, "https://p1.example", "https://evil.example"])
    for path in data.draw(st.lists(st.sampled_from(PATHS), min_size=6, max_size=6, unique=True)):
        assert_walked(site, requests_to(path, data.draw(origins)), data.draw(st.sampled_from(LISTENERS)))


@pytest.mark.parametrize("name", [name for name, policy in POLICIES.items() if policy.methods is not None])
def test_the_extension_does_what_the_twin_does_with_any_listeners(name):
    """A policy with methods needs no route, so an application without marks is like any WSGI application."""
    policy, (bare, guarded) = POLICIES[name], (Flask(__name__), Flask(__name__))
    methods = [each for each in enumerated.METHODS if each.isupper()]
    for app in (bare, guarded):
        app.testing = True
        app.add_url_rule("/x", "x", lambda: ("page", 299, {"Vary": "Accept", "X": "1"}), methods=methods)
    CorsGuard(guarded, policy)
    asked = [
        (short, ask(bare, environ_of(short)))
        for keys in (enumerated.PREFLIGHT_KEYS, enumerated.ACTUAL_KEYS)
        for short in enumerated.environs(keys, 100, len(name))
    ]
    for listeners in LISTENERS:
        with listening(guarded, listeners) as (notified, records):
            for short, unguarded in asked:
                wanted = layer.answer(policy, environ_of(short), unguarded.status, unguarded.headers)
                notified.clear()
                records.clear()

                answered = ask(guarded, environ_of(short))

                heard = listeners.heard(wanted)
                assert (notified, sorted(records)) == (heard.notified, heard.logged), short
                if wanted.called:
                    assert answered == (unguarded.status, wanted.headers, unguarded.body)
                else:
                    assert answered.status.upper() == wanted.status.upper()
                    assert begin_of(answered.body) == wanted.text
                    assert_headers_exactly(answered.headers, wanted.headers)


def environ_of(short):
    """Make the environ of a request of the tables, with nothing more that matters to CORS."""
    environ = make_environ("GET", "/x", **short)
    if "HTTP_HOST" not in short:
        del environ["HTTP_HOST"]
    return environ


def test_looking_a_policy_up_for_a_preflight_changes_nothing_that_the_server_gave():
    """What is in the environ is as it was, also where the answer is no."""
    site = make_site(POLICIES["one origin"], {}, {"outer": POLICIES["credentials"]})
    # The first requests are stamped, to tell them from those that reach Flask past the layer.
    for _ in range(WATCHED):
        ask(site.app, make_environ())
    for path in PATHS:
        for origin in (A, "https://evil.example"):
            environ = make_environ(
                "OPTIONS", path, {"Origin": origin, "Access-Control-Request-Method": "PUT"}
            )
            before = dict(environ)

            ask(site.app, environ)

            assert environ == before
