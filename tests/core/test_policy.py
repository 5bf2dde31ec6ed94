"""Everything that is refused when a policy is built, and what a policy is once it is."""

from __future__ import annotations

import copy
import pickle
import re
import subprocess
import sys
import threading
from datetime import timedelta

import pytest

from cases import A
from flask_corsguard import SAME_ORIGIN, Policy, PolicyError, Request, decide
from flask_corsguard.core.compiled import compiled
from flask_corsguard.core.problems import SENTENCES, SHOWN_VALUE_LENGTH, problem
from flask_corsguard.wsgi.path_rules import PathRules, _prefixes

LONG_LABEL = f"https://{'a' * 64}.example"
LONG_HOST = "https://" + ".".join(["a" * 60] * 5)
LONG_BASE = "https://*." + ".".join(["a" * 61, "a" * 63, "a" * 63, "a" * 62])


async def ask_slowly(origin):
    """Answer with a coroutine, which is no answer."""
    return False


# What is written, the code it is refused with, what the hint holds.
REFUSED_ORIGINS = [
    ("", "origin.empty", "https://app.example"),
    ("   ", "origin.empty", "https://app.example"),
    ("https://app.example/", "origin.trailing-slash", '"https://app.example"'),
    ("https://app.example/path", "origin.path", '"https://app.example"'),
    ("https://example.com/*", "origin.path", '"https://example.com"'),
    ("http://localhost/*", "origin.path", '"http://localhost"'),
    ("https://app.example//", "origin.path", '"https://app.example"'),
    ("https://app.example?q", "origin.query", '"https://app.example"'),
    ("https://app.example#f", "origin.fragment", '"https://app.example"'),
    ("https://user@app.example", "origin.user-info", '"https://app.example"'),
    ("https://u:p@app.example:8443", "origin.user-info", '"https://app.example:8443"'),
    ("https://App.Example", "origin.upper-case", '"https://app.example"'),
    ("HTTPS://app.example", "origin.upper-case", '"https://app.example"'),
    (" https://app.example", "origin.white-space", '"https://app.example"'),
    ("https://app.example\n", "origin.white-space", '"https://app.example"'),
    ("https://a.example b/c", "origin.list", '["https://a.example", "https://b"]'),
    ("https://a.example; b!", "origin.list", "one string for each"),
    ("https://a.example,https://b.example", "origin.list", '["https://a.example", "https://b.example"]'),
    ("https://a.example b.example:80", "origin.list", '["https://a.example", "https://b.example:80"]'),
    ("http://app.example:80", "origin.default-port", '"http://app.example"'),
    ("https://app.example:443", "origin.default-port", '"https://app.example"'),
    ("https://app.example:0", "origin.port", "from 1 to 65535"),
    ("https://app.example:65536", "origin.port", "from 1 to 65535"),
    ("https://app.example:0443", "origin.port", "from 1 to 65535"),
    ("https://app.example:", "origin.port", "from 1 to 65535"),
    ("https://app.example:http", "origin.port", "from 1 to 65535"),
    ("http://localhost:30*", "origin.port", "* for any"),
    ("http://localhost:3000:*", "origin.port", "* for any"),
    ("app.example", "origin.scheme-missing", '"https://app.example"'),
    ("//app.example", "origin.scheme-missing", '"https://app.example"'),
    ("localhost:3000", "origin.scheme-missing", '"http://localhost:3000"'),
    ("*.app.example", "origin.scheme-missing", '"https://*.app.example"'),
    ("h*", "origin.scheme-missing", "https://app.example"),
    ("1http://app.example", "origin.scheme", "lower-case letter"),
    (f"{'s' * 65}://app.example", "origin.scheme", "64 at most"),
    ("https://m\xfcnchen.de", "origin.unicode", '"https://xn--mnchen-3ya.de"'),
    ("https://*.m\xfcnchen.de:*", "origin.unicode", '"https://*.xn--mnchen-3ya.de:*"'),
    ("https://\u2603..de", "origin.unicode", "https://app.example"),
    ("https://xn--\x7f.de", "origin.white-space", "https://app.example"),
    ("https://xn--99999999.de", "origin.punycode", "idna.encode"),
    ("https://a.xn--99999999.de", "origin.punycode", "idna.encode"),
    ("https://127.0.0.01", "origin.ipv4", "https://app.example"),
    ("https://127.1", "origin.ipv4", "https://app.example"),
    ("https://0x7f.1", "origin.ipv4", "https://app.example"),
    ("https://*.1.2.3.4", "origin.ipv4", "https://app.example"),
    ("http://[::0001]:3000", "origin.ipv6", '"http://[::1]:3000"'),
    ("http://::1", "origin.ipv6", '"http://[::1]"'),
    ("http://[::1", "origin.ipv6", "https://app.example"),
    ("http://[1.2.3.4]", "origin.ipv6", '"http://1.2.3.4"'),
    ("http://*.[::1]", "origin.ipv6", "https://app.example"),
    ("https://", "origin.host-missing", "https://app.example"),
    ("https://:8443", "origin.host-missing", "https://app.example"),
    ("https://app..example", "origin.label-missing", "https://app.example"),
    ("https://.app.example", "origin.label-missing", "https://app.example"),
    ("https://app.example..", "origin.label-missing", "https://app.example"),
    (LONG_LABEL, "origin.label-length", "63"),
    (LONG_HOST, "origin.host-length", "253"),
    (LONG_BASE, "origin.host-length", "253"),
    ("https://app%2eexample", "origin.characters", "https://app.example"),
    ("https://app!.example", "origin.characters", "https://app.example"),
    ("file:///home/me", "origin.opaque-scheme", "dangerously_allow"),
    ("file://", "origin.opaque-scheme", "dangerously_allow"),
    ("file://host", "origin.opaque-scheme", "dangerously_allow"),
    ("data://host", "origin.opaque-scheme", "dangerously_allow"),
    ("https://*", None, ""),
    ("https://a*.example", "origin.wildcard", "https://*.example.com"),
    ("https://*a.example", "origin.wildcard", "https://*.example.com"),
    ("https://a.*.example", "origin.wildcard", "https://*.example.com"),
    ("https://**.example", "origin.wildcard", "https://*.example.com"),
    ("https://*.*.example", "origin.wildcard", "https://*.example.com"),
    ("https://app.*", "origin.wildcard", "https://*.example.com"),
    ("*://app.example", "origin.scheme", "https"),
    (r"https://.*\.example\.com", "origin.regex", "re.compile"),
    ("https://.*.example.com", "origin.regex", "https://*.example.com"),
    (r"http://localhost:?\d*", "origin.regex", "http://localhost:*"),
    (r"https?://.*", "origin.regex", "re.compile"),
    ("^https://app.example$", "origin.regex", "re.compile"),
    ("https://(a|b).example", "origin.regex", "re.compile"),
    (".*", "origin.regex", "re.compile"),
    ("null", "origin.null", '["null-origin"]'),
    (b"https://app.example", "origins.type", "https://app.example"),
    (3, "origins.type", "https://app.example"),
    (["https://app.example"], "origins.type", "https://app.example"),
    (re.compile(rb"https://.*\.example"), "origins.bytes-regex", "re.compile("),
    (ask_slowly, "origins.async", "plain function"),
]

