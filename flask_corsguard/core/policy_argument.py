"""What may be given where a policy is taken: a policy, its fields, or a list of policies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Final, cast

from .audiences import AnyPolicy, Audiences, compiled_any
from .compiled import CompiledPolicy, compiled
from .origin_pattern import OriginPattern, read_origin
from .origin_set import OriginSet
from .policy import Policy
from .problems import PolicyError, Problem, problem

PolicyArgument = Policy | Sequence[Policy]

#: How many origins a hint repeats.
SHOWN_ORIGINS: Final = 3
_EXAMPLE: Final = 'Write Policy(origins=["https://app.example"]).'


def policy_from(value: object, field: str) -> AnyPolicy:
    """Return the policy that *value* is, or that it describes.

    :param value: a policy; a mapping of its fields; or a list of these.
    :param field: where *value* was given, for the problem.
    :raises PolicyError: if *value* is none of these, or has problems.
    """
    if isinstance(value, (Policy, Audiences)):
        return value
    if isinstance(value, Mapping):
        return Policy.from_mapping(value)
    if isinstance(value, (list, tuple)) and not _are_origins(value):
        policies = tuple(cast("Sequence[object]", value))
        # A callable gives the same policies again and again.
        is_plain = all(isinstance(each, Policy) for each in policies)
        return (_audiences_of if is_plain else _audiences_from)(policies, field)
    raise PolicyError([problem("policy.type", field, value, policy_of_origins(value))])


def _are_origins(value: Sequence[object]) -> bool:
    return bool(value) and all(isinstance(each, str) for each in value)


def policy_of_origins(value: object, example: str = _EXAMPLE) -> str:
    """Return the hint for origins, or anything else, in place of a policy.

    :param example: the hint if *value* is not an origin or a few origins that a policy takes.
    """
    origins = [str(value)] if isinstance(value, str) else value
    if isinstance(origins, (list, tuple)) and len(origins) <= SHOWN_ORIGINS:
        try:
            policy = Policy(origins=origins)
        except PolicyError:
            # What is wrong with them is the second thing to know.
            return example
        listed = ", ".join(f'"{each}"' for each in policy.origins)
        return f"Write Policy(origins={listed if policy.origins == '*' else f'[{listed}]'})."
    return example


def policy_for_origin(policy: PolicyArgument | Audiences, origin: str | None) -> CompiledPolicy:
    """Return the policy of *policy*, which may be a list, that requests of *origin* have.

    :param origin: the value of ``Origin``.
    :raises PolicyError: if *policy* is a list that cannot be used.
    """
    if isinstance(policy, Policy):
        return compiled(policy)
    return compiled_any(policy_from(policy, "policy")).for_origin(origin)


def _audiences_from(values: tuple[object, ...], field: str) -> Audiences:
    problems: list[Problem] = []
    policies: list[Policy] = []
    for index, value in enumerate(values):
        within = f"{field}[{index}]"
        try:
            if isinstance(value, (list, tuple)):
                hint = "Write its policies into the list around it."
                raise PolicyError([problem("policy.type", within, value, hint)])
            policy = policy_from(value, within)
        except PolicyError as error:
            problems += [named_within(within, each) for each in error.problems]
        else:
            policies += [policy] if isinstance(policy, Policy) else policy.policies
    if not values:
        hint = "Write [policy], or SAME_ORIGIN if nobody else may call."
        problems.append(problem("policies.empty", field, values, hint))
    if not problems:
        for index in range(len(policies)):
            _check_place(policies, index, f"{field}[{index}]", problems)
    if problems:
        raise PolicyError(problems)
    return Audiences(policies)


_audiences_of = lru_cache(maxsize=1024)(_audiences_from)


def named_within(name: str, each: Problem) -> Problem:
    """Return a problem of :func:`policy_from` whose field begins with *name*, where the policy was given."""
    return each if each.field.startswith(name) else replace(each, field=f"{name}.{each.field}")


def _check_place(policies: Sequence[Policy], index: int, field: str, problems: list[Problem]) -> None:
    """Check that some request has the policy at *index*, and has it for each of its origins."""
    policy = policies[index]
    if policy.is_unmanaged:
        hint = "Give UNMANAGED alone: whatever has no policy of its own cannot be chosen by its origin."
        problems.append(problem("policies.unmanaged", field, policy, hint))
        return
    if not policy.origins and index < len(policies) - 1:
        hint = "Leave it out, or put it last."
        problems.append(problem("policies.nobody", field, policy, hint))
    for before, earlier in enumerate(policies[:index]):
        place = f"{field.rpartition('[')[0]}[{before}]"
        if earlier.origins == "*":
            problems.append(problem("policies.shadowed", field, policy, f"Put it before {place}."))
            return
        for item in () if policy.origins == "*" else policy.origins:
            if isinstance(item, str) and _covers(compiled(earlier), item):
                hint = f"Leave it out here, or in {place}, which is asked first."
                problems.append(problem("policies.shadowed", f"{field}.origins", item, hint))


def _covers(by_policy: CompiledPolicy, item: str) -> bool:
    """Whether a policy that lists origins allows *item*, an origin or a pattern, without its callables."""
    listed = cast("OriginSet", by_policy.origins)
    pattern = read_origin(item)
    if not isinstance(pattern, OriginPattern):
        return listed.lists(item)
    host = pattern.host
    if pattern.subdomains:
        # Any name of such length: an exact origin or an expression that matches it by chance is rarer.
        host = f"{'x' * 40}.{host}" if host else "x" * 40
    ports = ("", ":1") if pattern.any_port else (f":{pattern.port}" if pattern.port else "",)
    return all(listed.lists(f"{pattern.scheme}://{host}{port}", by_pattern=True) for port in ports)
