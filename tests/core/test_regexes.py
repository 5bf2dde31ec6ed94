"""What is shown of a regular expression, and that it is true."""

from __future__ import annotations

import re
import subprocess
import sys
import warnings
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from expressions import SAFE, UNSAFE
from flask_corsguard import Origin
from flask_corsguard.core.origin import MAX_ORIGIN_LENGTH, is_loopback_host
from flask_corsguard.core.public_suffix import site_of
from flask_corsguard.core.regex_tree import (
    ALPHABET,
    MAX_DEPTH,
    MAX_EXPRESSION_LENGTH,
    Chars,
    UnreadableError,
    read_expression,
)
from flask_corsguard.core.regexes import (
    MAX_CHOICES,
    MAX_FORKED,
    MAX_STEPS,
    MAX_TAILS,
    MAX_UNROLLED,
    Proof,
    prove,
)
from flask_corsguard.core.validation.stranger import FILLERS, _plain, _tries
from harness import PYPY
from reach import met, reaching
from rows import for_each

ANYTHING = frozenset({""})


def proved(expression, flags=0, **doors):
    """Return the proof of an expression that is written as text."""
    return prove(re.compile(expression, flags), **doors)


def named(proof):
    """Return all that a proof names."""
    return proof.origins | proof.bases


@for_each("expression, sites", SAFE.items())
def test_an_expression_that_spells_out_its_sites_is_confined_to_them(expression, sites):
    """The proof names each of them, and nothing else."""
    proof = proved(expression)

    assert proof.is_confined
    assert named(proof) == sites


@for_each("expression", UNSAFE)
def test_an_expression_that_matches_strangers_is_not_confined(expression):
    """Nor is one of which it cannot be shown."""
    assert not proved(expression).is_confined


@pytest.mark.parametrize(
    ("expression", "flags"),
    [
        ("k", re.IGNORECASE),
        ("\N{KELVIN SIGN}", re.IGNORECASE),
        ("[\N{KELVIN SIGN}]", re.IGNORECASE),
        ("[\u2120-\u212f]", re.IGNORECASE),
        ("(?i:\N{KELVIN SIGN})", 0),
        ("(?i:(?u:\N{KELVIN SIGN}))", re.ASCII),
        ("(?ai:(?u:\N{KELVIN SIGN}))", 0),
        ("(?i)K", 0),
        ("[J-L]", re.IGNORECASE),
    ],
)
def test_case_is_ignored_as_re_ignores_it(expression, flags):
    """The Kelvin sign is the letter k then, which is what an origin on the wire has."""
    allowed = {character for character in ALPHABET if re.fullmatch(expression, character, flags)}

    assert "k" in allowed
    assert read_expression(re.compile(expression, flags)) == Chars(frozenset(allowed), is_open=False)


def test_upper_case_only_occurs_in_the_hosts_of_shells():
    """With IGNORECASE, a name in lower case includes all its spellings; without it, each is itself."""
    assert proved(r"https://A\.example\.com").is_empty
    assert proved(r"app://A") == Proof(origins=frozenset({"app://A"}))
    assert proved(r"(?i)app://(App|a\.example\.com)") == Proof(
        origins=frozenset({"app://app", "app://a.example.com"})
    )
    assert proved(r"(?i).*\.example\.com") == Proof(bases=frozenset({"example.com"}))
    assert not proved(r".*\.Example\.com").is_confined


@pytest.mark.parametrize(
    "expression",
    [
        *("\N{KELVIN SIGN}", "(?ai:\N{KELVIN SIGN})", "(?i:(?a:\N{KELVIN SIGN}))"),
        *(r"\s", "[é-ü]", r"[^\S]", "[*,;=]"),
    ],
)
def test_a_character_that_no_origin_has_is_never_matched(expression):
    """Origins are written in ASCII."""
    assert not any(re.fullmatch(expression, character) for character in ALPHABET)
    assert proved(rf"https://a\.example\.com|https://.*{expression}") == Proof(
        origins=frozenset({"https://a.example.com"})
    )


