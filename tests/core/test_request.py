"""A request as the CORS protocol sees it, and what makes it a preflight."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from cases import EVIL, LISTED, A
from flask_corsguard import Kind, Request, decide
from flask_corsguard.core.origin import MAX_ORIGIN_LENGTH
from flask_corsguard.core.request import MAX_SEARCHED_METHOD_LENGTH, is_preflight


@pytest.mark.parametrize(
    ("method", "headers", "kind"),
    [
        ("OPTIONS", {"Origin": A, "Access-Control-Request-Method": "GET"}, Kind.PREFLIGHT),
        ("options", {"Origin": A, "Access-Control-Request-Method": "GET"}, Kind.ACTUAL),
        ("GET", {"Origin": A, "Access-Control-Request-Method": "GET"}, Kind.ACTUAL),
        ("OPTIONS", {"Origin": A}, Kind.ACTUAL),
        ("OPTIONS", {"Access-Control-Request-Method": "GET"}, Kind.NON_CORS),
        ("OPTIONS", {"Origin": "", "Access-Control-Request-Method": "GET"}, Kind.ACTUAL),
        ("GET", {}, Kind.NON_CORS),
    ],
)
def test_a_preflight_is_options_with_one_origin_and_one_requested_method(method, headers, kind):
    """Any other request with an origin is an actual request, and one without is not CORS."""
    assert decide(LISTED, Request.from_headers(method, headers)).kind is kind


def test_headers_are_read_in_any_case_and_joined_when_repeated():
    """Two lines of one header become one value with a comma, as in WSGI servers."""
    request = Request.from_headers("GET", [("ORIGIN", A), ("origin", EVIL)])

    assert request.origin == f"{A},{EVIL}"


def test_two_origins_that_are_too_long_to_be_read_are_refused():
    """A value that is too long counts as one, so that nobody has to search it for a comma."""

    def status(origin, method="GET"):
        return decide(LISTED, Request(method="OPTIONS", origin=origin, requested_method=method)).status

    assert status(f"{A}, {EVIL}") is None
    assert status(f"{A}, " * 100) == 403
    assert status(A, "PUT," * 100) == 204


@pytest.mark.parametrize(
    ("origin", "requested_method", "expected"),
    [
        ("x" * MAX_ORIGIN_LENGTH, "GET", True),
        ("," * MAX_ORIGIN_LENGTH, "GET", False),
        ("," * (MAX_ORIGIN_LENGTH + 1), "GET", True),
        (A, "X" * MAX_SEARCHED_METHOD_LENGTH, True),
        (A, "," * MAX_SEARCHED_METHOD_LENGTH, False),
        (A, "," * (MAX_SEARCHED_METHOD_LENGTH + 1), True),
        ("," * 1_000_000, "," * 1_000_000, True),
    ],
    ids=[
        *("longest origin", "commas in the longest origin", "too many commas for an origin"),
        *("longest method", "commas in the longest method", "too many commas for a method", "a megabyte"),
    ],
)
def test_a_value_is_searched_for_a_comma_up_to_its_bound(origin, requested_method, expected):
    """A value beyond the bound counts as one value, so the request is a preflight."""
    assert is_preflight("OPTIONS", origin, requested_method) is expected


def test_a_request_cannot_be_changed():
    """The request in a decision is the one that was decided."""
    request = Request(method="GET", origin=A)

    with pytest.raises(FrozenInstanceError):
        request.origin = EVIL


def test_a_request_is_made_by_keywords():
    """Its fields have no order that a caller could rely on."""
    with pytest.raises(TypeError, match="positional"):
        Request("GET", A)


def test_every_header_that_matters_is_read():
    """A mapping of headers gives every field of the request."""
    headers = {
        "Origin": A,
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "x-a",
        "Access-Control-Request-Private-Network": "true",
        "Sec-Fetch-Site": "cross-site",
        "Host": "api.example",
        "Upgrade": "websocket",
        "Cookie": "session=1",
    }

    assert Request.from_headers("OPTIONS", headers, scheme="https") == Request(
        method="OPTIONS",
        origin=A,
        requested_method="PUT",
        requested_headers="x-a",
        private_network="true",
        fetch_site="cross-site",
        host="api.example",
        scheme="https",
        upgrade="websocket",
        has_cookie=True,
    )
