"""The rows of a changing set of origins: each is checked as an item of ``origins``, and gives one answer."""

from __future__ import annotations

import re

import pytest

from flask_corsguard.core.origin_pattern import OriginPattern
from flask_corsguard.core.validation.rows import RowCheck

PLAIN = RowCheck(credentials=False, private_network=False, doors=frozenset())
CREDENTIALS = RowCheck(credentials=True, private_network=False, doors=frozenset())
PRIVATE = RowCheck(credentials=False, private_network=True, doors=frozenset())


@pytest.mark.parametrize(
    ("check", "row", "code"),
    [
        (PLAIN, "https://app.example/", "origin.trailing-slash"),
        (PLAIN, "*", "origins.redundant"),
        (PRIVATE, "*", "private-network.any-origin"),
        (PLAIN, re.compile("https://app.example"), "origins.type"),
        (PLAIN, lambda origin: True, "origins.type"),
        (CREDENTIALS, "https://*.github.io", "credentials.public-suffix"),
    ],
)
def test_a_row_that_is_not_an_origin_is_one_problem_of_origins(check, row, code):
    """With its value, so that the row can be found."""
    found = check(row)

    assert (found.code, found.field, found.value) == (code, "origins", row)


def test_a_row_is_an_origin_or_a_pattern():
    """An exact origin needs nothing beside it."""
    assert PLAIN("https://app.example") is PLAIN("http://app.example") is None
    assert isinstance(CREDENTIALS("https://*.app.example"), OriginPattern)
