"""What a list of a policy may be given as."""

from __future__ import annotations

from itertools import count

import pytest

from cases import A
from flask_corsguard.core.validation.items import MAX_STRANGE_ITEMS, items_of, without_repetitions


@pytest.mark.parametrize(
    "value", [None, 7, b"x", bytearray(b"x"), memoryview(b"x"), range(3), {A: 1}, count()]
)
def test_a_value_without_items_that_a_policy_takes_counts_as_empty(value):
    """Nor does what never ends; nobody waits for it."""
    assert items_of(value) is None


def test_a_thousand_items_of_wrong_types_are_read_and_no_more():
    """With one among them that a policy takes, the whole list is checked, and each problem is named."""
    strange = [None] * MAX_STRANGE_ITEMS

    assert items_of(strange) is None
    assert items_of(strange[1:]) == strange[1:]
    assert items_of([A, *strange]) == [A, *strange]
    assert items_of([*strange, A]) is None
    assert items_of([*strange[1:], A, None]) == [*strange[1:], A, None]


def test_an_item_is_yielded_once():
    """What has no hash is not compared."""
    assert list(without_repetitions([A, [], A, [], "x"])) == [A, [], [], "x"]
