"""Origins with a wildcard, and the origins that a policy can list."""

from __future__ import annotations

import pytest

from flask_corsguard import Origin
from flask_corsguard.core.origin_pattern import OPAQUE_SCHEMES, OriginPattern, read_origin


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("https://*.a.example", OriginPattern("https", "a.example", None, True, False)),
        ("https://*.a.example:8443", OriginPattern("https", "a.example", 8443, True, False)),
        ("https://*.a.example:*", OriginPattern("https", "a.example", None, True, True)),
        ("http://localhost:*", OriginPattern("http", "localhost", None, False, True)),
        ("http://[::1]:*", OriginPattern("http", "[::1]", None, False, True)),
        ("app://.:*", OriginPattern("app", ".", None, False, True)),
        ("app://A:*", OriginPattern("app", "A", None, False, True)),
        ("app://*.a.example", OriginPattern("app", "a.example", None, True, False)),
        ("moz-extension://*", OriginPattern("moz-extension", "", None, True, False)),
        ("https://*", OriginPattern("https", "", None, True, False)),
        ("https://*:8443", OriginPattern("https", "", 8443, True, False)),
        ("https://*:*", OriginPattern("https", "", None, True, True)),
    ],
)
def test_a_pattern_is_read_into_its_parts(text, pattern):
    """A star matches the first labels of the host, the whole host, or the port."""
    assert OriginPattern.parse(text) == pattern


@pytest.mark.parametrize(
    "text",
    [
        "https://a.example",
        "https://a.*.example",
        "https://a*.example",
        "https://*.*.example",
        "https://*.a.example:443",
        "https://*:443",
        "https://*.a.example:65536",
        "https://*.1.2.3.4",
        "https://*.[::1]",
        "https://*..example",
        "app://*.A",
        "app://*..",
        "app://*.1.2.3.4",
        "app://[::0]:*",
        "https://A:*",
        "*://a.example",
        "*",
        "",
    ],
)
def test_any_other_text_is_not_a_pattern(text):
    """An exact origin is not a pattern, and a star has no other place."""
    assert OriginPattern.parse(text) is None


@pytest.mark.parametrize("scheme", sorted(OPAQUE_SCHEMES))
def test_a_policy_cannot_list_an_origin_that_browsers_send_as_null(scheme):
    """Pages with these schemes have an opaque origin."""
    assert read_origin(f"{scheme}://a.example") is None
    assert read_origin(f"{scheme}://*.a.example") is None


@pytest.mark.parametrize(
    ("text", "is_read"),
    [
        ("https://xn--mnchen-3ya.de", True),
        ("https://*.xn--mnchen-3ya.de", True),
        ("https://xn--99999999.de", False),
        ("https://xn--k-a2in.de", False),
        ("app://xn--99999999.de", True),
    ],
)
def test_a_label_in_punycode_can_be_decoded(text, is_read):
    """Browsers load no page from a host whose Punycode is broken."""
    assert (read_origin(text) is not None) is is_read


def test_a_star_distinguishes_a_pattern_from_an_exact_origin():
    """An exact origin is read as an origin, and a text with a star as a pattern."""
    assert isinstance(read_origin("https://a.example"), Origin)
    assert isinstance(read_origin("https://*.a.example"), OriginPattern)