SECRET = {"credentials": True}
REFUSED_FIELDS = [
    ({}, "origins.missing", "origins", "SAME_ORIGIN"),
    ({"origins": None}, "origins.none", "origins", '"*"'),
    ({"origins": []}, "origins.empty", "origins", "SAME_ORIGIN"),
    ({"origins": ()}, "origins.empty", "origins", "SAME_ORIGIN"),
    ({"origins": "https://a.example"}, "list.string", "origins", 'origins=["https://a.example"]'),
    ({"origins": "https://a.example, https://b.example"}, "list.string", "origins", '"https://a.example", "https://b.example"'),
    ({"origins": ""}, "list.string", "origins", 'origins=["https://app.example"]'),
    ({"origins": b"https://a.example"}, "list.type", "origins", 'origins=["https://app.example"]'),
    ({"origins": {A: True}}, "list.type", "origins", 'origins=["https://app.example"]'),
    ({"origins": 7}, "list.type", "origins", 'origins=["https://app.example"]'),
    ({"origins": ["*", A]}, "origins.redundant", "origins", 'origins="*"'),
    ({"origins": "*", **SECRET}, "credentials.any-origin", "origins", "without credentials"),
    ({"origins": ["*"], **SECRET}, "credentials.any-origin", "origins", "without credentials"),
    ({"origins": ["https://*"], **SECRET}, "credentials.any-origin", "origins", '"https://*.example.com"'),
    ({"origins": ["https://*:*"], **SECRET}, "credentials.any-origin", "origins", '"https://*.example.com"'),
    ({"origins": [re.compile(".*")], **SECRET}, "credentials.any-origin", "origins", "It also matches"),
    ({"origins": [re.compile(r"https?://.*")], **SECRET}, "credentials.any-origin", "origins", "It also matches"),
    ({"origins": [re.compile(r"https://.*\.com")], **SECRET}, "credentials.any-origin", "origins", "It also matches"),
    ({"origins": [re.compile(r"https://[^.]+\.github\.io")], **SECRET}, "credentials.any-origin", "origins", "github.io"),
    ({"origins": [re.compile(r"http://[\d.]+")], **SECRET, "dangerously_allow": ["public-suffixes"]}, None, "", ""),
    ({"origins": [re.compile(r"https://[\d.]+")], **SECRET}, "credentials.any-origin", "origins", "203.0.113.77"),
    ({"origins": [re.compile(r"https://app\.example.*")], **SECRET}, "credentials.lookalike", "origins", "app.example.corsguard-canary.invalid"),
    ({"origins": [re.compile(r"https://.*app\.example")], **SECRET}, "credentials.lookalike", "origins", "corsguard-canaryapp.example"),
    ({"origins": [re.compile(r"https://(.*\.)?app.example.net")], **SECRET}, "credentials.lookalike", "origins", "escape the dots"),
    ({"origins": [re.compile(r"https://[a-z]+\.app.example")], **SECRET}, "credentials.lookalike", "origins", "https://x.app-example"),
    ({"origins": [re.compile(r"https?://app\.example\.net(:\d+)?")], **SECRET}, None, "", ""),
    ({"origins": [re.compile(r"https://([a-z0-9-]+\.)*app\.example\.net")], **SECRET}, None, "", ""),
    ({"origins": [re.compile(r"https://preview-\d+\.app\.example")], **SECRET}, None, "", ""),
    ({"origins": [re.compile(r"https://[a-z0-9-]+-myteam\.vercel\.app")], **SECRET}, None, "", ""),
    ({"origins": [A, None]}, "origins.none", "origins", "not set"),
    ({"origins": ["null"], "dangerously_allow": ["null-origin"], **SECRET}, "credentials.null-origin", "origins", "without credentials"),
    ({"origins": ["http://app.example"], **SECRET}, "credentials.insecure-origin", "origins", '["insecure-origins"]'),
    ({"origins": ["http://*.app.example"], **SECRET}, "credentials.insecure-origin", "origins", '["insecure-origins"]'),
    ({"origins": ["http://192.168.1.1:*"], **SECRET}, "credentials.insecure-origin", "origins", '["insecure-origins"]'),
    ({"origins": ["http://localhost.evil.example"], **SECRET}, "credentials.insecure-origin", "origins", '["insecure-origins"]'),
    ({"origins": ["https://*.co.uk"], **SECRET}, "credentials.public-suffix", "origins", '"https://*.yours.co.uk"'),
    ({"origins": ["https://*.com"], **SECRET}, "credentials.public-suffix", "origins", '"https://*.yours.com"'),
    ({"origins": ["https://*.github.io"], **SECRET}, "credentials.public-suffix", "origins", '"https://*.yours.github.io"'),
    ({"origins": ["https://*.github.io."], **SECRET}, "credentials.public-suffix", "origins", '"https://*.yours.github.io."'),
    ({"origins": [A], "expose_headers": "*", **SECRET}, "credentials.exposed-wildcard", "expose_headers", "by name"),
    ({"origins": [A], "expose_headers": ["*", "X-A"], **SECRET}, "credentials.exposed-wildcard", "expose_headers", "by name"),
    ({"origins": [A], "methods": "GET, PUT"}, "list.string", "methods", 'methods=["GET", "PUT"]'),
    ({"origins": [A], "methods": ["GET", 5]}, "list.type", "methods", 'methods=["GET", "PUT"]'),
    ({"origins": [A], "methods": ["T, P"]}, "method.token", "methods", "one by one"),
    ({"origins": [A], "methods": [""]}, "method.token", "methods", "one by one"),
    ({"origins": [A], "methods": ["PUT\r\n"]}, "method.token", "methods", "one by one"),
    ({"origins": [A], "methods": ["CONNECT"]}, "method.forbidden", "methods", '"CONNECT" out'),
    ({"origins": [A], "methods": ["trace"]}, "method.forbidden", "methods", '"trace" out'),
    ({"origins": [A], "methods": ["TRACK"]}, "method.forbidden", "methods", '"TRACK" out'),
    ({"origins": [A], "methods": ["patch"]}, "method.case", "methods", '"PATCH"'),
    ({"origins": [A], "methods": ["Put"]}, "method.case", "methods", '"PUT"'),
    ({"origins": [A], "allow_headers": "Content-Type, Authorization"}, "list.string", "allow_headers", '"Content-Type", "Authorization"'),
    ({"origins": [A], "allow_headers": None}, "list.type", "allow_headers", '"Content-Type"'),
    ({"origins": [A], "allow_headers": ["X A"]}, "request-header.token", "allow_headers", "one by one"),
    ({"origins": [A], "allow_headers": ["X-A: b"]}, "request-header.token", "allow_headers", "without colon"),
    ({"origins": [A], "allow_headers": ["Cookie"]}, "request-header.forbidden", "allow_headers", "credentials=True"),
    ({"origins": [A], "allow_headers": ["Host"]}, "request-header.forbidden", "allow_headers", '"Host" out'),
    ({"origins": [A], "allow_headers": ["origin"]}, "request-header.forbidden", "allow_headers", '"origin" out'),
    ({"origins": [A], "allow_headers": ["Sec-Fetch-Site"]}, "request-header.forbidden", "allow_headers", "out"),
    ({"origins": [A], "allow_headers": ["Proxy-Authorization"]}, "request-header.forbidden", "allow_headers", "out"),
    ({"origins": [A], "allow_headers": ["Set-Cookie"]}, "request-header.forbidden", "allow_headers", "out"),
    ({"origins": [A], "allow_headers": ["Access-Control-Allow-Origin"]}, "request-header.response-only", "allow_headers", "out"),
    ({"origins": [A], "expose_headers": "X-Total"}, "list.string", "expose_headers", 'expose_headers=["X-Total"]'),
    ({"origins": [A], "expose_headers": ["X Total"]}, "response-header.token", "expose_headers", "one by one"),
    ({"origins": [A], "expose_headers": ["Set-Cookie"]}, "response-header.forbidden", "expose_headers", "out"),
    ({"origins": [A], "expose_headers": ["set-cookie2"]}, "response-header.forbidden", "expose_headers", "out"),
    ({"origins": [A], "expose_headers": ["Origin"]}, "response-header.request-only", "expose_headers", "out"),
    ({"origins": [A], "expose_headers": ["Access-Control-Max-Age"]}, "response-header.request-only", "expose_headers", "out"),
    ({"origins": [A], "max_age": -1}, "max-age.bounds", "max_age", "86400"),
    ({"origins": [A], "max_age": 86401}, "max-age.bounds", "max_age", "86400"),
    ({"origins": [A], "max_age": timedelta(days=2)}, "max-age.bounds", "max_age", "86400"),
    ({"origins": [A], "max_age": timedelta(seconds=1.5)}, "max-age.type", "max_age", "int()"),
    ({"origins": [A], "max_age": 1.5}, "max-age.type", "max_age", "int()"),
    ({"origins": [A], "max_age": "600"}, "max-age.type", "max_age", "int()"),
    ({"origins": [A], "max_age": True}, "max-age.type", "max_age", "int()"),
    ({"origins": [A], "credentials": "yes"}, "flag.type", "credentials", "in an environment variable that is true"),
    ({"origins": [A], "credentials": 0}, "flag.type", "credentials", "credentials=False"),
    ({"origins": [A], "timing": None}, "flag.type", "timing", "timing=False"),
    ({"origins": [A], "private_network": 1}, "flag.type", "private_network", "private_network=True"),
    ({"origins": "*", "private_network": True}, "private-network.any-origin", "private_network", "Name the origins"),
    ({"origins": ["https://*"], "private_network": True}, "private-network.any-origin", "private_network", "Name the origins"),
    ({"origins": [A], "resource_policy": "same_site"}, "choice.unknown", "resource_policy", '"same-site"'),
    ({"origins": [A], "guard": "enforced"}, "choice.unknown", "guard", '"enforce"'),
    ({"origins": [A], "guard": None}, "choice.unknown", "guard", "enforce, report, off"),
    ({"origins": [A], "dangerously_allow": ["null"]}, "choice.unknown", "dangerously_allow", "null-origin"),
    ({"origins": [A], "dangerously_allow": "null-origin"}, "list.string", "dangerously_allow", '["null-origin"]'),
    ({"origins": [A], "origin": [A]}, "field.unknown", "origin", '"origins"'),
    ({"origins": [A], "supports_credentials": True}, "field.unknown", "supports_credentials", "credentials=True"),
    ({"origins": [A], "resources": {"/api/*": {}}}, "field.unknown", "resources", 'paths={"/api": Policy(...)}'),
    ({"origins": [A], "zzz": True}, "field.unknown", "zzz", "Known are: origins"),
]  # fmt: skip


