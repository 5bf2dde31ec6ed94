"""Header lists, and which headers are safelisted, forbidden or exposed."""

from __future__ import annotations

import pytest

from flask_corsguard.testing.headers import (
    MalformedListError,
    combined,
    is_client_hint,
    is_forbidden,
    is_safelisted,
    list_values,
    mime_essence,
    response_essence,
    split,
    unsafe_names,
    without,
)


@pytest.mark.parametrize(
    ("value", "elements"),
    [
        ("nosniff,", ["nosniff", ""]),
        ("", [""]),
        ('text/html;", x/x', ['text/html;", x/x']),
        ('x/x;test="hi",y/y', ['x/x;test="hi"', "y/y"]),
        ("x / x,,,1", ["x / x", "", "", "1"]),
        ('"1,2", 3', ['"1,2"', "3"]),
        (r'"a\",b" , c', [r'"a\",b"', "c"]),
        ('"a\\', ['"a\\']),
    ],
)
def test_a_value_is_split_as_the_standard_shows(value, elements):
    """The rows are the examples of the standard, and two with backslashes."""
    assert split(value) == elements


def test_repeated_headers_are_one_line_on_the_wire():
    """The line has the spelling of the first name."""
    headers = [("X-A", "1"), ("X-B", "2"), ("x-a", "3")]

    assert combined(headers) == [("X-A", "1, 3"), ("X-B", "2")]
    assert without(headers, {"x-a"}) == [("X-B", "2")]


def test_a_list_of_names_is_separated_by_commas():
    """Several lines are one list, empty elements are skipped, and a missing header is not a list."""
    headers = [("X", "a, b"), ("Y", ""), ("x", ",c ,")]

    assert list_values(headers, "X") == ["a", "b", "c"]
    assert list_values(headers, "Y") == []
    assert list_values(headers, "Z") is None


@pytest.mark.parametrize("value", ["a b", "a;b", '"a"', "a, b c", "ü"])
def test_a_list_of_anything_else_is_malformed(value):
    """Browsers ignore a malformed list as a whole."""
    with pytest.raises(MalformedListError, match=r"^X is not a list"):
        list_values([("X", value)], "X")


@pytest.mark.parametrize(
    ("value", "essence"),
    [
        ("text/plain", "text/plain"),
        (" Text/PLAIN ; charset=utf-8", "text/plain"),
        ("text/plain;", "text/plain"),
        ("text", None),
        ("text/", None),
        ("/plain", None),
        ("te xt/plain", None),
        ("text/pl ain", None),
        ("text/plain, application/json", None),
    ],
)
def test_the_essence_of_a_type_is_its_two_names(value, essence):
    """A malformed type has no essence."""
    assert mime_essence(value) == essence


