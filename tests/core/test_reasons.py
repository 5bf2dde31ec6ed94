"""The kinds of a request, and the reasons of a decision."""

from __future__ import annotations

import pickle

import pytest

from flask_corsguard import Kind, Reason
from flask_corsguard.core import reasons
from rows import for_each


@for_each("member", [*Kind, *Reason])
def test_a_value_is_the_name_in_lower_case_with_hyphens(member):
    """A reader who knows the value knows the name, and the other way round."""
    assert member.value == str(member) == f"{member}" == member.name.lower().replace("_", "-")


@for_each("member", [*Kind, *Reason])
def test_a_member_is_equal_to_its_value(member):
    """It can be compared with a text, looked up by a text, and pickled."""
    assert member == member.value
    assert {member: 1}[member.value] == 1
    assert pickle.loads(pickle.dumps(member)) is member


@pytest.mark.parametrize("reason", [reason for reason in Reason if hasattr(reasons, reason.name)], ids=str)
def test_a_constant_is_the_member_of_its_name(reason):
    """The constants of the module save a look-up, and nothing else."""
    assert getattr(reasons, reason.name) is reason
