"""The inventory of a layer without routes: its path rules, and what applies to everything else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from flask_corsguard.core.guard import SAFE_METHODS
from flask_corsguard.core.policy import SAME_ORIGIN, Policy, policy_from
from flask_corsguard.wsgi.path_rules import CLOSED
from flask_corsguard.wsgi.policy_source import APPLICATION

from .entry import ANY, Entry
from .notes import Notes


def entries_of_plain(layer: Any) -> Iterator[Entry]:
    """Yield the entries of a ``CorsMiddleware`` that is not Flask's.

    :param layer: the layer, for WSGI or for ASGI.
    """
    policy, where = layer.policy, getattr(layer, "where", "")
    if not isinstance(policy, Mapping):
        yield _entry("/", policy if isinstance(policy, Policy) else None, APPLICATION, where)
        return
    for path, each in policy.items():
        yield _entry(path, policy_from(each, path), f"path {path}", where)
    if "/" not in policy:
        yield _entry("/", SAME_ORIGIN, CLOSED, where)


def _entry(path: str, policy: Policy | None, source: str, where: str) -> Entry:
    notes = tuple(replace(each, where=where) for each in Notes().of(policy, _method_of(policy)))
    return Entry(rule=path, method=ANY, endpoint=None, policy=policy, source=source, where=where, notes=notes)


def _method_of(policy: Policy | None) -> str:
    """Return a method that stands for all: an unsafe one if the policy lists any, or does not guard them."""
    if policy is None or policy.guard != "enforce" or policy.methods == "*":
        return ANY
    return next((each for each in policy.methods or () if each not in SAFE_METHODS), "GET")