def readable(value):
    """Give a parameter the same name in every run."""
    return getattr(value, "__name__", None) or repr(value)


def problems_of(**fields):
    """Give what is refused about a policy."""
    with pytest.raises(PolicyError) as caught:
        Policy(**fields)
    return caught.value.problems


@pytest.mark.parametrize(("written", "code", "hint"), REFUSED_ORIGINS, ids=readable)
def test_an_origin_that_could_never_match_is_refused(written, code, hint):
    """It is refused with one problem that names it and gives the spelling that works."""
    if code is None:
        assert Policy(origins=[written]).origins == (written,)
        return

    (refusal,) = problems_of(origins=[written])

    assert (refusal.code, refusal.field, refusal.value) == (code, "origins", written)
    assert hint in refusal.hint
    assert refusal.message == SENTENCES[code]


@pytest.mark.parametrize(("fields", "code", "field", "hint"), REFUSED_FIELDS, ids=str)
def test_a_policy_that_cannot_be_meant_is_refused(fields, code, field, hint):
    """It is refused with one problem that names the field, the value and the remedy."""
    if code is None:
        assert Policy(**fields)
        return

    (refusal,) = problems_of(**fields)

    assert (refusal.code, refusal.field) == (code, field)
    assert hint in refusal.hint
    assert refusal.message == SENTENCES[code]