@pytest.mark.parametrize(
    "expression",
    [
        *(
            "[abc]",
            r"[\d]",
            r"\w",
            r"\W",
            r"[^\d]",
            "[^a]",
            r"\D",
            r"\S",
            "[a-f0-9.]",
            "[+-/]",
            "(?i)[A-C]",
            ".",
        ),
        *("(?s).", "(?a)\\w", "(?i:[^k])", "(?i)[^\N{KELVIN SIGN}]", "[\\[\\]:]", "[^\\W_]", "x"),
    ],
)
def test_a_class_is_the_set_of_characters_that_re_matches(expression):
    """Of those that an origin can have; what is negated is open, however little is left."""
    tree = read_expression(re.compile(expression))

    assert tree.allowed == {character for character in ALPHABET if re.fullmatch(expression, character)}
    assert tree.is_open is (expression in {".", "(?s)."} or re.search(r"\^|\\[DSW]", expression) is not None)


@pytest.mark.skipif(sys.version_info < (3, 11), reason="Python has them since 3.11")
@pytest.mark.parametrize(
    ("expression", "sites"),
    [
        (r"https://[a-z]++\.example\.com(?::[0-9]++)?+", {"example.com"}),
        (r"https://(?>a|ab)\.example\.com", {"https://a.example.com", "https://ab.example.com"}),
        (r"https://(?>.*\.)example\.com", {"example.com"}),
    ],
)
def test_possessive_and_atomic_groups_match_no_more_than_others(expression, sites):
    """So what is proven for the plain ones is proven for them."""
    proof = proved(expression)

    assert proof.is_confined
    assert named(proof) == sites


@pytest.mark.parametrize(
    "expression",
    [
        *(
            "",
            "https://",
            r"example\.com",
            r"HTTPS://A\.EXAMPLE",
            "https://example\\.com/",
            "https://a b",
            "null",
        ),
        *(
            ".*/",
            ".*/:80",
            r"https://.*\.example\.com:",
            "https://[^\\s\\S]",
            400 * "a",
            "(a|(?:https://a){3})/",
        ),
    ],
)
def test_an_expression_can_be_shown_to_match_no_origin(expression):
    """Then it is not confined to anything."""
    proof = proved(expression)

    assert proof.is_empty
    assert not proof.is_confined


@pytest.mark.parametrize(
    ("expression", "unproven"),
    [
        (r"https://.*\.vercel\.app", {".vercel.app"}),
        (r"https://.*example\.(com|org)", {"example.com", "example.org"}),
        (r"https://localhost\d", {"https://localhost#"}),
        (r"https://a\.example\.com|https://.*", {""}),
        (r"https://[\d.]+", {""}),
        (r"https://.*\.1\.2\.3\.4", {".1.2.3.4"}),
        (r"https://.*\.a\.\.example", {".a..example"}),
        (r"https://.*\.xn--99999999\.de", {".xn--99999999.de"}),
        (r"https://.*\.a://example\.com", {".a://example.com"}),
        (r"https://.*\.example\.com:80:90", {".example.com:80:90"}),
        (r"https://.*\.[:\]]", {".]"}),
    ],
)
def test_the_tails_that_are_not_sites_are_named(expression, unproven):
    """An address has no subdomains; a host has no empty label, bad punycode or colon."""
    assert proved(expression).unproven == unproven


def test_the_subdomains_of_a_public_suffix_may_be_allowed():
    """As patterns may, by the door of that name; still there has to be a dot before it."""
    assert proved(r"https://.*\.github\.io", public_suffixes=True) == Proof(bases=frozenset({"github.io"}))
    assert proved(r"https://.*site\.github\.io", public_suffixes=True).unproven == {"site.github.io"}
    assert proved(r"https://.*example\.com", public_suffixes=True).unproven == {"example.com"}
    assert not proved(r"https://.*", public_suffixes=True).is_confined
    assert not proved(r"https://.*localhost", public_suffixes=True).is_confined


