"""The policy and the path rules of an application, from its code and its ``CORSGUARD_*`` configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from flask_corsguard.core.policy import FIELDS, SAME_ORIGIN, Policy, policy_from
from flask_corsguard.core.problems import PolicyError, Problem, did_you_mean, problem
from flask_corsguard.wsgi.path_rules import PathRules

PREFIX: Final = "CORSGUARD_"

_LISTS: Final = frozenset({"origins", "methods", "allow_headers", "expose_headers", "dangerously_allow"})
#: The fields that are allowed without ``origins``: they also apply to a closed policy.
_WITHOUT_ORIGINS: Final = frozenset({"guard", "resource_policy"})

#: The field, or argument, that each configuration key stands for.
KEYS: Final = {f"{PREFIX}{name.upper()}": name for name in (*FIELDS, "paths")}


def read_settings(
    policy: object, given: Mapping[str, Any], config: Mapping[str, Any]
) -> tuple[Policy, PathRules | None]:
    """Return the policy and the path rules of an application.

    :param policy: the ``policy`` argument of the extension.
    :param given: its other arguments by name: fields of a policy, and ``paths``.
    :param config: the configuration; a string is split where a list is meant.
    :raises PolicyError: with every problem found.
    """
    problems: list[Problem] = []
    keys: dict[str, str] = {}
    settings: dict[str, Any] = dict(given)
    for key in sorted(key for key in config if key.startswith(PREFIX)):
        name = KEYS.get(key)
        if name is None:
            problems.append(
                problem("config.unknown", key, config[key], did_you_mean(key.upper(), list(KEYS)))
            )
        elif name in given or (policy is not None and name != "paths"):
            hint = f"Leave out {key}, or {name if name in given else 'the policy'} in the code."
            problems.append(problem("config.twice", key, config[key], hint))
        else:
            keys[name] = key
            settings[name] = _from_config(name, config[key])
    if keys and "origins" not in given:
        keys.setdefault("origins", f"{PREFIX}ORIGINS")
    rules = settings.pop("paths", None)
    if policy is not None and settings:
        hint = "Give a policy or its fields; policy.replace(...) makes one like another."
        problems.append(problem("policy.twice", ", ".join(settings), policy, hint))
    built, paths = SAME_ORIGIN, None
    try:
        if policy is not None:
            built = policy_from(policy, "policy")
        elif set(settings) <= _WITHOUT_ORIGINS:
            built = SAME_ORIGIN.replace(**settings)
        else:
            built = Policy(**settings)
    except PolicyError as error:
        problems += [_as_written(each, keys) for each in error.problems]
    try:
        paths = None if rules is None else PathRules(rules, keys.get("paths", "paths"))
    except PolicyError as error:
        problems += error.problems
    if problems:
        raise PolicyError(problems)
    return built, paths


def _as_written(each: Problem, keys: Mapping[str, str]) -> Problem:
    key = keys.get(each.field)
    if key is None:
        return each
    return replace(each, field=key, hint=each.hint.replace(f"{each.field}=", f"{key}="))


def _fields_from_config(fields: object) -> object:
    if not isinstance(fields, Mapping):
        return fields
    return {name: _from_config(name, value) for name, value in fields.items()}


def _from_config(name: str, value: object) -> object:
    if name == "paths" and isinstance(value, Mapping):
        return {path: _fields_from_config(fields) for path, fields in value.items()}
    if name not in _LISTS or not isinstance(value, str):
        return value
    return value.replace(",", " ").split()
