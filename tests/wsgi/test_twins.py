"""The library against its naive twins: slow, obviously correct, and written from the contract alone."""

from __future__ import annotations

from collections import Counter
from functools import partial
from itertools import product

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from flask_corsguard import CorsMiddleware, Kind, Policy, Reason, Request
from flask_corsguard.core.origin_pattern import OriginPattern
from naive import enumerated, generated, headers, layer
from naive.compared import (
    FEWER,
    RANDOM,
    Layer,
    assert_same_decisions,
    expected,
    records_of_levels,
    without_text,
)
from naive.enumerated import POLICIES, present_and_absent
from naive.layer import read_request
from naive.origins import read_pattern
from strategies import near_misses_of

LISTED = 500

NEIGHBOURS = st.lists(
    st.sampled_from(
        [
            *(
                "https://*.example",
                "https://*.a.b.example",
                "https://*.b.example:82",
                "https://*.b.example:*",
            ),
            *("http://*.b.example", "http://b.example:*", "https://b.example", "https://*.xb.example"),
            *("https://*.b.example.", "https://*:81", "ws://*.b.example", "https://x.b.example"),
        ]
    ),
    max_size=5,
    unique=True,
)

by_policy = pytest.mark.parametrize("name", POLICIES)


@by_policy
def test_every_odd_origin_is_read_as_the_twin_reads_it(name):
    """One is compared character by character, the other by whatever is fast."""
    for origin in [*enumerated.ODD_ORIGINS, *enumerated.ORIGINS]:
        assert_same_decisions(POLICIES[name], Request(method="GET", origin=origin))


@RANDOM
@given(st.data())
def test_any_origin_is_allowed_as_the_twin_allows_it(data):
    """Lists, patterns, expressions and callables of any policy, asked about what is near them."""
    policy = data.draw(generated.policies())
    for origin in data.draw(st.lists(generated.origins_near(policy), min_size=1, max_size=4)):
        event(assert_same_decisions(policy, Request(method="POST", origin=origin)).reason)


def test_every_pattern_is_read_as_the_twin_reads_it():
    """Stars, hosts and ports at their bounds and beyond, each beside each."""
    read = 0
    for text in enumerated.texts_of_patterns():
        pattern = OriginPattern.parse(text)
        assert pattern == read_pattern(text), text
        read += pattern is not None
    assert read > 300


@pytest.mark.parametrize("item", ["https://*.b.example", "https://*.b.example:81", "http://*.b.example:*"])
@FEWER
@given(st.data())
def test_a_pattern_among_many_others_covers_what_it_covers_alone(item, data):
    """Neighbours that share labels, ports or schemes with it change nothing."""
    others = data.draw(NEIGHBOURS)
    policy = Policy(origins=[item, *others])
    asked = data.draw(near_misses_of([each.replace("*", "x") for each in policy.origins]).filter(bool))

    assert_same_decisions(policy, Request(method="GET", origin=asked))


@by_policy
def test_the_preflights_of_the_table_are_decided_as_the_twin_decides_them(name):
    """Origins, methods, lists of names and networks, in combinations spread over all there are."""
    for environ in enumerated.environs(enumerated.PREFLIGHT_KEYS, LISTED, len(name)):
        assert_same_decisions(POLICIES[name], read_request(environ))


@by_policy
def test_every_list_of_names_is_read_as_the_twin_reads_it(name):
    """All lists of the table, for origins that the policies allow, with methods of every kind."""
    for names, method in product(enumerated.REQUESTED_HEADERS, ["", "GET", "PUT", "FOO", "trAck", "X" * 35]):
        for origin in (enumerated.A, "https://one.example"):
            assert_same_decisions(
                POLICIES[name],
                Request(
                    method="OPTIONS",
                    origin=origin,
                    requested_method=method,
                    requested_headers=names,
                    private_network=None,
                ),
            )


@by_policy
def test_the_requests_of_the_table_are_judged_as_the_twin_judges_them(name):
    """Methods, origins, Fetch metadata, hosts, upgrades, cookies and schemes, spread over all there are."""
    for environ in enumerated.environs(enumerated.ACTUAL_KEYS, 2 * LISTED, len(name)):
        assert_same_decisions(POLICIES[name], read_request(environ))


@pytest.mark.parametrize("name", ["closed", "everyone", "credentials", "patterns"])
def test_an_own_origin_is_known_as_the_twin_knows_it(name):
    """By host, port and scheme, in every combination of those of the table, where no browser says more."""
    for origin, host, scheme in product(enumerated.OWN, enumerated.HOSTS, enumerated.SCHEMES):
        for site in (None, "", "cross-site"):
            request = Request(method="POST", origin=origin, fetch_site=site, host=host, scheme=scheme)
            assert_same_decisions(POLICIES[name], request)


@pytest.mark.slow
def test_the_tables_reach_everything_that_can_be_said():
    """Every reason is given, by a decision or by a verdict, and no combination of them is the only one."""
    reached: Counter[object] = Counter()
    for name, policy in POLICIES.items():
        for keys in (enumerated.PREFLIGHT_KEYS, enumerated.ACTUAL_KEYS):
            for environ in enumerated.environs(keys, LISTED, len(name)):
                said = assert_same_decisions(policy, read_request(environ))
                reached[said.reason] += 1
                reached[said.kind, said.allowed, said.status] += 1

    assert set(Reason) <= set(reached)
    assert {(Kind.PREFLIGHT, True, 204), (Kind.PREFLIGHT, False, 204), (Kind.PREFLIGHT, False, 403)} <= set(
        reached
    )
    assert {
        (kind, passed, None if passed else 403) for kind in list(Kind)[1:] for passed in (True, False)
    } <= (set(reached))
    assert min(reached.values()) >= 4, reached


