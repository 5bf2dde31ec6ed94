"""Paths at the edge: decoded as Python does, or as expressions for every spelling."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote_to_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_corsguard import Policy
from flask_corsguard.edge.paths import (
    LONE_PERCENT,
    Exact,
    Paths,
    as_sent,
    ordered,
    path_of,
    spelled,
    spelled_prefix,
)
from flask_corsguard.wsgi.path_rules import PathRules, is_ambiguous
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


def rule_by_expressions(sent: str) -> int:
    """Return the rule that an engine finds that does not decode paths."""
    if re.search(PATHS.ambiguous_without_fragments, sent):
        return CLOSED
    if any(re.match(each, sent) for each in PATHS.fragments):
        return CLOSED
    matching = (rule for prefix, rule in PATHS.prefixes if re.fullmatch(spelled_prefix(prefix), sent))
    return next(matching, CLOSED)


@given(SENT)
def test_a_path_has_the_rule_that_it_has_in_python(sent):
    """Decoded, or compared with every spelling."""
    assert PATHS.rule_for(sent, "GET") == rule_in_python(sent)
    assert rule_by_expressions(sent) == rule_in_python(sent)


@reaching
@given(st.lists(st.sampled_from([*_PIECES, "#", "#"]), max_size=8).map(lambda pieces: "/" + "".join(pieces)))
def test_a_path_with_a_number_sign_has_the_rule_of_both_its_readings(sent):
    """Some software ends it there. Where it would have another rule then, it is closed."""
    whole, ended = rule_in_python(sent), rule_in_python(sent.partition("#")[0])

    if met("#" in sent and CLOSED not in {whole, ended}):
        wanted = whole if whole == ended else CLOSED
        assert PATHS.rule_for(sent, "GET") == rule_by_expressions(sent) == wanted
    else:
        assert (
            PATHS.rule_for(sent, "GET") == rule_by_expressions(sent) == (whole if "#" not in sent else CLOSED)
        )


@pytest.mark.parametrize(
    "paths",
    [
        Paths(ordered({"/a": 1, "/": 2}), (Exact("/x", (), 4),), 3),
        Paths(ordered({"/a#b": 1, "/": 2}), closed=3),
    ],
)
def test_a_number_sign_closes_every_path_where_rules_are_for_one_path_or_have_one(paths):
    """Its two readings would have to be compared with every one of them."""
    assert {paths.rule_for(sent, "GET") for sent in ("/x#y", "/a#b", "/a/y#z", "/y#")} == {3}
    assert paths.rule_for("/a%23b", "GET") in {1, 2}


@reaching
@given(SENT, st.sampled_from(["/a%b", "/a%", "/%/x", "/100%25"]))
def test_where_a_rule_has_a_percent_sign_no_other_path_gets_it(sent, prefix):
    """A "%" that begins no escape is closed there: what it means depends on what follows it."""
    paths = Paths(ordered({prefix: 1, "/": 2}), closed=3)
    path = unquote_to_bytes(sent).decode("latin-1")
    wanted = 3 if is_ambiguous(path) else 1 if path == prefix or path.startswith(f"{prefix}/") else 2

    if met(re.search(LONE_PERCENT, sent)):
        assert paths.rule_for(sent, "GET") == 3
    else:
        assert paths.rule_for(sent, "GET") == wanted
        is_below = re.fullmatch(spelled_prefix(prefix), sent) is not None
        assert is_below is (wanted == 1) or re.search(paths.ambiguous, sent)


@pytest.mark.parametrize(
    ("sent", "rule"),
    [
        ("/a", 1),
        ("/a/b", 0),
        ("/a/bc", 1),
        ("/apix", 3),
        ("/%61", 1),
        ("/a%2fb", 0),
        ("/a/%2e%2e/x", CLOSED),
        ("/a//b", CLOSED),
        ("/a%252fb", CLOSED),
        ("/a%25%32%66b", CLOSED),
        ("/a%2541", 3),
        ("/a\\b", CLOSED),
        ("/a%5cb", CLOSED),
        ("/a%00", CLOSED),
        ("/a/..", CLOSED),
        ("/a/.", CLOSED),
        ("/a/...", 1),
        ("/a%", 3),
        ("/a/%2", 1),
        ("/a/%%32f", CLOSED),
        ("/a/%u002f", CLOSED),
        ("/a#b", CLOSED),
        ("/%61#b", CLOSED),
        ("/a/b#", CLOSED),
        ("/a/..#/b", CLOSED),
        ("/a/%2E#b", CLOSED),
        ("/a/x#b", 1),
        ("/a/#", 1),
        ("/#", 3),
        ("/x#?y", 3),
        ("/caf%C3%A9/x", 2),
        ("/caf%c3%a9", 2),
        ("a", CLOSED),
        ("", CLOSED),
    ],
)
def test_the_spellings_of_a_path(sent, rule):
    """What each gets where paths are decoded, and where they are not."""
    assert (PATHS.rule_for(sent, "GET"), rule_by_expressions(sent)) == (rule, rule)


@pytest.mark.parametrize(
    ("sent", "rule"), [("/100%25", 1), ("/100%25/x", 1), ("/x", 2), ("/100%", 3), ("/100%2f", 2), ("/x%", 3)]
)
def test_a_percent_sign_of_a_rule_is_sent_as_an_escape(sent, rule):
    """One that begins no escape closes every path of these rules."""
    paths = Paths(ordered({"/100%": 1, "/": 2}), closed=3)

    assert paths.rule_for(sent, "GET") == rule
    assert (re.fullmatch(spelled_prefix("/100%"), sent) is not None) is (rule == 1)


def test_an_exact_path_comes_before_a_prefix():
    """Its rule may depend on the method."""
    exact = (Exact("/a/x", (("GET", 7),), 8), Exact("/z", (), 9))
    paths = Paths(ordered({"/a": 1}), exact, closed=0)

    asked = [("/a/x", "GET"), ("/a/x", "PUT"), ("/a/x/y", "GET"), ("/z", "GET"), ("/q", "GET")]
    assert [paths.rule_for(*each) for each in asked] == [7, 8, 1, 9, 0]


def test_one_rule_for_all_paths_is_for_ambiguous_ones_too():
    """As a middleware with one policy does not look at the path."""
    paths = Paths(whole=0)

    assert {paths.rule_for("/..//x", "GET"), paths.rule_for("/%2e", "PUT")} == {0}


@given(st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="%\\\x00")))
def test_a_path_is_sent_in_one_spelling(text):
    """What is quoted can be read again, and what browsers leave as it is stays."""
    sent = as_sent(text)

    assert unquote_to_bytes(sent) == text.encode()
    assert re.fullmatch(spelled(text), sent)
    assert re.fullmatch(spelled(text), "".join(f"%{byte:02x}" for byte in text.encode()))
    assert as_sent("/a-b._~!$&'()*+,;=:@[]|^") == "/a-b._~!$&'()*+,;=:@[]|^"
    assert sent.isascii()
    assert quote(sent, safe="%" + sent) == sent


def test_a_query_does_not_belong_to_the_path():
    """It begins at the first question mark."""
    assert (path_of("/a?b?c"), path_of("/a")) == ("/a", "/a")
