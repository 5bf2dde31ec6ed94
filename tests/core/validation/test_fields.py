"""The checks of a policy's fields, and their normal forms."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cases import A
from flask_corsguard import Policy
from policy_cases import REFUSED_FIELDS, assert_refused, problems_of


@pytest.mark.parametrize(("fields", "code", "field", "hint"), REFUSED_FIELDS, ids=str)
def test_a_field_that_cannot_be_meant_is_refused(fields, code, field, hint):
    """A policy with it has one problem, which names the field and whose hint tells what to write."""
    assert_refused(fields, code, field, hint)


@pytest.mark.parametrize(
    ("field", "written"),
    [("methods", "P*"), ("methods", "ALL"), ("allow_headers", "X-*"), ("expose_headers", "X-*")],
)
def test_what_the_hint_says_instead_of_a_star_within_a_name_works(field, written):
    """The field takes the wildcard alone."""
    (refusal,) = problems_of(**{"origins": [A], field: [written]})

    assert f'{field}="*"' in refusal.hint
    assert getattr(Policy(**{"origins": [A], field: "*"}), field) == "*"


def test_an_underscore_in_a_name_is_ordinary():
    """Unless the name with a hyphen is one that no page may set."""
    assert Policy(origins=[A], allow_headers=["X_Api_Key"]).allow_headers == ("X_Api_Key",)


def test_lists_lose_their_repetitions_and_keep_their_order():
    """Of a name that is repeated, the first spelling stays where it is."""
    policy = Policy(
        origins=iter([A, A]),
        methods=["PUT", "GET", "PUT"],
        allow_headers=["X-B", "x-a", "x-b"],
        expose_headers=("ETag", "etag"),
    )

    assert policy.origins == (A,)
    assert policy.methods == ("PUT", "GET")
    assert policy.allow_headers == ("X-B", "x-a")
    assert policy.expose_headers == ("ETag",)


def test_a_wildcard_absorbs_what_it_covers():
    """Only `Authorization` adds anything to the wildcard."""
    policy = Policy(
        origins=["*"],
        methods=["PUT", "*"],
        allow_headers=["X-A", "Authorization", "*"],
        expose_headers=["X", "*"],
    )

    assert (policy.origins, policy.methods, policy.expose_headers) == ("*", "*", "*")
    assert policy.allow_headers == ("*", "Authorization")
    assert policy.replace(allow_headers=["*", "X-A"]).allow_headers == "*"


def test_an_age_is_seconds_or_a_timedelta():
    """The same age in seconds and as a timedelta makes the same policy."""
    assert Policy(origins=[A], max_age=timedelta(minutes=10)) == Policy(origins=[A], max_age=600)