@pytest.mark.parametrize(
    "written",
    [written for written, code, hint in REFUSED_ORIGINS if code and hint.startswith(('"', "["))],
    ids=readable,
)
def test_the_spelling_in_the_hint_works(written):
    """What the hint says can be pasted into the policy."""
    (refusal,) = problems_of(origins=[written])
    said = re.findall(r'"([^"]+)"', refusal.hint)

    if refusal.code == "origin.null":
        assert Policy(origins=["null"], dangerously_allow=said)
    elif "b.example:80" not in written:
        assert Policy(origins=said)


def test_every_problem_is_told_at_once():
    """Nobody fixes a policy one error at a time."""
    codes = [
        each.code
        for each in problems_of(
            origins=["https://app.example/", "null", "http://a.example", "https://*.co.uk", ["x"], ["x"]],
            methods=["patch", "TRACE"],
            allow_headers=["Cookie"],
            expose_headers=["Set-Cookie", "*"],
            credentials=True,
            max_age=-1,
            timing="on",
            private_network="on",
            resource_policy="any",
            guard="maybe",
            dangerously_allow=["everything"],
            orgins=[],
        )
    ]

    assert codes == [
        "field.unknown",
        "choice.unknown",
        "origin.trailing-slash",
        "origin.null",
        "origins.type",
        "origins.type",
        "credentials.public-suffix",
        "credentials.insecure-origin",
        "method.case",
        "method.forbidden",
        "request-header.forbidden",
        "response-header.forbidden",
        "max-age.bounds",
        "flag.type",
        "flag.type",
        "choice.unknown",
        "choice.unknown",
        "credentials.exposed-wildcard",
    ]


