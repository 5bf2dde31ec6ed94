"""The policy of an application, where it is known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from .application_settings import Initialisation
from .call_order import is_conditional
from .path_expressions import covers


@dataclass(frozen=True)
class AppPolicy:
    """The policy of the application.

    :ivar rules: the fields by path; ``None`` if only run time knows them.
    """

    rules: dict[str, dict[str, Any]] | None

    def at(self, paths: Iterable[str]) -> dict[str, Any] | None:
        """Return the fields for all of *paths*, empty for the closed policy; ``None`` if they are unknown."""
        rules = self.rules
        if rules is None:
            return None
        found = []
        for path in paths:
            rule = max((each for each in rules if covers([each], path)), key=len, default=None)
            found.append({} if rule is None else rules[rule])
        if not found:
            return rules.get("/", {}) if set(rules) <= {"/"} else None
        return found[0] if all(each == found[0] for each in found) else None


def policy_of(apps: Sequence[Initialisation]) -> AppPolicy:
    """Return the policy of an application that was written already."""
    if not apps:
        return AppPolicy({"/": {}})
    if len(apps) > 1 or any(is_conditional(each.call) for each in apps):
        return AppPolicy(None)
    only = apps[0]
    if only.policy is not None:
        return AppPolicy(None if only.policy.values is None else {"/": only.policy.values})
    if any(policy.values is None for policy in only.rules.values()):
        return AppPolicy(None)
    return AppPolicy({rule: policy.values or {} for rule, policy in only.rules.items()})
