"""The table through the WSGI layer."""

from __future__ import annotations

import pytest

from cases import LISTED, ROWS, Row
from flask_corsguard import CorsMiddleware
from harness import SpyApp, assert_headers_exactly, call


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_the_layer_answers_as_in_the_table(row: Row):
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
