"""A request as the CORS protocol sees it, and what makes it a preflight."""

from __future__ import annotations

import pytest

from cases import EVIL, LISTED, A
from flask_corsguard import Kind, Request, decide


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