@pytest.mark.parametrize(
    ("values", "essence"),
    [
        (["text/html"], "text/html"),
        (["text/plain, text/html;a=b"], "text/html"),
        (["text/html", "cannot-parse"], "text/html"),
        (["text/html", "*/*"], "text/html"),
        (["text/html", ""], "text/html"),
        ([], None),
    ],
)
def test_the_last_valid_type_of_a_response_counts(values, essence):
    """The rows are the examples of the standard."""
    assert response_essence([("Content-Type", value) for value in values]) == essence


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Accept", "text/html;q=0.9,*/*"),
        ("Accept", "a\tb"),
        ("accept", "x" * 128),
        ("Accept-Language", "en-GB, de;q=0.5, *"),
        ("Content-Language", ""),
        ("Content-Type", "text/plain"),
        ("content-type", "TEXT/PLAIN;charset=UTF-8"),
        ("Content-Type", "multipart/form-data; boundary=x"),
        ("Content-Type", "application/x-www-form-urlencoded"),
        ("Range", "bytes=0-3"),
        ("Range", "bytes=3-3"),
        ("Range", "bytes=500-"),
    ],
)
def test_headers_that_a_form_can_send_are_safelisted(name, value):
    """They need no preflight."""
    assert is_safelisted(name, value)
    assert unsafe_names([(name, value)]) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Accept", "a:b"),
        ("Accept", "(a)"),
        ("Accept", "a\x01"),
        ("Accept", "a\x7f"),
        ("accept", "x" * 129),
        ("Accept-Language", "en_GB"),
        ("Content-Language", 'en"'),
        ("Content-Type", "application/json"),
        ("Content-Type", "text/plain; a={}"),
        ("Content-Type", "text/plain, text/plain"),
        ("Content-Type", "text"),
        ("Range", "bytes=-500"),
        ("Range", "bytes=4-3"),
        ("Range", "bytes=0-1,2-3"),
        ("Range", "items=0-3"),
        ("X-Any", ""),
        ("X-Any", "bytes=0-3"),
        ("Authorization", "x"),
    ],
)
def test_other_headers_are_not_safelisted(name, value):
    """They need a preflight."""
    assert not is_safelisted(name, value)
    assert unsafe_names([(name, value)]) == [name.lower()]


def test_safelisted_values_over_a_kilobyte_are_unsafe_together():
    """With 1,025 bytes all of them need a preflight, with 1,024 none."""
    headers = [("Accept", "x" * 128)] * 8

    assert unsafe_names(headers) == []
    assert unsafe_names([*headers, ("Accept-Language", "x")]) == ["accept", "accept-language"]


def test_unsafe_names_are_sorted_and_unique_and_in_lower_case():
    """Servers rely on that order."""
    headers = [("X-Z", ""), ("x-a", ""), ("X-A", ""), ("Authorization", ""), ("Accept", "")]

    assert unsafe_names(headers) == ["authorization", "x-a", "x-z"]


@pytest.mark.parametrize(
    ("name", "value", "forbidden"),
    [
        ("Cookie", "", True),
        ("Sec-Any", "", True),
        ("X-HTTP-Method", "TRACE", True),
        ("x-http-method-override", "put, connect", True),
        ("X-Method-Override", "Track", True),
        ("X-HTTP-Method-Override", "PUT", False),
        ("X-HTTP-Method-Override", '"TRACE"', False),
        ("X-Any", "TRACE", False),
    ],
)
def test_a_header_that_overrides_the_method_is_forbidden_by_its_value(name, value, forbidden):
    """It is forbidden if it names a forbidden method."""
    assert is_forbidden(name, value) is forbidden


@pytest.mark.parametrize(
    ("name", "values", "others"),
    [
        ("Device-Memory", ["0.5", "8", "01"], ["", ".5", "1.", "1e3", "-1", "+1"]),
        ("downlink", ["1.7", "10", "0123456789.9876543210"], ["", "-1", "fast"]),
        ("DPR", ["2", "1.5", "9" * 128], ["", "9" * 129, "1,5", "0x1", "nan"]),
        ("ECT", ["slow-2g", "2g", "3g", "4g"], ["", "4G", "5g", "4g\n"]),
        ("Intervention", ["", "{", "x" * 128], ["x" * 129]),
        ("RTT", ["0", "100", "0123456789"], ["", "1.5"]),
        ("Save-Data", ["on", "ON"], ["", "off", "1"]),
        ("Viewport-Width", ["1280", "9876543210"], ["1.5", "100%"]),
        ("WIDTH", ["640"], ["1.5", "-1"]),
        ("Viewport-Height", [], ["1"]),
        ("X-DPR", [], ["1"]),
    ],
)
def test_a_client_hint_has_a_value_that_a_hint_can_have(name, values, others):
    """Only then Chromium safelists it, as it safelists Intervention; the standard never does."""
    for value in values:
        assert is_client_hint(name, value)
        assert unsafe_names([(name, value)], client_hints=True) == []
    for value in others:
        assert not is_client_hint(name, value)
        assert unsafe_names([(name, value)], client_hints=True) == [name.lower()]
    for value in (*values, *others):
        assert unsafe_names([(name, value)]) == [name.lower()]


def test_client_hints_count_towards_the_length_of_all_safelisted_values():
    """Beyond 1,024 bytes in all, none of them is safelisted."""
    hints = [("Intervention", "x" * 128)] * 8

    assert unsafe_names(hints, client_hints=True) == []
    assert unsafe_names([*hints, ("RTT", "1")], client_hints=True) == ["intervention", "rtt"]


@pytest.mark.parametrize(
    ("value", "is_simple"),
    [
        *(
            ("bytes=0123456789-9876543210", True),
            ("bytes=5-", True),
            ("bytes=5-5", True),
            ("bytes=5-4", False),
        ),
        *(
            ("bytes=-5", False),
            ("bytes=5", False),
            ("bytes=a-5", False),
            ("bytes=5-a", False),
            ("bytes=", False),
        ),
        *(("Bytes=0-5", False), ("bytes=0-5,7-8", False), ("bytes =0-5", False), ("bytes=0-5 ", False)),
    ],
)
def test_a_range_is_safelisted_if_it_is_one_with_a_beginning(value, is_simple):
    """See #simple-range-header-value."""
    assert is_safelisted("Range", value) is is_simple
