"""Patterns and regular expressions that a policy with credentials may not have, and what to write instead."""

from __future__ import annotations

import re
import sys
from collections import Counter

import pytest

from cases import A
from expressions import SAFE, UNSAFE
from flask_corsguard import Origin, Policy, PolicyError
from flask_corsguard.core.origin_pattern import EXTENSION_SCHEMES
from flask_corsguard.core.public_suffix import UNLISTED
from flask_corsguard.core.regex_tree import MAX_EXPRESSION_LENGTH, read_expression
from flask_corsguard.core.regexes import Proof
from flask_corsguard.core.validation.regexes import hint_of_unproven
from flask_corsguard.core.validation.stranger import (
    FILLERS,
    MAX_NODES,
    MAX_TRIES,
    _plain,
    _tries,
    find_stranger,
)
from rows import for_each

# Those that `re` alone can read.
UNREADABLE = r"(?=https://example\.com)https://example\.com"


def problems_of(**fields):
    """Return what is refused about a policy."""
    with pytest.raises(PolicyError) as caught:
        Policy(**fields)
    return caught.value.problems


def refusal_of(expression, **fields):
    """Return the one problem that an expression has with credentials."""
    regex = re.compile(expression)
    (refusal,) = problems_of(origins=[regex], credentials=True, **fields)
    assert (refusal.field, refusal.value) == ("origins", regex)
    return refusal


def spelled_in(hint):
    """Return the origins and expressions that a hint tells to write, each as a policy takes it."""
    advice = re.sub(r'It also matches "[^"]*"|"[^"]*" and add dangerously_allow', "", hint)
    expressions = re.findall(r're\.compile\(r"([^"]*)"\)', advice)
    texts = re.findall(r'(?<!\(r)"([a-z+-]+://[^"]*)"', advice)
    return [*map(re.compile, expressions), *texts]


@for_each("expression", SAFE)
def test_a_confined_expression_may_have_credentials(expression):
    """The policy takes it as it is."""
    regex = re.compile(expression)

    assert Policy(origins=[regex], credentials=True).origins == (regex,)


@for_each("expression, stranger", UNSAFE.items())
def test_an_expression_that_is_not_confined_is_refused_with_credentials(expression, stranger):
    """The hint shows a stranger's origin that matches, where there is one."""
    refusal = refusal_of(expression)

    assert refusal.code == "credentials.unproven-regex"
    assert (f'It also matches "{stranger}".' in refusal.hint) is (stranger is not None)
    if stranger is not None:
        assert re.fullmatch(expression, stranger)
        assert str(Origin.parse(stranger)) == stranger


@for_each("expression", UNSAFE)
def test_what_the_hint_shows_instead_can_be_written(expression):
    """Each origin and each expression in it makes a policy with credentials, which allows no stranger."""
    refusal = refusal_of(expression)
    instead = spelled_in(refusal.hint)

    assert instead or "none can be named" in refusal.hint
    for written in instead:
        assert Policy(origins=[written], credentials=True)
        if isinstance(written, re.Pattern) and UNSAFE[expression]:
            assert not written.fullmatch(UNSAFE[expression])


