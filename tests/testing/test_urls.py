"""URLs, origins and sites, as far as http(s) needs them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from publicsuffixlist import PublicSuffixList

from flask_corsguard.testing import sites
from flask_corsguard.testing.sites import (
    is_public_suffix,
    registrable_domain,
    same_site,
    schemelessly_same_site,
    site_of,
)
from flask_corsguard.testing.urls import (
    OpaqueOrigin,
    is_trustworthy,
    page_origin,
    parse_url,
    same_origin,
)
from rows import for_each

APP = "https://app.example"
LABELS = (
    "a",
    "b",
    "www",
    "example",
    "com",
    "co",
    "uk",
    "github",
    "io",
    "xn--p1ai",
    "xn--e1a4c",
    "kawasaki",
    "jp",
    "localhost",
)
HOSTS = st.builds(
    lambda labels, end: ".".join(labels) + end,
    st.lists(st.sampled_from(LABELS), min_size=1, max_size=4),
    st.sampled_from(("", "", ".")),
)
WHOLE_LIST = PublicSuffixList()
BASE = parse_url("https://user:word@app.example:8443/a/b/c?d=e#f")


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("https://APP.example", "https://app.example/"),
        (" https:\\\\app.example\\a \n", "https://app.example/a"),
        ("https://app.example:443/", "https://app.example/"),
        ("https://app.example:/", "https://app.example/"),
        ("http://app.example:443/", "http://app.example:443/"),
        ("ws://app.example", "ws://app.example/"),
        ("https://bücher.example/ü?ü", "https://xn--bcher-kva.example/%C3%BC?%C3%BC"),
        ("https://Straße.example", "https://xn--strae-oqa.example/"),
        ("http://[::FFFF:192.168.0.1]/", "http://[::ffff:c0a8:1]/"),
        ("http://[::FFFF:192.168.171.205]/", "http://[::ffff:c0a8:abcd]/"),
        ("https://app.example/a%2Fb/ c^`{}?'\" |", "https://app.example/a%2Fb/%20c%5E%60%7B%7D?%27%22%20|"),
        ("https://app.example/a/./b/../c/%2E%2e/d", "https://app.example/a/d"),
        ("https://app.example/a/..", "https://app.example/"),
        ("https://app.example/a/.", "https://app.example/a/"),
        ("https://app.example/../..", "https://app.example/"),
        ("https://app.example?a#b", "https://app.example/?a#b"),
        ("https://a:b@app.example/", "https://a:b@app.example/"),
        ("http://127.0.0.1:5000/x", "http://127.0.0.1:5000/x"),
        ("http://[0:0::1]:5000/", "http://[::1]:5000/"),
        ("data:text/plain,x", "data:text/plain,x"),
        ("https://app.example/\ud800?\udfff", "https://app.example/%EF%BF%BD?%EF%BF%BD"),
        ("https://app.example/\ud83d\ude00", "https://app.example/%F0%9F%98%80"),
        (f"https://app.example:{'0' * 5000}81", "https://app.example:81/"),
        ("https://app.example:000", "https://app.example:0/"),
        ("https://app.example:65535", "https://app.example:65535/"),
    ],
)
def test_a_url_is_written_as_a_browser_writes_it(text, parsed):
    """It is in lower case, percent-encoded, and without default ports and dot segments."""
    assert str(parse_url(text)) == parsed


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ("g", "https://user:word@app.example:8443/a/b/g"),
        ("/g", "https://user:word@app.example:8443/g"),
        ("../g?h", "https://user:word@app.example:8443/a/g?h"),
        ("?h", "https://user:word@app.example:8443/a/b/c?h"),
        ("#h", "https://user:word@app.example:8443/a/b/c?d=e#h"),
        ("", "https://user:word@app.example:8443/a/b/c?d=e"),
        ("//other.example/g", "https://other.example/g"),
        ("\\\\other.example", "https://other.example/"),
        ("http://other.example", "http://other.example/"),
    ],
)
def test_a_relative_url_is_resolved_against_its_base(text, parsed):
    """It has the scheme, the host and the directory of the page."""
    assert str(parse_url(text, BASE)) == parsed


@pytest.mark.parametrize(
    "text",
    [
        *("app.example", "/x", "https://", "https:///", "https://:80", "https://app.example:x"),
        *("https://app.example:65536", "https://app example", "https://a%zz", "https://%ff.example"),
        *(f"https://app.example:{'9' * 5000}", "https://app.example:655360", "https://\ud800.example"),
        *("http://256.1.1.1", "http://127.1", "http://[::g]", "http://[::1"),
        *("http://127.1.", "http://a.0x", "http://a.0x7f", "http://a.0x7f.", "http://a.1"),
    ],
)
def test_an_invalid_url_is_none(text):
    """It cannot be fetched."""
    assert parse_url(text) is None


def test_nothing_is_relative_to_a_url_without_authority():
    """A data: URL has no directory."""
    assert parse_url("x", parse_url("data:,y")) is None


def test_an_opaque_origin_is_equal_only_to_itself():
    """It is written null."""
    one, other = OpaqueOrigin(), OpaqueOrigin()

    assert same_origin(one, one)
    assert not same_origin(one, other)
    assert same_site(one, one)
    assert not same_site(one, other)
    assert str(one) == "null"
    assert isinstance(parse_url("data:,x").origin, OpaqueOrigin)


@pytest.mark.parametrize(
    ("one", "other", "site", "schemeless"),
    [
        ("https://example.com", "https://www.example.com:8443", True, True),
        ("https://a.example.com", "https://b.example.com", True, True),
        ("http://example.com", "https://example.com", False, True),
        ("https://a.github.io", "https://b.github.io", False, False),
        ("https://github.io", "https://github.io:8443", True, True),
        ("https://a.co.uk", "https://b.co.uk", False, False),
        ("http://a.localhost", "http://b.localhost", False, False),
        ("http://a.localhost", "http://b.a.localhost", True, True),
        ("http://localhost:1", "http://localhost:2", True, True),
        ("http://127.0.0.1:1", "http://127.0.0.1:2", True, True),
        ("http://127.0.0.1", "http://127.0.0.2", False, False),
        ("http://[::1]:1", "http://[::1]:2", True, True),
        ("https://app.example", "https://api.example", False, False),
        ("https://a.example.com.", "https://b.example.com.", True, True),
        ("https://a.example.com.", "https://b.example.com", False, False),
        ("https://example.com.", "https://example.com", False, False),
    ],
)
def test_a_site_is_a_scheme_and_a_registrable_domain(one, other, site, schemeless):
    """Ports do not matter, and an address is its own site."""
    one, other = parse_url(one).origin, parse_url(other).origin

    assert same_site(one, other) is same_site(other, one) is site
    assert schemelessly_same_site(one, other) is schemelessly_same_site(other, one) is schemeless


@given(HOSTS, HOSTS)
def test_two_hosts_are_one_site_as_in_the_whole_list(one, other):
    """Most pairs need no list, and most others need none of its rules in Punycode."""
    domain = WHOLE_LIST.privatesuffix(one.removesuffix("."))
    related = domain is not None and domain == WHOLE_LIST.privatesuffix(other.removesuffix("."))
    # A dot at the end belongs to the site.
    related = related and one.endswith(".") is other.endswith(".")

    origins = (parse_url(f"https://{host}").origin for host in (one, other))

    assert schemelessly_same_site(*origins) is (one == other or related)


def test_the_list_is_not_read_for_hosts_with_another_last_label(monkeypatch):
    """The first answer of a command does not wait for it."""
    monkeypatch.delattr(sites, "_suffixes")

    assert not schemelessly_same_site(
        parse_url("https://a.example").origin, parse_url("https://a.test").origin
    )


def test_a_site_can_be_written_as_text():
    """The caches of two sites have different keys."""
    assert site_of(parse_url("https://a.b.example.com:8443/x")) == "https://example.com"
    assert site_of(parse_url("http://127.0.0.1:8080")) == "http://127.0.0.1"


def test_a_public_suffix_is_on_the_list():
    """A registrable domain and an address are not public suffixes."""
    assert is_public_suffix("co.uk")
    assert not is_public_suffix("example.co.uk")
    assert not is_public_suffix("127.0.0.1")
    assert registrable_domain("127.0.0.1") is None
    assert registrable_domain("a.b.example.com.") == "example.com."


@pytest.mark.parametrize(
    ("url", "trusted"),
    [
        ("https://app.example", True),
        ("wss://app.example", True),
        ("http://app.example", False),
        ("ws://app.example", False),
        ("http://localhost:5000", True),
        ("http://localhost.", True),
        ("http://a.b.localhost", True),
        ("http://notlocalhost", False),
        ("http://127.8.8.8", True),
        ("http://127.0.0.1.example.com", False),
        ("http://128.0.0.1", False),
        ("http://127.example", False),
        ("http://[::1]", True),
        ("http://[::2]", False),
    ],
)
def test_an_https_or_loopback_url_is_trustworthy(url, trusted):
    """Only such a URL gets Sec-Fetch headers."""
    assert is_trustworthy(parse_url(url)) is trusted


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://app.example/x?y", APP),
        ("http://app.example:8080", "http://app.example:8080"),
        *((f"{each}", each) for each in ("app://.", "app://-", "tauri://localhost", "app://AMZamz0259_.~%-")),
        *((f"app://a:{port}", f"app://a:{port}") for port in ("1", "9", "10", "24680", "13579", "65535")),
        *((f"app://a{rest}", "app://a") for rest in ("/", "/x", "/x:1/y")),
        ("app://a:8080/x", "app://a:8080"),
        *(
            (f"app://{rest}", None)
            for rest in ("", "/x", "a:", "a:0", "a:01", "a:123456", "a:x", "a b", "a?x", "a@b")
        ),
        *(
            (text, None)
            for text in ("app:/a", "app:a", "data:,x", "about:blank", "file://host/x", "ftp://host/x")
        ),
        *((text, None) for text in ("file:///x", "ws://app.example", "wss://app.example")),
    ],
)
def test_a_page_has_the_origin_of_its_url_or_none(url, origin):
    """A shell has an origin of its own scheme; a local file has none."""
    found = page_origin(parse_url(url))

    assert (None if found is None else str(found)) == origin


@pytest.mark.parametrize(
    ("scheme", "default"),
    [("http", 80), ("https", 443), ("ws", 80), ("wss", 443), ("HTTP", 80), ("wsS", 443)],
)
def test_the_default_port_of_a_scheme_is_left_out(scheme, default):
    """And no other one."""
    assert parse_url(f"{scheme}://a:{default}").port is None
    for port in (default - 1, default + 1):
        assert parse_url(f"{scheme}://a:{port}").port == port


@for_each("character", [each for each in map(chr, range(0x21, 0x7F)) if each != ":"])
def test_a_character_is_one_of_a_scheme_or_not(character):
    """See https://url.spec.whatwg.org/#scheme-start-state: a letter, then letters, digits and three signs."""
    first, other = parse_url(f"{character}:x"), parse_url(f"a{character}:x")

    assert (first is not None) is (character.isalpha())
    assert (other is not None) is (character.isalnum() or character in "+-.")
    if other is not None:
        assert other.scheme == f"a{character.lower()}"


@pytest.mark.parametrize("digit", "0123456789abcdefABCDEF")
def test_an_ipv6_address_is_written_in_hexadecimal_digits(digit):
    """In lower case, and without leading zeros."""
    assert parse_url(f"http://[1::{digit}1]/").host == f"[1::{f'{digit}1'.lower().lstrip('0')}]"
    assert parse_url(f"http://[1::{digit}g]/") is None
