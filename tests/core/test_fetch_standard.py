"""The terms of the Fetch standard."""

from __future__ import annotations

import pytest

from flask_corsguard.core.fetch_standard import (
    FORBIDDEN_METHODS,
    NORMALIZED_METHODS,
    SAFELISTED_METHODS,
    UPPER_CASE_METHODS,
    is_forbidden_method,
    is_forbidden_request_header,
    is_token,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("GET", True),
        ("x-a", True),
        ("!#$%&'*+-.^_`|~09azAZ", True),
        ("", False),
        ("a b", False),
        ("a:", False),
        ('"a"', False),
        ("a\n", False),
        ("\u212a", False),
        ("a(b)", False),
    ],
)
def test_a_token_has_letters_digits_and_fifteen_signs(text, expected):
    """The grammar is that of RFC 9110, and nothing before or after the token is ignored."""
    assert is_token(text) is expected


@pytest.mark.parametrize(
    ("method", "expected"), [("CONNECT", True), ("trace", True), ("Track", True), ("GET", False), ("", False)]
)
def test_a_method_is_forbidden_in_any_case(method, expected):
    """Browsers compare forbidden methods case-insensitively."""
    assert is_forbidden_method(method) is expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Cookie", True),
        ("HOST", True),
        ("sec-", True),
        ("Sec-Fetch-Site", True),
        ("Proxy-Authorization", True),
        ("Access-Control-Request-Method", True),
        ("sec", False),
        ("Security", False),
        ("Authorization", False),
        ("X-HTTP-Method-Override", False),
        ("User-Agent", False),
    ],
)
def test_a_request_header_is_forbidden_by_its_name_or_prefix(name, expected):
    """A header of which only some values are forbidden may be listed."""
    assert is_forbidden_request_header(name) is expected


def test_no_method_is_both_safelisted_and_forbidden():
    """The lists of methods fit together."""
    assert not SAFELISTED_METHODS & FORBIDDEN_METHODS
    assert SAFELISTED_METHODS < NORMALIZED_METHODS < UPPER_CASE_METHODS
