"""How a policy's headers get onto a response."""

from __future__ import annotations

from cases import A
from flask_corsguard import Policy
from flask_corsguard.core.compiled import compiled
from flask_corsguard.wsgi.response import PLAIN_NAMES, merge


def test_a_plain_name_is_owned_by_no_policy():
    """Otherwise a header of the application could stand beside one of the policy."""
    everything = Policy(origins=[A], timing=True, resource_policy="same-site")

    for name in PLAIN_NAMES:
        assert name.lower() not in compiled(everything).owned | {"vary"}
        assert merge([(name, "x"), ("vary", "A")], (), frozenset())[0] == [(name, "x"), ("Vary", "A")]
