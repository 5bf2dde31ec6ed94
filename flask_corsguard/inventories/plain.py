"""The inventory of a layer without routes: its path rules, and what applies to everything else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flask_corsguard.core.policy import SAME_ORIGIN, Policy
from flask_corsguard.wsgi.path_rules import CLOSED
from flask_corsguard.wsgi.policy_source import APPLICATION

from .entry import ANY, Entry


def entries_of_plain(layer: Any) -> Iterator[Entry]:
    """Yield the entries of a ``CorsMiddleware`` that is not Flask's.

    :param layer: the layer, for WSGI or for ASGI.
    """
    policy, where = layer.policy, getattr(layer, "where", "")
    if not isinstance(policy, Mapping):
        one = policy if isinstance(policy, Policy) else None
        yield Entry(rule="/", method=ANY, endpoint=None, policy=one, source=APPLICATION, where=where)
        return
    for path, each in policy.items():
        yield Entry(rule=path, method=ANY, endpoint=None, policy=each, source=f"path {path}", where=where)
    if "/" not in policy:
        yield Entry(rule="/", method=ANY, endpoint=None, policy=SAME_ORIGIN, source=CLOSED, where=where)