def test_every_code_of_the_catalogue_has_a_row():
    """No sentence is there that nothing is refused with."""
    rows = {code for _, code, _ in REFUSED_ORIGINS} | {code for _, code, _, _ in REFUSED_FIELDS}
    # Of the mapping of paths and of the configuration; each has its test beside what it is about.
    elsewhere = {
        *("paths.type", "path.spelling", "path.unreachable", "policy.type", "policy.twice"),
        *("config.unknown", "config.twice"),
    }

    assert rows - {None} | elsewhere == set(SENTENCES)


@pytest.mark.parametrize("sentence", SENTENCES.values())
def test_every_reason_is_one_sentence(sentence):
    """It begins as sentences do and ends as they do."""
    assert sentence[0].isupper() or sentence[0] in "\"'*"
    assert sentence.endswith(".")


def test_a_code_that_is_not_in_the_catalogue_is_a_mistake_of_ours():
    """A problem cannot be made without its sentence."""
    with pytest.raises(KeyError):
        problem("no.such-code", "origins", None, "Do something.")


def test_the_message_names_field_value_code_reason_and_remedy():
    """A stranger who reads it can put the policy right."""
    with pytest.raises(PolicyError) as caught:
        Policy(origins=["https://app.example/"], max_age=-1)

    assert str(caught.value) == (
        "2 problems in the CORS policy:\n"
        "  origins: 'https://app.example/' [origin.trailing-slash]\n"
        "    An origin ends with its host or port; the slash would begin a path.\n"
        '    Write "https://app.example".\n'
        "  max_age: -1 [max-age.bounds]\n"
        "    The age is out of bounds: no browser keeps a preflight for longer than a day.\n"
        "    Write a number from 0, which turns the cache off, to 86400; None sends nothing."
    )
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_a_long_value_is_cut_in_the_message():
    """A refused value does not flood the terminal."""
    (refusal,) = problems_of(origins=["https://" + "a" * 10_000])

    assert len(str(refusal)) < SHOWN_VALUE_LENGTH + 400


