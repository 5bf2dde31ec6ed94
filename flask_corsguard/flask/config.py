"""The policy and the path rules of an application, from its code and its ``CORSGUARD_*`` configuration."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Mapping
from dataclasses import replace
from typing import Any, Final, NamedTuple

from flask_corsguard.core.audiences import AnyPolicy
from flask_corsguard.core.policy import SAME_ORIGIN, Policy
from flask_corsguard.core.policy_argument import policy_from
from flask_corsguard.core.policy_fields import FIELDS
from flask_corsguard.core.problems import PolicyError, Problem, did_you_mean, problem
from flask_corsguard.core.validation.fields import check_flag
from flask_corsguard.wsgi.path_rules import PathRules

from .blueprint_policies import read_blueprints
from .config_text import OF_PARTS, SWITCHES_OF_EXTENSION, value_of

PREFIX: Final = "CORSGUARD_"

#: The fields that are allowed without ``origins``: they also apply to a closed policy.
_WITHOUT_ORIGINS: Final = frozenset({"guard", "resource_policy"})

#: The field, or argument, that each configuration key sets.
KEYS: Final = {f"{PREFIX}{name.upper()}": name for name in (*FIELDS, "paths", "blueprints", "report_only")}

#: The arguments of the extension that are not fields of a policy.
_OF_EXTENSION: Final = OF_PARTS | SWITCHES_OF_EXTENSION

_ONCE: Final = (
    "Give it to CorsGuard(...), for every application, or to init_app(app, ...), for one; not to both."
)


class Settings(NamedTuple):
    """The configuration of an application."""

    #: A policy, a list of policies, or a callable that returns one of these for a request.
    policy: AnyPolicy | Callable[[Any], object]
    paths: PathRules | None
    #: By their registered names.
    blueprints: Mapping[str, AnyPolicy]
    #: Whether no policy enforces its guard.
    report_only: bool


class Arguments(NamedTuple):
    """The arguments of the extension, or of its ``init_app``."""

    policy: object
    fields: Mapping[str, Any]
    paths: object
    blueprints: object
    report_only: object

    def with_others(self, others: Arguments) -> Arguments:
        """Return these arguments with *others*.

        :raises PolicyError: if a policy, paths or blueprints are among both.
        """
        problems: list[Problem] = []
        if (self.policy is not None or self.fields) and (others.policy is not None or others.fields):
            what = ", ".join(others.fields) or "policy"
            problems.append(problem("policy.twice", what, others.policy or dict(others.fields), _ONCE))
        for name in sorted(_OF_EXTENSION):
            value = getattr(others, name)
            if value is not None and getattr(self, name) is not None:
                problems.append(problem("policy.twice", name, value, _ONCE))
        if problems:
            raise PolicyError(problems)
        return Arguments(
            self.policy if others.policy is None else others.policy,
            {**self.fields, **others.fields},
            self.paths if others.paths is None else others.paths,
            self.blueprints if others.blueprints is None else others.blueprints,
            self.report_only if others.report_only is None else others.report_only,
        )


def read_settings(arguments: Arguments, config: Mapping[Any, Any]) -> Settings:
    """Return the policies of an application.

    :param arguments: the arguments of the extension.
    :param config: the configuration; :func:`.value_of` reads the texts in it.
    :raises PolicyError: with every problem found.
    """
    problems: list[Problem] = []
    settings, keys = _joined(arguments, config, problems)
    rules, of_blueprints = (settings.pop(name, None) for name in ("paths", "blueprints"))
    report_only = check_flag("report_only", settings.pop("report_only", False), problems)
    built: AnyPolicy | Callable[[Any], object] = SAME_ORIGIN
    paths: PathRules | None = None
    blueprints: dict[str, AnyPolicy] = {}
    try:
        built = _policy_of(arguments.policy, settings)
    except PolicyError as error:
        problems += [_as_written(each, keys, arguments.fields, config) for each in error.problems]
    try:
        paths = None if rules is None else PathRules(rules, keys.get("paths", "paths"))
    except PolicyError as error:
        problems += error.problems
    try:
        if of_blueprints is not None:
            blueprints = read_blueprints(of_blueprints, keys.get("blueprints", "blueprints"))
    except PolicyError as error:
        problems += error.problems
    if problems:
        raise PolicyError(problems)
    return Settings(built, paths, blueprints, report_only)


def _joined(
    arguments: Arguments, config: Mapping[Any, Any], problems: list[Problem]
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return what is set in code or configuration, and the keys of the latter by what they set."""
    policy = arguments.policy
    of_parts = {name: getattr(arguments, name) for name in _OF_EXTENSION}
    given = {**arguments.fields, **{name: value for name, value in of_parts.items() if value is not None}}
    keys: dict[str, str] = {}
    settings: dict[str, Any] = dict(given)
    for key in sorted(key for key in config if isinstance(key, str) and key.startswith(PREFIX)):
        name = KEYS.get(key)
        if name is None:
            problems.append(
                problem("config.unknown", key, config[key], did_you_mean(key.upper(), list(KEYS)))
            )
        elif name in given or (policy is not None and name not in _OF_EXTENSION):
            hint = f"Leave out {key}, or {name if name in given else 'the policy'} in the code."
            problems.append(problem("config.twice", key, config[key], hint))
        else:
            keys[name] = key
            settings[name] = value_of(name, key, config[key], problems)
    if keys and "origins" not in given:
        keys.setdefault("origins", f"{PREFIX}ORIGINS")
    fields = [name for name in settings if name not in _OF_EXTENSION]
    if policy is not None and fields:
        hint = "Give a policy or its fields; policy.replace(...) makes one like another."
        problems.append(problem("policy.twice", ", ".join(fields), policy, hint))
    return settings, keys


def _policy_of(policy: object, fields: Mapping[str, Any]) -> AnyPolicy | Callable[[Any], object]:
    if callable(policy):
        return policy
    if policy is not None:
        return policy_from(policy, "policy")
    if set(fields) <= _WITHOUT_ORIGINS:
        return SAME_ORIGIN.replace(**fields)
    return Policy(**fields)


def _as_written(
    each: Problem, keys: Mapping[str, str], given: Container[str], config: Container[str]
) -> Problem:
    """Return *each* with the names of the configuration, where the field comes from there.

    :param keys: the configuration key of each field that comes from it.
    :param given: the fields that the code gives.
    """
    key = keys.get(each.field)
    if key is None:
        return each
    hint = each.hint
    if each.code in {"origins.missing", "origins.empty"}:
        others = ", ".join(sorted(other for other in set(keys.values()) if other in config))
        hint = f'Write {key}=["https://app.example"]; or leave out {others} if nobody else may call.'
    for name in FIELDS:
        if name not in given:
            hint = re.sub(rf"\b{name}=", f"{PREFIX}{name.upper()}=", hint)
    return replace(each, field=key, hint=hint)
