"""``decide`` and ``judge`` against their naive twins: slow, obviously correct, written from the contract."""

from __future__ import annotations

from collections import Counter
from itertools import product

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from flask_corsguard import UNMANAGED, Kind, Policy, Reason, Request
from flask_corsguard.core.origin_pattern import OriginPattern
from naive import enumerated, generated
from naive.compared import FEWER, LISTED, RANDOM, assert_same_decisions
from naive.enumerated import POLICIES
from naive.layer import read_request
from naive.origins import read_pattern
from strategies import near_misses_of

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
    """By host, port and scheme, in every combination of the table, without ``Sec-Fetch-Site``."""
    for origin, host, scheme in product(enumerated.OWN, enumerated.HOSTS, enumerated.SCHEMES):
        for site in (None, "", "cross-site"):
            request = Request(method="POST", origin=origin, fetch_site=site, host=host, scheme=scheme)
            assert_same_decisions(POLICIES[name], request)


@pytest.mark.slow
def test_the_tables_reach_every_possible_reason():
    """Every reason is given, by a decision or by a verdict, and no combination of them is the only one."""
    reached: Counter[object] = Counter()
    for name, policy in {**POLICIES, "unmanaged": UNMANAGED}.items():
        for keys in (enumerated.PREFLIGHT_KEYS, enumerated.ACTUAL_KEYS):
            for environ in enumerated.environs(keys, LISTED, len(name)):
                said = assert_same_decisions(policy, read_request(environ))
                reached[said.reason] += 1
                reached[said.kind, said.allowed, said.status] += 1

    assert set(Reason) <= set(reached)
    assert reached.pop((Kind.PREFLIGHT, True, None))
    assert {(Kind.PREFLIGHT, True, 204), (Kind.PREFLIGHT, False, 204), (Kind.PREFLIGHT, False, 403)} <= set(
        reached
    )
    assert {
        (kind, passed, None if passed else 403) for kind in list(Kind)[1:] for passed in (True, False)
    } <= (set(reached))
    assert min(reached.values()) >= 4, reached