@pytest.mark.parametrize(
    "origin",
    [
        "https://app.example",
        "https://app.example:8443",
        "https://*.app.example",
        "https://*.app.example:8443",
        "https://*.app.example:*",
        "http://localhost:*",
        "http://127.0.0.1:*",
        "http://[::1]:*",
        "https://a_b.example",
        "https://app.example.",
        "capacitor://localhost",
        "chrome-extension://abcdefghijklmnop",
        "moz-extension://0a1b2c3d-0000-0000-0000-0a1b2c3d4e5f",
        "https://1.2.3.4",
        "https://xn--mnchen-3ya.de",
        "https://*.com",
        "https://*." + ".".join(["a" * 61, "a" * 63, "a" * 63, "a" * 61]),
        "https://a.xn--mnchen-3ya.de:65535",
    ],
)
def test_a_legitimate_origin_is_accepted_as_written(origin):
    """What browsers send, and the patterns over it, need no other spelling."""
    assert Policy(origins=[origin]).origins == (origin,)


def test_loopback_may_have_credentials_over_http():
    """Nobody sits on the wire between a machine and itself."""
    origins = ["http://localhost:3000", "http://*.localhost:*", "http://127.0.0.1", "http://[::1]:*"]

    assert Policy(origins=origins, credentials=True).credentials


def test_each_door_opens_only_by_its_name():
    """What is dangerous is possible, and says so where it stands."""
    assert Policy(origins=["null"], dangerously_allow=["null-origin"])
    assert Policy(origins=["http://a.example"], credentials=True, dangerously_allow=["insecure-origins"])
    assert Policy(origins=["https://*.github.io"], credentials=True, dangerously_allow=["public-suffixes"])
    pattern = re.compile(r"https://[^.]+\.github\.io")
    assert Policy(origins=[pattern], credentials=True, dangerously_allow=["public-suffixes"])


def test_lists_lose_their_repetitions_and_keep_their_order():
    """The first spelling of a name stays where it is."""
    policy = Policy(
        origins=iter([A, A]),
        methods=["PUT", "GET", "PUT"],
        allow_headers=["X-B", "x-a", "x-b"],
        expose_headers=("ETag", "etag"),
    )

    assert policy.origins == (A,)
    assert policy.methods == ("PUT", "GET")
    assert policy.allow_headers == ("X-B", "x-a")
    assert policy.expose_headers == ("ETag",)


def test_a_wildcard_absorbs_what_it_covers():
    """Only `Authorization` means anything beside it."""
    policy = Policy(
        origins=["*"],
        methods=["PUT", "*"],
        allow_headers=["X-A", "Authorization", "*"],
        expose_headers=["X", "*"],
    )

    assert (policy.origins, policy.methods, policy.expose_headers) == ("*", "*", "*")
    assert policy.allow_headers == ("*", "Authorization")
    assert policy.replace(allow_headers=["*", "X-A"]).allow_headers == "*"


def test_an_age_is_seconds_or_a_timedelta():
    """Both give the same policy."""
    assert Policy(origins=[A], max_age=timedelta(minutes=10)) == Policy(origins=[A], max_age=600)


def test_a_policy_cannot_be_changed():
    """What was checked stays what it was; another policy is made instead."""
    policy = Policy(origins=[A])

    with pytest.raises(AttributeError, match=r"policy\.replace\(credentials=\.\.\.\)"):
        policy.credentials = True
    with pytest.raises(AttributeError):
        del policy.origins
    assert policy.replace(credentials=True).credentials
    assert not policy.credentials


def test_a_policy_is_a_value():
    """Equal fields make equal policies, which are one key."""
    one, other = Policy(origins=[A]), Policy(origins=(A,), max_age=600)

    assert one == other == copy.deepcopy(one)
    assert len({one, other}) == 1
    assert one != one.replace(max_age=0)
    assert one != A
    assert hash(one) == hash(one)


def test_a_replaced_policy_is_checked_again():
    """No change brings in what would have been refused."""
    with pytest.raises(PolicyError, match=r"credentials\.any-origin"):
        Policy(origins="*").replace(credentials=True)
    with pytest.raises(PolicyError, match=r"field\.unknown"):
        Policy(origins="*").replace(credential=True)


def test_a_policy_shows_what_was_said():
    """Its representation leaves out the defaults."""
    assert repr(Policy(origins=[A], credentials=True)) == f"Policy(origins=('{A}',), credentials=True)"


