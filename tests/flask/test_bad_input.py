"""Bad input: whatever is given as a field, a mapping or a configuration makes a policy or a `PolicyError`."""

from __future__ import annotations

import re
from collections import Counter
from contextlib import suppress
from decimal import Decimal
from enum import IntEnum
from ipaddress import IPv4Network
from itertools import count

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from cases import A
from flask_corsguard import CorsGuard, CorsMiddleware, Policy, PolicyError
from flask_corsguard.core.policy_fields import FIELDS
from flask_corsguard.core.problems import shown
from policy_cases import problems_of


class Hostile:
    """Raises whatever it is asked."""

    __hash__ = None

    def __eq__(self, other):
        raise RuntimeError("eq")

    def __bool__(self):
        raise RuntimeError("bool")

    def __repr__(self):
        raise RuntimeError("repr")


class HostileHash:
    """A callable whose hash raises something else than a TypeError."""

    def __hash__(self):
        raise ValueError("hash")

    def __call__(self, origin):
        return True


class Age(IntEnum):
    """An age with a name."""

    SHORT = 5


HARD = [
    *(Hostile(), HostileHash(), [Hostile(), "*"], [HostileHash()], 10**5000, -(10**5000), [10**5000]),
    *(
        Decimal("sNaN"),
        [Decimal("sNaN")],
        float("nan"),
        float("inf"),
        b"*",
        memoryview(b"x"),
        bytearray(b"x"),
    ),
    *(
        "\ud800",
        ["https://\ud800"],
        ["\ud800"],
        range(10**12),
        IPv4Network("0.0.0.0/0"),
        count(),
        {1: 2},
        frozenset({1}),
        int,
        [[]],
        [None],
        True,
    ),
    *(
        1,
        0,
        "",
        "*",
        ["*", "*"],
        ["https://" + "a" * 100_000],
        ["https://" + "\u0130" * 300],
        {"self": 1},
        {3: 1},
    ),
]
JUNK = st.one_of(
    st.sampled_from(range(len(HARD))).map(HARD.__getitem__),
    st.from_type(object),
    st.lists(st.one_of(st.text(max_size=9), st.integers(), st.none(), st.binary(max_size=3)), max_size=3),
    st.text(st.characters(codec=None), max_size=12),
)


def configured(**keys):
    """Make an application that is configured by keys."""
    app = Flask(__name__)
    app.config.update({f"CORSGUARD_{key}": value for key, value in keys.items()})
    return CorsGuard(app)


WAYS = {
    "field": lambda field, junk: Policy(**{"origins": [A], "credentials": True, field: junk}),
    "mapping": lambda field, junk: Policy.from_mapping(junk),
    "configuration": lambda field, junk: configured(**{"ORIGINS": A, field.upper(): junk}),
    "paths": lambda field, junk: configured(PATHS=junk),
    "policy of a path": lambda field, junk: configured(PATHS={"/a": {"origins": [A], field: junk}}),
    "rule": lambda field, junk: CorsMiddleware(lambda environ, start_response: [], {"/a": junk}),
}


@pytest.mark.parametrize("way", WAYS)
def test_junk_makes_a_policy_or_a_policy_error(way):
    """No other exception is raised, and the error can be shown."""
    counted = Counter()

    @given(st.sampled_from(FIELDS), JUNK)
    def check(field, junk):
        try:
            WAYS[way](field, junk)
        except PolicyError as error:
            counted["refused"] += all(problem.hint for problem in error.problems) and str(error) != ""
        else:
            counted["built"] += 1

    check()

    assert counted["refused"] > counted.total() / 10, counted


def test_a_name_that_is_not_text_is_an_unknown_field():
    """As is the name of the argument that Python itself fills in."""
    for name, field in ((3, "3"), ("self", "self")):
        with pytest.raises(PolicyError) as caught:
            Policy.from_mapping({"origins": [A], name: True})
        assert [(each.code, each.field) for each in caught.value.problems] == [("field.unknown", field)]
    assert problems_of(origins=[A], self=1)[0].code == "field.unknown"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("field", FIELDS)
def test_the_hardest_junk_makes_a_policy_or_a_policy_error(way, field):
    """Examples that are drawn at random may miss one of them."""
    for junk in HARD:
        with suppress(PolicyError):
            WAYS[way](field, junk)


def test_what_cannot_be_shown_is_shown_by_its_type():
    """Its own code raises, or its number has too many digits."""
    assert shown(Hostile()) == "<Hostile>"
    (refusal,) = problems_of(origins=range(10**12))
    assert refusal.code == "list.type"


def test_a_number_with_a_name_is_a_number():
    """The header has its digits in every version of Python."""
    assert type(Policy(origins=[A], max_age=Age.SHORT).max_age) is int


def test_an_iterable_of_items_of_wrong_types_is_not_read_to_its_end():
    """It is refused as a whole, and may have no end."""
    for endless in (IPv4Network("0.0.0.0/0"), count()):
        (refusal,) = problems_of(origins=[A], allow_headers=endless)
        assert (refusal.code, refusal.value) == ("list.type", endless)


def test_a_thousand_expressions_are_read():
    """They are not strange items."""
    expressions = [re.compile(rf"https://{number}\.example\.com") for number in range(1001)]

    assert len(Policy(origins=expressions).origins) == 1001
