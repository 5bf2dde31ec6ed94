"""Paths at the edge: as Python decodes them, or as they are sent, and never wider."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote_to_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_corsguard import Policy
from flask_corsguard.edge.paths import Exact, Paths, as_sent, ordered, path_of
from flask_corsguard.wsgi.path_rules import PathRules
from reach import met, reaching

OPEN = Policy(origins="*")
PREFIXES = {"/a/b": 0, "/a": 1, "/caf\u00e9": 2, "/": 3}
RULES = PathRules({path: Policy(origins="*", max_age=number) for path, number in PREFIXES.items()})
CLOSED = 4
PATHS = Paths(ordered(PREFIXES), closed=CLOSED)

_PIECES = [
    "/",
    "a",
    "b",
    ".",
    "..",
    "%2f",
    "%2F",
    "%2e",
    "%61",
    "%25",
    "%2",
    "5",
    "c",
    "\\",
    "%00",
    "caf",
    "%C3%A9",
]
SENT = st.lists(st.sampled_from(_PIECES), max_size=8).map(lambda pieces: "/" + "".join(pieces))


def rule_in_python(sent: str) -> int:
    """Return the rule that the middleware applies."""
    policy = RULES.find(unquote_to_bytes(sent).decode("latin-1"))
    return CLOSED if policy is RULES.closed or policy is None else policy.max_age


@reaching
@given(SENT)
def test_a_decoded_path_has_the_rule_that_it_has_in_python(sent):
    """Unless a "%" begins no escape: then it is closed."""
    assert PATHS.rule_for(sent, "GET") in {rule_in_python(sent), CLOSED}
    if met(re.search("%(?![0-9A-Fa-f]{2})", sent) is None):
        assert PATHS.rule_for(sent, "GET") == rule_in_python(sent)


_PLAIN = st.sampled_from(["/a", "/b", "/x", "/caf%C3%A9", "/", "/a.", "/%20", "/%61", "%2fb", "/.."])


@reaching
@given(st.lists(_PLAIN, min_size=1, max_size=4).map("".join))
def test_a_path_as_it_is_sent_has_its_rule_or_the_closed_one(sent):
    """No other rule."""
    rule = PATHS.rule_as_sent(sent, "GET")

    assert rule in {rule_in_python(sent), CLOSED}
    if met(rule != CLOSED):
        assert rule == rule_in_python(sent)


@pytest.mark.parametrize(
    ("sent", "decoded", "raw"),
    [
        ("/a", 1, 1),
        ("/a/b", 0, 0),
        ("/a/bc", 1, 1),
        ("/apix", 3, 3),
        ("/%61", 1, CLOSED),
        ("/a%2fb", 0, CLOSED),
        ("/a/%2e%2e/x", CLOSED, CLOSED),
        ("/a//b", CLOSED, CLOSED),
        ("/a%252fb", CLOSED, CLOSED),
        ("/a%25%32%66b", CLOSED, CLOSED),
        ("/a%2541", 3, CLOSED),
        ("/a\\b", CLOSED, CLOSED),
        ("/a%5cb", CLOSED, CLOSED),
        ("/a%00", CLOSED, CLOSED),
        ("/a/..", CLOSED, CLOSED),
        ("/a/.", CLOSED, CLOSED),
        ("/a/...", 1, 1),
        ("/a%", CLOSED, CLOSED),
        ("/a%2", CLOSED, CLOSED),
        ("/a#b", CLOSED, CLOSED),
        ("/caf%C3%A9/x", 2, 2),
        ("/caf%c3%a9", 2, CLOSED),
        ("a", CLOSED, CLOSED),
        ("", CLOSED, CLOSED),
    ],
)
def test_the_spellings_of_a_path(sent, decoded, raw):
    """What each gets where paths are decoded, and where they are not."""
    assert (PATHS.rule_for(sent, "GET"), PATHS.rule_as_sent(sent, "GET")) == (decoded, raw)


def test_an_exact_path_comes_before_a_prefix():
    """Its rule may depend on the method."""
    exact = (Exact("/a/x", (("GET", 7),), 8), Exact("/z", (), 9))
    paths = Paths(ordered({"/a": 1}), exact, closed=0)

    asked = [("/a/x", "GET"), ("/a/x", "PUT"), ("/a/x/y", "GET"), ("/z", "GET"), ("/q", "GET")]
    assert [paths.rule_for(*each) for each in asked] == [7, 8, 1, 9, 0]
    assert [paths.rule_as_sent(*each) for each in asked] == [7, 8, 1, 9, 0]


def test_one_rule_for_all_paths_is_for_ambiguous_ones_too():
    """As a middleware with one policy does not look at the path."""
    paths = Paths(whole=0)

    assert {paths.rule_for("/..//x", "GET"), paths.rule_as_sent("/%2e", "PUT")} == {0}


@given(st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="%\\\x00")))
def test_a_path_is_sent_in_one_spelling(text):
    """What is quoted can be read again, and what browsers leave as it is stays."""
    sent = as_sent(text)

    assert unquote_to_bytes(sent) == text.encode()
    assert as_sent("/a-b._~!$&'()*+,;=:@[]|^") == "/a-b._~!$&'()*+,;=:@[]|^"
    assert sent.isascii()
    assert quote(sent, safe="%" + sent) == sent


def test_a_query_does_not_belong_to_the_path():
    """It begins at the first question mark."""
    assert (path_of("/a?b?c"), path_of("/a")) == ("/a", "/a")