def test_what_is_left_of_an_open_character_does_not_count():
    """The rest of the expression only takes matches away, even what cannot be followed."""
    assert proved(r"(?=a)(x)\1(?(1)a|b)[a-z]\.example\.com") == Proof(bases=frozenset({"example.com"}))
    assert proved(r"(x)[a-z]\.example\.com\1") == Proof(unproven=ANYTHING)


# Ten names, and a thousand three times.
TEN = "ab|cd|ef|gh|ij|kl|mn|op|qr|st"


@pytest.mark.parametrize(
    ("within", "beyond"),
    [
        (
            "https://example\\.com|" + "x" * (MAX_EXPRESSION_LENGTH - 21),
            "https://example\\.com|" + "x" * (MAX_EXPRESSION_LENGTH - 20),
        ),
        (
            "(" * MAX_DEPTH + "https://example\\.com" + ")" * MAX_DEPTH,
            "(" * (MAX_DEPTH + 1) + "https://example\\.com" + ")" * (MAX_DEPTH + 1),
        ),
        (rf"https://(?:{TEN}){{3}}\.com", rf"https://(?:{TEN}){{3}}(?:uv|wx)\.com"),
    ],
    ids=["length", "depth", "tails"],
)
def test_an_expression_beyond_the_bounds_is_not_followed(within, beyond):
    """Nobody writes one, and following it would take too long."""
    assert len(proved(within).origins) >= 1
    assert proved(beyond) == Proof(unproven=ANYTHING)


def test_a_class_is_spelled_out_up_to_ten_characters():
    """More are open, as is any class once there are too many tails."""
    ten, eleven = "abcdefghij", "abcdefghijk"

    assert len(ten) == MAX_CHOICES
    assert len(proved(rf"https://[{ten}]\.com").origins) == 10
    assert proved(rf"https://[{eleven}]\.com").unproven == {".com"}
    assert MAX_FORKED == 64
    assert len(proved(r"https://[ab]{6}\.com").origins) == 64
    assert proved(r"https://[ab]{7}\.com").unproven == {
        f"{name}.com"
        for name in (f"{number:06b}".replace("0", "a").replace("1", "b") for number in range(64))
    }


def test_a_repetition_is_written_out_up_to_eight_times():
    """After that anything may precede it."""
    assert MAX_UNROLLED == 8
    assert proved(r"https://a{8}\.com").origins == {f"https://{8 * 'a'}.com"}
    assert proved(r"https://a{9}\.com").unproven == {f"{8 * 'a'}.com"}
    assert proved(r"https://(ab){1,2}\.com").origins == {"https://ab.com", "https://abab.com"}
    assert proved(r"https://(a?){3,}\.com").unproven


def test_a_tail_is_as_long_as_an_origin_at_most():
    """What is longer matches none."""
    host = ".".join([*["a" * 63] * 3, "a" * 61])
    scheme = "s" * 64
    whole = f"{scheme}://{host}"

    assert len(f"{whole}:65535") == MAX_ORIGIN_LENGTH
    assert proved(f"{whole}:65535".replace(".", r"\.")).origins == {whole}
    assert proved(f"s{whole}:65535".replace(".", r"\.")).is_empty


HANGING = [
    r"https://([a-z0-9-]+\.?)+example\.com",
    "(((((((a?){100}){100}){100}){100}){100}){100}){100}",
    "(?:a|b|c|d){50}" * 20,
    "|".join(rf"https://h{number}\.example\.com" for number in range(150)),
    "https://" + "[a-j]" * 800,
    "(a|aa|aaa)*" * 100,
    "a?" * 1000,
    r"(\d|:)*" * 300,
    "(https://.*)+" * 200,
    ".*" * 2400,
    "x{1000000000}",
    "(x{0,60000}){60000}",
    "".join(rf"[{chr(97 + number % 26)}\u{4096 + number:04x}]" for number in range(500)),
    "(?i)" + "k" * 4000,
    "(()*)*" * 500,
    "(?:(?:)){1000000}",
    "(a?|b?)" * 400,
]


