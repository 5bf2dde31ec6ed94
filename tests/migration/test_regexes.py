"""Regular expressions for origins, as the patterns that they were meant to be, and never as more than that."""

from __future__ import annotations

import re
from itertools import product

import pytest

from flask_corsguard import Policy, Request, decide
from flask_corsguard.migrate.regex_origins import read_regex

LOOPBACK = ("http://127.0.0.1:*", "http://localhost:*", "https://127.0.0.1:*", "https://localhost:*")


@pytest.mark.parametrize(
    ("expression", "patterns"),
    [
        (r"^https?://(127\.0\.0\.1|localhost)(:\d+)?$", LOOPBACK),
        (r"https://.*\.example\.com", ("https://*.example.com",)),
        (r"https://.*example\.com$", ("https://example.com", "https://*.example.com")),
        (r"https://.+example\.com$", ("https://*.example.com",)),
        (r"https://.*.example.com", ("https://*.example.com",)),
        (r"https://example\.com.*", ("https://example.com",)),
        (r"https://example\.com:8443", ("https://example.com:8443",)),
        (r"https://example.com/?$", ("https://example.com",)),
        (r"https://(www\.)?example\.com$", ("https://example.com", "https://www.example.com")),
        (r"https://(?>a|b)\.example\.com$", ("https://a.example.com", "https://b.example.com")),
        (r"http://localhost:300[01]$", ("http://localhost:3000", "http://localhost:3001")),
        (r"https?://localhost:?\d*$", ("http://localhost:*", "https://localhost:*")),
        (r"http://localhost:.*", ("http://localhost:*",)),
        (r"http://localhost:$", None),
        (r"http://localhost:\d+$", None),
        ("http://localhost:*", ("http://localhost:*",)),
        ("https://*", ("https://*:*",)),
        ("http*", ("https://*:*", "http://*:*")),
        (r"https://.+$", ("https://*:*",)),
        (r"https://$", None),
        (r".*\.example\.com$", ("https://*.example.com", "http://*.example.com")),
        (
            r".*localhost.*",
            ("https://localhost:*", "https://*.localhost:*", "http://localhost:*", "http://*.localhost:*"),
        ),
        (r"chrome-extension://.*", ("chrome-extension://*",)),
        (r"https://[a-z]+\.example\.com$", None),
        (r"https://a[^.]\.example\.com$", None),
        (r"https://app-.*\.example\.com$", None),
        (r"https://.example\.com$", None),
        (r"https://example.*", None),
        (r"https://(a|b|c|d){3}\.example$", None),
        (r"https://(?!evil).*\.example\.com$", None),
        (r"http://192\.168\.\d+\.\d+$", None),
        (r"https://(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)\.example$", None),
        (r"https://[abcd][abcd][abcd][abcd]\.example$", None),
        (r"example", None),
        (r".*$", ("https://*:*", "http://*:*")),
        (r"https://(ab){3}\.example$", None),
        ("https://(" + "|".join(f"{x}{y}{x}.example" for x in "abcdefghij" for y in "klmnopq") + ")$", None),
        (r"https://EXAMPLE\.com$", None),
        (r"https://a_b\.example!$", None),
        (r"x{2,3}://a\.example$", ("xx://a.example", "xxx://a.example")),
    ],
)
def test_an_expression_is_read_as_patterns_or_not_at_all(expression, patterns):
    """What it reads never allows more than the beginning of an origin that the expression matches."""
    found = read_regex(re.compile(expression, re.IGNORECASE if "EXAMPLE" not in expression else 0))

    assert (found and found.patterns) == patterns


@pytest.mark.parametrize(
    "expression",
    [
        r"https://.*\.example\.com",
        r"https?://(.+\.)?example\.com(:\d+)?$",
        r".*localhost.*",
        r"https://.*.example.com",
    ],
)
def test_patterns_never_allow_what_the_expression_did_not(expression):
    """The patterns allow no near miss of an origin that the expression refuses."""
    regex = re.compile(expression, re.IGNORECASE)
    policy = Policy(origins=read_regex(regex).patterns)
    hosts = ("example.com", "a.example.com", "a.b.example.com", "xexample.com", "localhost", "a.localhost")

    for scheme, host, port in product(("http", "https"), (*hosts, "evil.example"), ("", ":8443")):
        origin = f"{scheme}://{host}{port}"
        if decide(policy, Request.from_headers("GET", {"Origin": origin})).allowed:
            assert regex.match(origin), origin