@pytest.mark.parametrize(
    ("expression", "hint"),
    [
        (
            r"^https?://localhost.*",
            'It also matches "https://localhost.evil.example". Write "https://localhost:*".',
        ),
        (
            r"https://app.example.com",
            (
                'It also matches "https://appxexamplexcom". '
                'Write "https://app.example.com" or "https://*.app.example.com".'
            ),
        ),
        (
            r"^http://127.0.0.1:\d+$",
            'It also matches "http://127x0x0x1:7". Write "http://127.0.0.1:*".',
        ),
        (
            r"https://.*.example.com",
            'It also matches "https://evilxexamplexcom". Write "https://example.com" or "https://*.example.com".',
        ),
        (
            r"https://(www.)?example\.com",
            'It also matches "https://wwwxexample.com". Write "https://example.com" or "https://*.example.com".',
        ),
        (r"http://127\.0\.0\.1\d*", 'It also matches "http://127.0.0.17". Write "http://127.0.0.1:*".'),
        (
            r"https://.*example\.(com|org)",
            'It also matches "https://evilexample.com". Write "https://example.com" or "https://*.example.com".',
        ),
        (
            r"https://[a-z]+\.com",
            'It also matches "https://evil.com". Name your own domain below it: "https://*.yours.com".',
        ),
        (
            r"https://(.*\.)?loca\.lt",
            (
                'It also matches "https://evil.loca.lt". '
                'Strangers have names below "loca.lt": name each origin whole, "https://yours.loca.lt".'
            ),
        ),
        (
            r"https://\w+\.amazonaws\.com",
            (
                'Name your own domain below "amazonaws.com", for strangers have theirs below '
                '"s3-website.af-south-1.amazonaws.com": "https://*.yours.amazonaws.com".'
            ),
        ),
        (
            r"chrome-extension://[a-p]{32}",
            (
                'It also matches "chrome-extension://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa". '
                'Name the extension by its id, "chrome-extension://abcdefghijklmnopabcdefghijklmnop"; to '
                'allow every extension, write "chrome-extension://*" and add '
                'dangerously_allow=["any-extension"].'
            ),
        ),
        (
            r"https://10\.0\.0\.1.*",
            (
                'It also matches "https://10.0.0.1.evil.example". '
                "Spell out the whole domain, with a dot before it: "
                r're.compile(r"https://([a-z0-9-]+\.)*example\.com(:[0-9]+)?"); '
                'or, if you know all that it matches, add dangerously_allow=["unproven-regexes"].'
            ),
        ),
        (
            UNREADABLE,
            (
                "Spell out the whole domain, with a dot before it: "
                r're.compile(r"https://([a-z0-9-]+\.)*example\.com(:[0-9]+)?"); '
                'or, if you know all that it matches, add dangerously_allow=["unproven-regexes"].'
            ),
        ),
        (
            r"https://example\.com/",
            (
                "It matches no origin that a browser sends, such as https://example.com; write "
                r're.compile(r"https://([a-z0-9-]+\.)*example\.com(:[0-9]+)?").'
            ),
        ),
    ],
)
def test_the_hint_is_made_for_the_expression(expression, hint):
    """It names the hosts that were meant, if it can tell which."""
    assert refusal_of(expression).hint == hint


@pytest.mark.parametrize("scheme", sorted(EXTENSION_SCHEMES))
@pytest.mark.parametrize("written", ["{}://*", "{}://.*"])
def test_the_hint_for_every_extension_works(scheme, written):
    """The pattern and the door that it names make a policy with credentials."""
    origin = written.format(scheme)
    (refusal,) = problems_of(origins=[re.compile(origin) if ".*" in origin else origin], credentials=True)
    pattern, door = re.search(r'write "(\S+)" and add dangerously_allow=\["([^"]+)"\]', refusal.hint).groups()

    assert Policy(origins=[pattern], credentials=True, dangerously_allow=[door])
    assert Policy(origins=spelled_in(refusal.hint) or [A], credentials=True)


def test_an_expression_that_is_too_long_is_refused_without_a_stranger():
    """It is not even read, so none is shown; without credentials it is not refused."""
    expression = "https://.*|" + MAX_EXPRESSION_LENGTH * "x"

    assert refusal_of(expression).hint == refusal_of(UNREADABLE).hint
    assert Policy(origins=[re.compile(expression)], private_network=True)


def test_each_expression_is_refused_by_itself():
    """And those that are confined are not among the problems."""
    wrong = [re.compile(r"https://.*\.com"), re.compile(r"https://.*example\.com")]

    refused = problems_of(origins=[*wrong, re.compile(r"https://a\.example\.com")], credentials=True)

    assert [problem.value for problem in refused] == wrong


def test_an_expression_without_credentials_may_match_anyone():
    """Then there is nothing to protect."""
    for expression in UNSAFE:
        assert Policy(origins=[re.compile(expression)])


