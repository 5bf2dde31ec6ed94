"""The inventory of a layer without routes: its path rules, and what applies to everything else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from flask_corsguard.core.audiences import AnyPolicy
from flask_corsguard.core.guard import SAFE_METHODS
from flask_corsguard.core.policy import SAME_ORIGIN, Policy
from flask_corsguard.core.policy_argument import policy_from
from flask_corsguard.wsgi.path_rules import CLOSED
from flask_corsguard.wsgi.policy_source import APPLICATION

from .entry import ANY, Entry
from .notes import Notes
from .words import given_as, policies_in


def entries_of_plain(layer: Any) -> Iterator[Entry]:
    """Yield the entries of a ``CorsMiddleware`` that is not Flask's.

    :param layer: the layer, for WSGI or for ASGI.
    """
    policy, where = layer.policy, getattr(layer, "where", "")
    if not isinstance(policy, Mapping):
        yield _entry("/", None if callable(policy) else policy_from(policy, "policy"), APPLICATION, where)
        return
    for path, each in policy.items():
        yield _entry(path, policy_from(each, path), f"path {path}", where)
    if "/" not in policy:
        yield _entry("/", SAME_ORIGIN, CLOSED, where)


def _entry(path: str, policy: AnyPolicy | None, source: str, where: str) -> Entry:
    given = given_as(policy)
    is_unsafe = any(map(_concerns_unsafe_methods, policies_in(given)))
    notes = Notes().of(given, ANY if is_unsafe else "GET")
    return Entry(
        rule=path,
        method=ANY,
        endpoint=None,
        policy=given,
        source=source,
        where=where,
        notes=tuple(replace(each, where=where) for each in notes),
    )


def _concerns_unsafe_methods(policy: Policy) -> bool:
    """Whether a policy lists unsafe methods, or does not guard them."""
    if policy.guard != "enforce" or policy.methods == "*":
        return True
    return not SAFE_METHODS.issuperset(policy.methods or ())