def test_the_closed_policy_is_a_policy_like_any_other():
    """It can be changed, stored and sent, and stays closed."""
    for policy in (
        SAME_ORIGIN.replace(guard="off"),
        Policy.from_mapping(SAME_ORIGIN.to_dict()),
        pickle.loads(pickle.dumps(SAME_ORIGIN)),
        copy.deepcopy(SAME_ORIGIN),
    ):
        assert not decide(policy, Request(method="GET", origin=A)).allowed
    assert Policy.from_mapping(SAME_ORIGIN.to_dict()) == SAME_ORIGIN
    assert repr(SAME_ORIGIN) == "Policy(origins=nobody)"
    assert "none but the application's own" in decide(SAME_ORIGIN, Request(method="GET", origin=A)).explain()


def test_a_mapping_with_unknown_keys_is_refused_by_their_names():
    """Also when they are no strings."""
    with pytest.raises(PolicyError) as caught:
        Policy.from_mapping({"origins": [A], 3: 4})

    assert caught.value.problems[0].field == "3"


def test_the_methods_of_a_route_share_the_compiled_origins():
    """A route's methods are put into a policy without checking its origins again."""
    by_policy = compiled(Policy(origins=[A]))
    routed = by_policy.for_methods(("DELETE",))

    assert routed.policy == by_policy.policy.replace(methods=["DELETE"])
    assert routed.origins is by_policy.origins
    assert routed.for_methods(("PUT",)) is routed


def test_the_public_suffix_list_is_not_read_until_it_is_needed():
    """Only subdomains together with credentials ask for it, and only those in punycode for all of it."""
    program = (
        "import flask_corsguard as c, flask_corsguard.core.public_suffix as o\n"
        "c.Policy(origins=['https://*.a.example'])\n"
        "assert o._public_suffixes.cache_info().currsize == 0\n"
        "c.Policy(origins=['https://*.a.example'], credentials=True)\n"
        "assert o._public_suffixes.cache_info().currsize == 1\n"
        "c.Policy(origins=['https://*.xn--p1ai.example'], credentials=True)\n"
        "assert o._public_suffixes.cache_info().currsize == 2\n"
    )

    subprocess.run([sys.executable, "-c", program], check=True)


def test_a_hundred_thousand_origins_are_one_set():
    """Building takes seconds, and a decision asks no more of it than of one origin."""
    origins = [f"https://tenant-{number}.example" for number in range(100_000)]
    patterns = [f"https://*.tenant-{number}.example" for number in range(10_000)]
    policy = Policy(origins=origins + patterns, credentials=True)
    few = Policy(origins=[origins[0], patterns[0]], credentials=True)

    assert decide(policy, Request(method="GET", origin=origins[-1])).allowed
    assert decide(policy, Request(method="GET", origin=f"https://a.{patterns[-1][10:]}")).allowed
    assert not decide(policy, Request(method="GET", origin="https://tenant-100000.example")).allowed
    for asked in (origins[0], f"https://a.{patterns[0][10:]}", "https://evil.example", "null"):
        for warmed in (policy, few):
            decide(warmed, Request(method="GET", origin=asked))
        assert steps(policy, asked) == steps(few, asked)


def steps(policy, origin):
    """Count the calls that a decision takes."""
    return calls(lambda: decide(policy, Request(method="GET", origin=origin)))


def calls(act):
    """Count the calls that *act* takes, those of built-in functions included."""
    count = 0

    def note(frame, event, argument):
        nonlocal count
        count += event in {"call", "c_call"}

    sys.setprofile(note)
    try:
        act()
    finally:
        sys.setprofile(None)
    return count


def test_a_policy_is_shared_by_threads():
    """Four threads that ask one policy get what one thread gets."""
    policy = Policy(origins=[A, "https://*.partner.example"], credentials=True)
    asked = [A, "https://x.partner.example", "https://evil.example", "null", "garbage"]
    expected = [decide(policy, Request(method="GET", origin=origin)) for origin in asked]
    wrong = []

    def ask():
        for _ in range(200):
            answers = [decide(policy, Request(method="GET", origin=origin)) for origin in asked]
            if answers != expected:
                wrong.append(answers)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert not wrong


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
    """Misspelt and unreachable rules are told when they are given."""
    with pytest.raises(PolicyError) as caught:
        PathRules(rules)

    (refusal,) = caught.value.problems
    assert refusal.code == code
    assert hint in refusal.hint


def test_a_problem_within_a_rule_names_the_rule():
    """Of two rules with the same mistake, each is found."""
    with pytest.raises(PolicyError) as caught:
        PathRules({"/a": {"origins": None}, "/b": {"origins": [A]}, "/c": {"max_age": -1}, "/d": "*"})

    fields = [each.field for each in caught.value.problems]
    assert fields == ["paths['/a'].origins", "paths['/c'].origins", "paths['/c'].max_age", "paths['/d']"]


