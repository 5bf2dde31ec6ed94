"""The rules that give paths their policies."""

from __future__ import annotations

import pytest

from cases import A
from flask_corsguard import SAME_ORIGIN, Policy, PolicyError
from flask_corsguard.wsgi.path_rules import PathRules, _prefixes, is_ambiguous
from harness import count_calls
from rows import for_each


@pytest.mark.parametrize(
    ("rules", "code", "hint"),
    [
        ([("/api", SAME_ORIGIN)], "paths.type", '{"/api": policy}'),
        ({"/api/": SAME_ORIGIN}, "path.spelling", '"/api"'),
        ({"/api/*": SAME_ORIGIN}, "path.spelling", '"/api"'),
        ({r"/api/.*": SAME_ORIGIN}, "path.spelling", '"/api"'),
        ({"api": SAME_ORIGIN}, "path.spelling", '"/api"'),
        ({"": SAME_ORIGIN}, "path.spelling", '"/"'),
        ({"/a//b": SAME_ORIGIN}, "path.spelling", '"/api"'),
        ({"/a/../b": SAME_ORIGIN}, "path.spelling", '"/api"'),
        ({"/a%20b": SAME_ORIGIN}, "path.spelling", '"/api"'),
        ({"/a?b": SAME_ORIGIN}, "path.spelling", '"/api"'),
        ({3: SAME_ORIGIN}, "path.spelling", '"/api"'),
        ({"/": SAME_ORIGIN, "/api": SAME_ORIGIN}, "path.unreachable", 'before "/"'),
        ({"/a": SAME_ORIGIN, "/a/b/c": SAME_ORIGIN}, "path.unreachable", 'before "/a"'),
        ({"/a": "*"}, "policy.type", "Policy(origins="),
        ({"/a": {"origins": None}}, "origins.none", '"*"'),
    ],
)
def test_a_path_rule_that_cannot_be_meant_is_refused(rules, code, hint):
    """Misspelt and unreachable rules are refused when the rules are built."""
    with pytest.raises(PolicyError) as caught:
        PathRules(rules)

    (refusal,) = caught.value.problems
    assert refusal.code == code
    assert hint in refusal.hint


def test_a_problem_within_a_rule_names_the_rule():
    """So two rules with the same mistake have different messages."""
    with pytest.raises(PolicyError) as caught:
        PathRules({"/a": {"origins": None}, "/b": {"origins": [A]}, "/c": {"max_age": -1}, "/d": "*"})

    fields = [each.field for each in caught.value.problems]
    assert fields == ["paths['/a'].origins", "paths['/c'].origins", "paths['/c'].max_age", "paths['/d']"]


def test_a_long_path_costs_what_its_length_costs():
    """Only those of its prefixes are looked up that are no longer than the longest rule."""
    rules = PathRules({"/api/v1": SAME_ORIGIN, "/b": Policy(origins="*")})
    path = "/b" + "/a" * 125_000

    assert _prefixes(path, 7) == ["/b/a/a", "/b/a", "/b", "/"]
    assert count_calls(lambda: rules.find(path)) == count_calls(lambda: rules.find("/b" + "/a" * 10))
    assert rules.find(path) == Policy(origins="*")
    assert rules.find("/api/v1" + "x" * 10) is None
    assert rules.find("/api/v1/" + "x" * 10) is SAME_ORIGIN


def test_a_path_without_a_leading_slash_is_closed():
    """No rule covers a path without a leading slash, because some routers add the slash."""
    rules = PathRules({"/": Policy(origins="*")})

    assert rules.find("") == rules.find("/") == Policy(origins="*")
    assert rules.find("api/x") is rules.find("*") is rules.closed == SAME_ORIGIN
    with pytest.raises(PolicyError, match=r"path\.spelling"):
        PathRules({"/\ud800": SAME_ORIGIN})


@pytest.mark.parametrize("path", ["/", "/a", "/a/", "/a.b", "/...", "/a/..b", "/a%20b", "/a;x", "/\xe9", ""])
def test_an_ordinary_path_is_not_ambiguous(path):
    """Dots within a longer segment, and other escapes, are not misread by other software."""
    assert not is_ambiguous(path)


def test_two_misspelt_paths_are_two_problems():
    """So are two paths that are never reached; one error lists all of them."""
    with pytest.raises(PolicyError) as caught:
        PathRules({"/a/": SAME_ORIGIN, "b": SAME_ORIGIN, "/c": SAME_ORIGIN, "/c/d": "*", "/c/e": SAME_ORIGIN})

    problems = [(each.code, each.value) for each in caught.value.problems]
    assert problems == [
        ("path.spelling", "/a/"),
        ("path.spelling", "b"),
        ("path.unreachable", "/c/d"),
        ("path.unreachable", "/c/e"),
    ]


@pytest.mark.parametrize(
    "path", ["/a/..", "/a/.", "/..", "/.", "/../a", "/./a", "//", "/a//b", "/a\\b", "/a\0"]
)
def test_a_path_with_segments_that_others_resolve_is_ambiguous(path):
    """Also with a segment before it and none after it."""
    assert is_ambiguous(path)


@pytest.mark.parametrize("path", ["/.a", "/a/.b", "/a/b.", "/a/.\n", "/a/..\n", "/a/. "])
def test_a_segment_that_only_begins_or_ends_with_dots_is_a_name(path):
    """A hidden file is one, for example."""
    assert not is_ambiguous(path)


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        *(
            (path, "/api")
            for path in ("/api/", "/api//", "/api/*", "/api*", "/api.*", "/api/.*", "api", "//api")
        ),
        *((path, "/api") for path in (" /api", "/api\n", "api/", "api/*")),
        *((path, "/") for path in ("", "*", "/*", ".*", "//")),
        *((path, "/a.b/c") for path in ("a.b/c", "/a.b/c/*")),
        *((path, "/XaX") for path in ("XaX", "/XaX/", "XaX/*")),
        *((path, None) for path in ("/a//b", "/a/../b", "/a?b", "/a**", "/*/a", 3, None)),
    ],
)
def test_the_hint_for_a_path_is_the_rule_that_was_meant(path, meant):
    """What routers and globs write is understood; where it is not, the hint has examples."""
    with pytest.raises(PolicyError) as caught:
        PathRules({path: SAME_ORIGIN})

    (refusal,) = caught.value.problems
    if meant is None:
        expected = 'Write "/api" for /api and everything below it, "/" for every path.'
    else:
        expected = f'Write "{meant}": it covers the path itself and everything below it.'
        assert PathRules({meant: SAME_ORIGIN}).find(meant) is SAME_ORIGIN
    assert refusal.hint == expected


@for_each("character", [chr(number) for number in range(0x100)])
def test_a_character_is_one_of_a_rule_or_not(character):
    """Controls, spaces, what ends a path in a URL, escapes, stars and backslashes are not."""
    is_one = character > " " and character not in "?#%*\\\x7f"

    if is_one:
        # In WSGI, the bytes of a path are read as Latin-1.
        asked = f"/a{character}b".encode().decode("latin-1")
        assert PathRules({f"/a{character}b": SAME_ORIGIN}).find(asked) is not None
    else:
        with pytest.raises(PolicyError, match=r"path\.spelling"):
            PathRules({f"/a{character}b": SAME_ORIGIN})
