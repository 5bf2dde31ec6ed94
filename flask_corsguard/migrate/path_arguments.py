"""The argument ``paths``, from the policies of paths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .path_expressions import covers
from .policy_text import PolicyText
from .rendering import Group, flat, render
from .unions import expression_of, union


def join(parts: Sequence[Mapping[str, PolicyText]]) -> dict[str, list[PolicyText]] | None:
    """Return the rules of several calls as those of one; ``None`` if only run time knows.

    The hook of the last call ran first, and the others after it where it had allowed nobody.
    """
    result: dict[str, list[PolicyText]] = {}
    for rule in dict.fromkeys(each for part in parts for each in part):
        applying = [_covering(part, rule) for part in reversed(parts)]
        found = [each for each in applying if each is not None]
        policies = [found[0]]
        for each in found[1:]:
            joined = union(policies[-1], each.values)
            if joined is None:
                return None
            policies = [*policies[:-1], *joined]
        result[rule] = policies
    return result


def _covering(rules: Mapping[str, PolicyText], path: str) -> PolicyText | None:
    rule = max((each for each in rules if covers([each], path)), key=len, default=None)
    return None if rule is None else rules[rule]


def paths_argument(policies: Mapping[str, list[PolicyText]]) -> Group:
    """Return the argument ``paths``."""
    # In their order, but a rule comes before those that cover it.
    ordered = sorted(policies, key=lambda rule: 0 if rule == "/" else -rule.count("/"))
    expressions = [expression_of(policies[rule]) for rule in ordered]
    if len(ordered) > 1 and len(set(map(flat, expressions))) == 1:
        keys = ", ".join(map(render, ordered))
        return Group("paths=dict.fromkeys(", (f"[{keys}]", expressions[0]), ")")
    items = []
    for rule, expression in zip(ordered, expressions, strict=True):
        if isinstance(expression, Group):
            items.append(Group(f"{render(rule)}: {expression.before}", expression.items, expression.after))
        else:
            items.append(Group(f"{render(rule)}: {expression}", (), ""))
    return Group("paths={", tuple(items), "}")