@pytest.mark.parametrize(
    "pattern",
    [
        *(
            r"https://\w+\.\w+",
            r"https://[a-z]+\.com",
            r"https://\w+\.(com|net)",
            r"https://[a-z0-9]+\.[a-z]{2,}",
        ),
        *(
            r"https://.*:3000",
            r"https://app\..*",
            r"https://www\.[^/]+",
            r"https://.*\.xyz",
            r"https://.*\.(eu|fr)",
        ),
        *(r"https://[a-z0-9-]+\.appspot\.com", r"https://.*\.surge\.sh", r"https://\w+\.amplifyapp\.com"),
        *(r"https://.*example\.com", r"https://[a-z]*example\.com", r"https://app.example.com"),
    ],
)
def test_an_expression_that_strangers_match_has_no_credentials(pattern):
    """However narrow it looks: careless classes, any port, any domain of a registry or a hoster."""
    (refusal,) = problems_of(origins=[re.compile(pattern)], credentials=True)

    assert refusal.code in {"credentials.any-origin", "credentials.lookalike"}
    assert re.fullmatch(pattern, re.findall(r'"([^"]+)"', refusal.hint)[0])


@pytest.mark.parametrize(
    "pattern",
    [
        *(
            r"https://app\.example\.com",
            r"https://[a-z0-9-]+\.example\.com",
            r"https://(www\.)?example\.com(:8443)?",
        ),
        *(
            r"https://pr-\d+\.preview\.example\.dev",
            r"https?://localhost(:\d+)?",
            r"https://t\d+\.example\.co\.uk",
        ),
    ],
)
def test_an_expression_for_ones_own_hosts_may_have_credentials(pattern):
    """The probes refuse none that names a domain and escapes its dots."""
    assert Policy(origins=[re.compile(pattern)], credentials=True)


def test_an_expression_for_everyone_reaches_no_private_network():
    """It is the wildcard in disguise, there as with credentials."""
    (refusal,) = problems_of(origins=[re.compile(".*")], private_network=True)

    assert refusal.code == "private-network.any-origin"


@pytest.mark.parametrize(
    ("fields", "meant"),
    [
        ({"origins": "https://a.example/, B.example"}, 'origins=["https://a.example", "https://b.example"]'),
        ({"origins": "*, https://a.example"}, 'origins=["https://app.example"]'),
        ({"origins": ["* https://a.example"]}, '["https://a.example", "https://b.example"]'),
        ({"origins": ["//*"]}, "https://app.example"),
        ({"origins": ["https://a.example null"]}, "one string for each"),
        ({"origins": ["https://XN--99999999.de"]}, "https://app.example"),
        ({"origins": [A], "methods": "get,post"}, 'methods=["GET", "POST"]'),
    ],
)
def test_no_hint_leads_from_one_refusal_to_another(fields, meant):
    """Nor to everyone, who was not meant."""
    (refusal,) = problems_of(**fields)

    assert meant in refusal.hint
    assert '"https://*"' not in refusal.hint


def test_a_callable_without_a_hash_is_refused():
    """A policy is hashable, whole."""

    class Check:
        __hash__ = None

        def __call__(self, origin):
            return True

    (refusal,) = problems_of(origins=[Check()])

    assert refusal.code == "origins.type"


def test_a_long_path_costs_what_its_length_costs():
    """Of all its prefixes only those are tried that a rule could be."""
    rules = PathRules({"/api/v1": SAME_ORIGIN, "/b": Policy(origins="*")})
    path = "/b" + "/a" * 125_000

    assert _prefixes(path, 7) == ["/b/a/a", "/b/a", "/b", "/"]
    assert calls(lambda: rules.find(path)) == calls(lambda: rules.find("/b" + "/a" * 10))
    assert rules.find(path) == Policy(origins="*")
    assert rules.find("/api/v1" + "x" * 10) is None
    assert rules.find("/api/v1/" + "x" * 10) is SAME_ORIGIN


def test_a_path_that_is_none_is_closed():
    """Without a leading slash no rule covers it, though some routers add one."""
    rules = PathRules({"/": Policy(origins="*")})

    assert rules.find("") == rules.find("/") == Policy(origins="*")
    assert rules.find("api/x") is rules.find("*") is SAME_ORIGIN
    with pytest.raises(PolicyError, match=r"path\.spelling"):
        PathRules({"/\ud800": SAME_ORIGIN})
