"""The table through the WSGI layer, and the preflights that are too long to be read."""

from __future__ import annotations

import pytest

from cases import EVIL, LISTED, ROWS, A, Row
from flask_corsguard import CorsMiddleware, Policy
from harness import SpyApp, assert_headers_exactly, call, preflight


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_the_layer_answers_as_the_table_says(row: Row):
    """A preflight never reaches the application, anything else reaches it once."""
    spy = SpyApp()

    result = call(CorsMiddleware(spy, row.policy), row.method, "/", row.headers)

    assert_headers_exactly(result.headers, row.expected)
    assert result.code == (row.status or 200)
    assert len(spy.calls) == (0 if row.status else 1)
    assert (result.body == b"hello") is (row.status is None)


def test_an_argument_that_is_not_an_application_is_a_type_error():
    """The message shows the right order of application and policy."""
    with pytest.raises(TypeError, match=r"write CorsMiddleware\(application, policy\)"):
        CorsMiddleware(LISTED, SpyApp())


def test_two_origins_that_are_too_long_to_be_read_are_refused():
    """A value that is too long counts as one, so that nobody has to look for a comma in it."""
    layer = CorsMiddleware(SpyApp(), LISTED)

    assert preflight(layer, f"{A}, {EVIL}").code == 200
    assert preflight(layer, f"{A}, " * 100).code == 403
    assert preflight(layer, A, "PUT," * 100).code == 204


@pytest.mark.parametrize("credentials", [False, True])
def test_requested_headers_too_long_to_be_read_have_an_answer_of_their_own(credentials):
    """It allows no header, each time, and the answer to a shorter list stays as it is."""
    layer = CorsMiddleware(SpyApp(), Policy(origins=[A, EVIL], allow_headers="*", credentials=credentials))
    long = ",".join(f"x-{number}" for number in range(2000))
    names = "x-a" if credentials else "*"

    for origin in (A, EVIL) * 3:
        assert preflight(layer, origin, headers=long).get("Access-Control-Allow-Headers") is None
        assert preflight(layer, origin, headers="x-a").get("Access-Control-Allow-Headers") == names
        assert preflight(layer, origin, headers=long).get("Access-Control-Allow-Origin") == origin
