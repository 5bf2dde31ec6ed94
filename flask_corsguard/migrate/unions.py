"""Two policies of Flask-CORS for the same URLs: the second applied where the first had allowed nobody."""

from __future__ import annotations

from typing import Any

from .policy_text import PolicyText
from .rendering import Group, render


def union(first: PolicyText, second: dict[str, Any] | None) -> list[PolicyText] | None:
    """Return the policies that do the same, the first one first; ``None`` if only run time knows.

    :param first: the policy that Flask-CORS applied first.
    :param second: the fields of the other one; empty for the closed policy.
    """
    own = first.values
    if second == {} or (own is not None and (own == second or own.get("origins") == "*")):
        return [first]
    if own is None or second is None:
        return None
    theirs = dict(second)
    if theirs.get("origins") != "*":
        theirs["origins"] = [each for each in second["origins"] if each not in own.get("origins", [])]
    if not theirs["origins"]:
        return [first]
    other = PolicyText(
        texts={name: render(value) for name, value in theirs.items()}, values=theirs, guard=first.guard
    )
    return [other] if first.kind == "closed" else [first, other]


def expression_of(policies: list[PolicyText]) -> str | Group:
    """Return one policy, or a list of them, as an expression."""
    expressions = [each.expression() for each in policies]
    return expressions[0] if len(expressions) == 1 else Group("[", tuple(expressions), "]")