def test_an_unproven_expression_has_a_value_of_dangerously_allow():
    """That of public suffixes opens for their whole names alone."""
    for expression in UNSAFE:
        assert Policy(
            origins=[re.compile(expression)], credentials=True, dangerously_allow=["unproven-regexes"]
        )
    suffixes = {"dangerously_allow": ["public-suffixes"]}
    assert Policy(origins=[re.compile(r"https://[^.]+\.github\.io")], credentials=True, **suffixes)
    for expression in (r"https://.*example\.com", r"https://[a-z-]+-mine\.vercel\.app", ".*"):
        assert refusal_of(expression, **suffixes).code == "credentials.unproven-regex"


@pytest.mark.parametrize(
    "expression", [".*", r"https?://.*", r"https://[a-z]+\.com", r"https://.*\.vercel\.app", r"http://[\d.]+"]
)
def test_an_expression_for_everyone_reaches_no_private_network(expression):
    """It is the wildcard in disguise, there as with credentials."""
    (refusal,) = problems_of(origins=[re.compile(expression)], private_network=True)

    assert refusal.code == "private-network.any-origin"


@pytest.mark.parametrize(
    "expression",
    [r"https://.*example\.com", r"https://my[a-z]+\.com", r"https://a\.example\.com", UNREADABLE],
)
def test_an_expression_that_names_a_site_may_reach_a_private_network(expression):
    """Without credentials, a domain that a stranger could register is not a reason to refuse it."""
    assert Policy(origins=[re.compile(expression)], private_network=True)


@pytest.mark.parametrize(
    ("origin", "instead"),
    [
        ("https://*.co.uk", 'Name your own domain below it: "https://*.yours.co.uk".'),
        ("http://*.github.io.:*", 'Name your own domain below it: "http://*.yours.github.io.".'),
        (
            "https://*.akershus.no",
            (
                'Name your own domain below "akershus.no", for strangers have theirs below '
                '"nes.akershus.no": "https://*.yours.akershus.no".'
            ),
        ),
        *(
            (
                f"https://*.{host}",
                f'Strangers have names below "{host}": name each origin whole, "https://yours.{host}".',
            )
            for domain in UNLISTED
            for host in (domain, f"app.{domain}")
        ),
    ],
)
def test_a_pattern_that_covers_names_of_strangers_is_refused_with_credentials(origin, instead):
    """They have them below a public suffix, below what one lies below, and below the hosts of tunnels."""
    refusal = problems_of(origins=[origin], credentials=True, dangerously_allow=["insecure-origins"])[0]

    assert (refusal.code, refusal.value, refusal.hint) == ("credentials.public-suffix", origin, instead)
    assert Policy(origins=spelled_in(instead), credentials=True, dangerously_allow=["insecure-origins"])
    assert Policy(origins=[origin])
    doors = ["insecure-origins", "public-suffixes"]
    assert Policy(origins=[origin], credentials=True, dangerously_allow=doors)


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("^https://.*$", "https://evil.example"),
        (r"\Ahttps://.*\Z", "https://evil.example"),
        ("https://$.*", None),
        ("https://(?:^).*", None),
        (r"https://\b.*", None),
        (r"https://(.)\1", None),
        (r"https://[0-9_]{3,}\.com", "https://000.com"),
        (r"https://x{400}.*", None),
        (r"https://(xy){400}.*", None),
        (r"https://[^\s\S].*", None),
        (r"https://[^\s\S]*", None),
        (r"x[^\s\S]?ttps://.*|https://a*b.*", "https://ab.evil.example"),
        (r"chrome[a-z]+://.*", None),
        (r"https://.*\.example\.com", None),
        (r"https://.*\.example\.(com|org)", None),
        (r"https://(a{0}|b)x.*", "https://x.evil.example"),
        (r"https://.example\.com\.", "https://xexample.com."),
    ],
)
def test_a_stranger_is_found_by_writing_along_the_tree(expression, found):
    """It matches, or none is shown."""
    proof = Proof(bases=frozenset({"example.com"}))
    stranger = find_stranger(read_expression(re.compile(expression)), proof)

    assert (stranger and stranger.origin) == found
    assert found is None or re.fullmatch(expression, found)