@pytest.mark.slow
@pytest.mark.parametrize("expression", HANGING, ids=lambda expression: expression[:24])
def test_no_expression_makes_the_walk_hang(expression):
    """However long `re` would take to match it, the walk takes a bounded number of steps."""
    calls = Counter()

    def count(_frame, event, _argument):
        calls[event] += 1

    regex = re.compile(expression)
    proved(".*")
    sys.setprofile(count)
    try:
        prove(regex)
    finally:
        sys.setprofile(None)

    # Reading takes some calls a character, and so does each step.
    assert calls.total() < 40 * MAX_EXPRESSION_LENGTH + 5 * MAX_STEPS
    assert MAX_TAILS < MAX_STEPS


@pytest.mark.skipif(PYPY, reason="there the bytes of the stack count, and not its frames")
def test_an_expression_that_is_too_deep_for_the_interpreter_is_not_followed():
    """It was compiled elsewhere, where there was more room."""
    shallow, deep = (re.compile(f"{'(' * 40}https://{name}\\.com{')' * 40}") for name in "ab")

    def deep_down(levels, regex):
        return deep_down(levels - 1, regex) if levels else prove(regex)

    used = 0
    frame = sys._getframe()
    while frame is not None:
        used, frame = used + 1, frame.f_back
    assert deep_down(0, shallow).is_confined
    assert deep_down(sys.getrecursionlimit() - used - 60, deep) == Proof(unproven=ANYTHING)


