"""Reads what is to be exported: policies, paths of policies, or an application that has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from flask_corsguard.core.audiences import AnyPolicy, Audiences, compiled_any
from flask_corsguard.core.policy import Policy
from flask_corsguard.core.policy_argument import policy_from
from flask_corsguard.core.problems import PolicyError
from flask_corsguard.inventories.inventory import layer_of, mounted_outside
from flask_corsguard.wsgi.path_rules import PathRules

from .losses import loss
from .paths import as_latin_1
from .places import Place, Source


def source_of(value: object) -> Source:
    """Return what *value* configures: a policy, several for several audiences, or these by path.

    :param value: one of these, or an application with one of these, also for Flask or ASGI.
    :raises PolicyError: if it is none of these.
    """
    layer = None if isinstance(value, (Policy, Mapping, Audiences, list, tuple)) else layer_of(value)
    if layer is not None:
        _refuse_mounted(value, layer)
    if getattr(layer, "flask", None) is not None:
        # Programs of WSGI need no Flask.
        from .application import source_of_application

        return source_of_application(layer)
    if layer is not None:
        value = layer.policy
    if isinstance(value, Mapping):
        return _source_of_paths(value)
    if not isinstance(value, (Policy, Audiences, list, tuple)):
        hint = 'Name a Policy, a list of policies, a mapping such as {"/api": policy}, or an application.'
        raise PolicyError([loss("edge.source", "source", value, hint)])
    policy = compiled_any(policy_from(cast("object", value), "policy"))
    return Source((Place("", policy, "policy"),), policy, lambda _path, _method: policy)


def _refuse_mounted(app: object, layer: object) -> None:
    hint = "Have CorsGuard or CorsMiddleware around the dispatcher, or export a mapping of paths to policies."
    problems = [
        loss("edge.source", f"mounted at {path}", app, hint) for path, app in mounted_outside(app, layer)
    ]
    if problems:
        raise PolicyError(problems)


def _source_of_paths(paths: Mapping[Any, Any]) -> Source:
    rules = PathRules(paths, "policy")
    closed = compiled_any(rules.closed)
    places = tuple(
        Place(path, compiled_any(cast("AnyPolicy", rules.find(as_latin_1(path)))), f"policy[{path!r}]")
        for path in paths
    )
    return Source(places, closed, lambda path, _method: compiled_any(rules.find(path) or rules.closed))
