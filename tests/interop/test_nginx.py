"""nginx in front, as the documentation configures it and as it must not be configured."""

from __future__ import annotations

import pytest

from harness import cors_headers
from interop.policies import A
from interop.rows import allow, ask
from interop.rows_ordinary import LARGE
from interop.table import PROXIED, Column
from interop.wire import Ask, talk

VARY = ("Vary", "Origin")


@pytest.fixture
def answer(running):
    """Return the answer of nginx to one request."""
    _, port = running.of(Column("nginx", "flask", PROXIED))

    def answer(sent: bytes):
        return talk(port, [Ask(sent, "")]).answers[0]

    return answer


def test_an_origin_that_is_added_by_nginx_is_there_twice(answer):
    """Where both speak, there are two lines, of which browsers accept neither."""
    given = answer(ask("GET", "/doubled/file", ("Origin", A)))

    assert given.status == 200
    assert sorted(cors_headers(given.headers)) == sorted(
        [("Access-Control-Allow-Credentials", "true"), allow(A), allow("*"), VARY]
    )


def test_with_the_documented_location_only_nginx_sends_the_headers(answer):
    """What the documentation has nginx hide is hidden, and its own line is the only one."""
    given = answer(ask("GET", "/downloads/file", ("Origin", A)))

    assert given.status == 200
    assert sorted(cors_headers(given.headers)) == [allow("*"), VARY]


def test_what_nginx_answers_itself_has_no_headers_of_cors(answer):
    """A body that is too large for nginx is refused by it, and the application is not asked."""
    given = answer(ask("POST", "/api/items", ("Origin", A), body=LARGE + b"x"))

    assert given.status == 413
    assert cors_headers(given.headers) == []