def test_an_expression_whose_warning_is_an_error_is_not_followed():
    """It was compiled while the warning was not an error; the parser reads it as then."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        regex = re.compile(r"https://[[a]\.example\.com")

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(UnreadableError):
            read_expression(regex)
    with pytest.warns(FutureWarning, match="nested set"):
        assert prove(regex).is_confined


def test_an_expression_that_was_compiled_to_be_debugged_is_read_in_silence(capsys):
    """Its flag is for the code that compiled it."""
    regex = re.compile(r"https://example\.com", re.DEBUG)
    capsys.readouterr()

    assert prove(regex).is_confined
    assert capsys.readouterr().out == ""


def test_a_proof_is_remembered():
    """A policy that is built for each request does not prove the same each time."""
    assert proved(r"https://a\.example\.com") is proved(r"https://a\.example\.com")


def test_the_reader_raises_for_what_it_cannot_read():
    """It raises an error of its own."""
    with pytest.raises(UnreadableError):
        read_expression(re.compile("x" * (MAX_EXPRESSION_LENGTH + 1)))


@pytest.mark.slow
def test_the_parser_is_not_loaded_until_an_expression_has_credentials():
    """Importing the library reads none of it, and neither does a policy without credentials."""
    program = (
        "import re, sys, flask_corsguard as c\n"
        "c.Policy(origins=['https://*.a.example', re.compile('https://.*')])\n"
        "c.Policy(origins=['https://*.a.example'], credentials=True, private_network=True)\n"
        "modules = {'flask_corsguard.core.regex_tree', 'flask_corsguard.core.regexes'}\n"
        "assert not modules & set(sys.modules)\n"
        "c.Policy(origins=[re.compile('https://a[.]example[.]com')], credentials=True)\n"
        "assert modules < set(sys.modules)\n"
    )

    subprocess.run([sys.executable, "-c", program], check=True)


SINCE_3_11 = sys.version_info >= (3, 11)

# Pieces of expressions, by what they are meant for. The generator mostly puts them where they belong.
SCHEMES = [
    *(
        "https",
        "https?",
        "http",
        "(?:http|https)",
        "(?i:HTTPS)",
        "(https?)",
        "[a-z]+",
        ".*",
        "capacitor",
        "https{1}",
    ),
    *("h?ttps", "s*https", "(https)?", "^https", r"\Ahttps", "https??"),
]
SLASHES = ["://"] * 8 + [":\\/\\/", "(://)", "://(?:)", ".*", "(://)?"]
LABELS = [
    *("a", "[ab]", "(a|b)", "a?", "[a-z]+", "[a-z0-9-]{1,3}", ".*", ".", r"\w+", "[^.]", "[^.]+", "(x|yy)*"),
    *(
        "a{2}",
        "a{0,2}",
        r"\d",
        r"\d+",
        "(?:ab)+?",
        "pr-[0-9]{1,3}",
        "[a-z]*-x",
        "x-.*",
        "k",
        "(?i:K)",
        "[.a]",
    ),
    *(
        "(?i:\N{KELVIN SIGN})",
        "(?P<n>a)",
        "(?:[a-z]+[.])?",
        "www",
        "(a|)",
        r"\W",
        "[a-c]",
        "(?s:.)",
        r"[\s\S]*?",
    ),
    *(
        "(?=a)",
        "(?!x)",
        "(?<=/)",
        r"\b",
        "(a)(?(1)b|c)",
        "[^a-z]",
        "(?-i:A)",
        r"(?a:\w)",
        "[:.]a",
        "(a{2}){2}",
    ),
    *(["(?>a|ab)", "a++", "[a-z]*+", "(?>.*[.])"] if SINCE_3_11 else []),
]
DOTS = [r"\."] * 8 + [".", r"\.?", "[.]", "[.-]", "", r"(?:\.)", r"\.*", r"\.{1}"]
BASES = [
    *(r"example\.com", r"example\.com", r"b\.co\.uk", "localhost", r"127\.0\.0\.1", r"example\.(com|org)"),
    *(
        r"c\.test",
        r"vercel\.app",
        r"\[::1\]",
        "com",
        r"e\.f\.g",
        r"example\.com\.",
        r"example.com",
        r"nip\.io",
    ),
    *(
        r"(example\.com|b\.net)",
        r"[cd]\.net",
        r"(?i:Kk\.NET)",
        r"k{1,3}\.net",
        r"1\.2\.3\.\d+",
        r"x\.c[oa]m?",
    ),
]
ENDS = [
    *(
        "",
        "",
        "",
        r"(:\d+)?",
        r":\d+",
        r":?\d*",
        ":81",
        r"(:[1-9][0-9]{0,4})?",
        ".*",
        "/?",
        r"[:\d]*",
        r":[\d]{2}",
    ),
    *(
        ":(3000|8080)",
        "(?::81)?",
        "x?",
        "$",
        r"\Z",
        "(?!x)",
        "(/.*)?",
        "(:8[0-9])?",
        ":8[0-9]?1",
        "[.]?",
        r"\d?",
    ),
    *([r"(:\d++)?", r"(?>:\d+)?"] if SINCE_3_11 else []),
]


@st.composite
def expressions(draw):
    """Return an expression that more or less is one for origins."""
    pieces = [draw(st.sampled_from(SCHEMES)), draw(st.sampled_from(SLASHES))]
    for _ in range(draw(st.sampled_from([0, 0, 1, 1, 2]))):
        pieces += [draw(st.sampled_from(LABELS)), draw(st.sampled_from(DOTS))]
    pieces += [draw(st.sampled_from(BASES)), draw(st.sampled_from(ENDS))]
    change = draw(st.integers(0, 7))
    place = draw(st.integers(0, len(pieces) - 1))
    if change == 0:
        pieces[place] = draw(st.sampled_from([*SCHEMES, *LABELS, *DOTS, *BASES, *ENDS]))
    elif change == 1:
        pieces.insert(place, draw(st.sampled_from([*LABELS, *DOTS])))
    elif change == 2:
        quantifier = draw(st.sampled_from(["?", "*", "+?", "{2}", "{0,2}", "{1,}", "??"]))
        pieces[place] = f"(?:{pieces[place]}){quantifier}"
    elif change == 3:
        pieces[place] = f"({pieces[place]}|{draw(st.sampled_from([*LABELS, *BASES, *ENDS]))})"
    elif change == 4:
        pieces = ["(?:", *pieces[:place], ")?", *pieces[place:]]
    text = "".join(pieces)
    if draw(st.integers(0, 3)) == 0:
        return f"{text}|{draw(expressions())}".replace("(?P<n>a)", "a")
    return text


FLAGS = [0, 0, 0, re.IGNORECASE, re.DOTALL, re.VERBOSE, re.ASCII, re.MULTILINE]


def is_on(proof, origin):
    """Return whether *origin* is on one of the sites of the proof, without regard to case."""
    return not {f"{origin.scheme}://{host}" for host in (origin.host, origin.host.lower())}.isdisjoint(
        proof.origins
    ) or any(origin.host.lower().endswith(f".{base}") for base in proof.bases)


def drawn_from(regex):
    """Return the strings that Hypothesis makes of an expression, of an origin's characters if it can."""
    try:
        strategy = st.from_regex(regex, fullmatch=True, alphabet="".join(sorted(ALPHABET)))
        strategy.validate()
    except InvalidArgument:
        # It spells out a character that no origin has.
        strategy = st.from_regex(regex, fullmatch=True)
    return strategy


