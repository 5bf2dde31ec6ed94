"""Policies of blueprints by their registered names, which each application configures for itself."""

from __future__ import annotations

from collections.abc import Mapping

from flask_corsguard.core.audiences import AnyPolicy
from flask_corsguard.core.policy_argument import named_within, policy_from
from flask_corsguard.core.problems import PolicyError, Problem, problem


def read_blueprints(policies: object, field: str = "blueprints") -> dict[str, AnyPolicy]:
    """Return the policies by the registered names of their blueprints.

    :param policies: a mapping from name to policy, or to the fields of one.
    :param field: what *policies* was given as, for a message.
    :raises PolicyError: with every problem of the names and the policies.
    """
    if not isinstance(policies, Mapping):
        hint = f'Write {field}={{"api": policy}}.'
        raise PolicyError([problem("blueprints.type", field, policies, hint)])
    problems: list[Problem] = []
    read: dict[str, AnyPolicy] = {}
    for name, value in policies.items():
        within = f"{field}[{name!r}]"
        if not isinstance(name, str) or not all(name.split(".")):
            hint = 'Write the name that Flask registers: "api", or "api.v1" for a blueprint in another one.'
            problems.append(problem("blueprints.name", field, name, hint))
            continue
        try:
            read[name] = policy_from(value, within)
        except PolicyError as error:
            problems += [named_within(within, each) for each in error.problems]
    if problems:
        raise PolicyError(problems)
    return read