@pytest.mark.parametrize(
    ("expression", "spelled"),
    [
        (r".*\.forestadmin\.com.*", ("forestadmin.com", "forestadmin.com")),
        (r"https://.*-x\.example\.com.*", ("x.example.com", "x.example.com")),
        (r"https://a\.org.*\.example\.com_.*", ("example.com", "a.org", "example.com", "a.org")),
        (r"app://Xab.*", ("Xab", "Xab")),
        (r"https://a+b\.example\.com.*", ("ab.example.com", "ab.example.com")),
        (r"app://abX.*cd", ("abX", "cd", "abX", "cd")),
        (r"https://www.a.example\.com", ("example.com", "www", "a", "www.a.example.com")),
        (r"https://.*", ()),
    ],
)
def test_a_stranger_knows_what_the_expression_spells_out(expression, spelled):
    """The longest part comes first; after them come those that it would spell out with its dots escaped."""
    stranger = find_stranger(read_expression(re.compile(expression)), Proof())

    assert stranger.spelled == spelled


def test_a_name_that_dangerously_allow_permits_is_not_a_strangers():
    """Below a public suffix, anyone's site may be one that is meant."""
    tree = read_expression(re.compile(r"https://.*\.github\.io"))

    assert find_stranger(tree, Proof()).origin == "https://evil.github.io"
    assert find_stranger(tree, Proof(bases=frozenset({"github.io"}))) is None


@pytest.mark.skipif(sys.version_info < (3, 11), reason="Python has them since 3.11")
@pytest.mark.parametrize("expression", [r"https://(?>.*)example\.com", r"https://[a-z]*+example\.com"])
def test_no_stranger_is_shown_for_what_takes_all_and_gives_nothing_back(expression):
    """A possessive repetition leaves nothing for what follows it, so the expression may match nobody."""
    assert find_stranger(read_expression(re.compile(expression)), Proof()) is None
    assert re.fullmatch(expression, "https://evilexample.com") is None


@pytest.mark.slow
@pytest.mark.parametrize(
    "expression", [".*" * 300, "a?" * 1000, r"[\w-]" * 900, "(((?:a|b){300}){300}){9}", "(.?){900}"]
)
def test_no_expression_makes_the_search_for_a_stranger_hang(expression):
    """It visits a bounded number of nodes."""
    calls = Counter()

    def count(_frame, event, _argument):
        calls[event] += 1

    tree = read_expression(re.compile(expression))
    sys.setprofile(count)
    try:
        find_stranger(tree, Proof())
    finally:
        sys.setprofile(None)

    assert calls["call"] < 200 * (MAX_NODES + MAX_TRIES)


def test_what_is_written_along_the_tree_matches():
    """In many ways for one expression."""
    regex = re.compile(r"^https?://(\w+\.|[a-z]{2,3}-)*(example|sample)\.(com|org).?(:[0-9]{2,5})?$")

    written = set(map(_plain, _tries(read_expression(regex), FILLERS)))

    assert len(written) > 50
    assert all(regex.fullmatch(text) for text in written)


def test_the_hint_does_not_run_the_expression():
    """It would take longer than anybody waits."""
    regex = re.compile(r"https://(([a-z0-9-]+\.?)+)+example\.com")

    assert "evilexample.com" in hint_of_unproven(regex, public_suffixes=False)


@pytest.mark.parametrize(
    ("expression", "stranger"),
    [
        (r"https://[a-z]\.com", "https://x.com"),
        (r"https://[0-9]{2}\.com", "https://77.com"),
        (r"https://[a-z.]{5}com", "https://evil.com"),
        (r"https://[0-9.]+", "https://203.0.113.7"),
        (r"https://[a-z-]+\.com", "https://evil.com"),
        (r"https://a.example\.com", "https://axexample.com"),
    ],
)
def test_a_stranger_has_a_name_that_a_reader_takes_for_one(expression, stranger):
    """Whatever the length of the names that the expression matches."""
    with pytest.raises(PolicyError) as caught:
        Policy(origins=[re.compile(expression)], credentials=True)

    assert caught.value.problems[0].hint.startswith(f'It also matches "{stranger}".')