@reaching
@given(expressions(), st.sampled_from(FLAGS), st.data())
def test_what_a_confined_expression_matches_lies_on_its_sites(expression, flags, data):
    """Whatever Hypothesis draws from it, and whatever our own search for strangers makes of it."""
    try:
        regex = re.compile(expression, flags)
    except re.error:
        regex = None
    proof = Proof() if regex is None else prove(regex)
    if not met(proof.is_confined, "is confined"):
        return
    assert all(is_loopback_host(base) or site_of(base) is not None for base in proof.bases)
    strategy = drawn_from(regex)
    texts = {data.draw(strategy) for _ in range(6)}
    ours = set(filter(Origin.parse, map(_plain, _tries(read_expression(regex), FILLERS))))
    assert all(regex.fullmatch(text) for text in ours)
    met(any(Origin.parse(text) for text in texts), "draws an origin")
    for origin in map(Origin.parse, texts | ours):
        assert origin is None or is_on(proof, origin), (expression, flags, str(origin))


def test_a_tail_that_is_too_long_for_an_origin_hides_no_other():
    """It is left out alone, in whatever order the tails are looked at."""
    long = "|".join(letter * MAX_ORIGIN_LENGTH for letter in "abcdefghijk")

    assert "evil.com" in prove(re.compile(rf"https://[^/]*(?:{long}|evil\.com)")).unproven


@pytest.mark.parametrize(
    ("expression", "flags", "origins"),
    [
        ("https://a(?i:[\u017f])?\\.example\\.com", re.ASCII, {"https://a.example.com"}),
        ("https://a(?i:[\u017f])?\\.example\\.com", 0, {"https://a.example.com", "https://as.example.com"}),
        ("https://a(?ia:[\u017f])?\\.example\\.com", 0, {"https://a.example.com"}),
        (
            "https://a(?iu:[\u017f])?\\.example\\.com",
            re.ASCII,
            {"https://a.example.com", "https://as.example.com"},
        ),
    ],
)
def test_a_group_has_the_flags_around_it_and_its_own(expression, flags, origins):
    """Without case, a long s is an s; but not in ASCII alone."""
    regex = re.compile(expression, flags)

    assert prove(regex).origins == origins
    assert (regex.fullmatch("https://as.example.com") is not None) is ("https://as.example.com" in origins)