@by_policy
def test_the_layer_does_what_the_twin_does_whatever_is_present_or_absent(name):
    """All combinations of the keys that matter, one layer for all of them, so none sees another."""
    policy, theirs = POLICIES[name], enumerated.HEADER_LISTS[len(name) % 3]
    asked = Layer(policy, theirs)
    with records_of_levels() as records:
        for environ in present_and_absent():
            assert asked.answer(environ, records) == expected(policy, environ, theirs)


@by_policy
def test_the_layer_does_what_the_twin_does_with_the_requests_of_the_table(name):
    """Through WSGI, too: the status, all headers, who was called, what was told and what was logged."""
    policy, theirs = POLICIES[name], enumerated.HEADER_LISTS[1]
    asked = Layer(policy, theirs)
    with records_of_levels() as records:
        for keys in (enumerated.PREFLIGHT_KEYS, enumerated.ACTUAL_KEYS):
            for environ in enumerated.environs(keys, LISTED, 7 * len(name)):
                assert asked.answer(environ, records) == expected(policy, environ, theirs), environ


@pytest.mark.parametrize("make", [list, tuple])
@by_policy
def test_every_list_of_headers_is_merged_as_the_twin_merges_it(name, make):
    """Whatever the application sends, in any case, once or twice; it is told of once."""
    policy = POLICIES[name]
    for theirs, origin in product(map(make, enumerated.HEADER_LISTS), [None, *enumerated.ORIGINS[2:9]]):
        environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "wsgi.url_scheme": "http"}
        if origin is not None:
            environ["HTTP_ORIGIN"] = origin
        asked = Layer(policy, theirs)
        with records_of_levels() as records:
            assert asked.answer(environ, records) == expected(policy, environ, theirs)
            assert asked.answer(environ, records) == expected(policy, environ, theirs, warned=True)


@RANDOM
@given(st.data())
def test_the_layer_does_what_the_twin_does(data):
    """Any policy, any two requests one after the other, any headers of the application."""
    policy = data.draw(generated.policies())
    theirs = data.draw(generated.THEIRS)
    asked, warned = Layer(policy, theirs), False
    with records_of_levels() as records:
        for environ in data.draw(st.lists(generated.environs(policy), min_size=2, max_size=2)):
            wanted = expected(policy, environ, theirs, warned=warned)
            assert asked.answer(environ, records) == wanted
            warned = warned or (wanted.called and bool(layer.replaced(theirs, policy)))
            event(f"{wanted.status[:3]} {wanted.told}")


@FEWER
@given(st.data())
def test_requests_that_take_turns_do_not_see_each_other(data):
    """One layer answers them, in one order and then the other, as new layers do."""
    policy = data.draw(generated.policies())
    environs = data.draw(st.lists(generated.environs(policy), min_size=2, max_size=3))
    asked = Layer(policy, [("Vary", "Accept")])
    with records_of_levels() as records:
        for environ in [*environs, *reversed(environs)]:
            assert asked.answer(environ, records) == expected(policy, environ, [("Vary", "Accept")])


@by_policy
def test_a_response_that_is_begun_anew_is_completed_each_time(name):
    """With the headers of the policy both times, and the second time with the exception, too."""
    policy, anew, exc_info = POLICIES[name], enumerated.HEADER_LISTS[2], (LookupError, LookupError(), None)

    def app(environ, start_response):
        start_response("200 OK", [])
        start_response("500 Oops", anew, exc_info)
        return []

    for origin in enumerated.ORIGINS:
        started = []
        environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "wsgi.url_scheme": "http"}
        environ.update({} if origin is None else {"HTTP_ORIGIN": origin})
        said = headers.decide(policy, read_request(environ))

        CorsMiddleware(app, policy)(environ, partial(note, started))

        assert started[0] == ("200 OK", layer.merge([], policy, said))
        assert started[1] == ("500 Oops", layer.merge(anew, policy, said), exc_info)


@pytest.mark.parametrize("begun", [False, True])
@by_policy
def test_in_debug_an_exception_is_answered_to_whom_the_twin_allows(name, begun):
    """Everyone else gets it as it is, and so does everyone where there is no debug mode."""
    policy = POLICIES[name]

    def app(environ, start_response):
        if begun:
            start_response("200 OK", [])
        raise ZeroDivisionError

    for origin, debug in product(enumerated.ORIGINS, [True, False]):
        started = []
        environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "wsgi.url_scheme": "http"}
        environ.update({} if origin is None else {"HTTP_ORIGIN": origin})
        said = headers.decide(policy, read_request(environ))
        ask = partial(CorsMiddleware(app, policy, debug=debug), environ, partial(note, started))
        if not debug or origin is None or not said.allowed:
            with pytest.raises(ZeroDivisionError):
                ask()
            assert len(started) == begun
        else:
            body = b"".join(ask())
            status, sent, *exc_info = started[-1]
            assert status == "500 Internal Server Error"
            assert without_text(sent, body, "GET") == said.headers
            assert [len(each) for each in exc_info] == [3]


def note(started, *args):
    """Be a server's start_response that remembers."""
    started.append(args)
