"""The checks of one row of a changing set of origins: those of the policy that has the set."""

from __future__ import annotations

from dataclasses import dataclass

from flask_corsguard.core.origin import Origin
from flask_corsguard.core.origin_pattern import OriginPattern, read_origin
from flask_corsguard.core.origin_set import OriginSet
from flask_corsguard.core.problems import Problem, problem

from .origins import Door, Origins, check_credentials, check_origins


@dataclass(frozen=True, slots=True)
class RowCheck:
    """Reads a row as a policy with these fields reads an item of its ``origins``.

    :param credentials: the policy's field.
    :param private_network: the policy's field.
    :param doors: the policy's ``dangerously_allow``.
    """

    credentials: bool
    private_network: bool
    doors: frozenset[Door]

    def compile(self, found: Origins) -> OriginSet:
        """Make the set that is asked per request, of the origins that the policy lists.

        :param found: these origins, without problems.
        """
        secure_only = self.credentials and "insecure-origins" not in self.doors
        return found.compile(self, secure_only=secure_only)

    def __call__(self, row: object) -> OriginPattern | Problem | None:
        """Return the pattern that *row* is; ``None`` if it is an exact origin; or why it is refused."""
        # Of a million rows nearly all are like this, and no check of credentials is about them.
        if type(row) is str and row.startswith("https://") and type(read_origin(row)) is Origin:
            return None
        problems: list[Problem] = []
        found = check_origins([row], problems, self.doors)
        if self.credentials and not found.any:
            check_credentials(found, self.doors, problems)
        if self.private_network and found.is_any:
            hint = "Name the origins that may."
            problems.append(problem("private-network.any-origin", "origins", row, hint))
        if found.any:
            hint = 'Leave it out; a policy for everyone is written origins="*".'
            problems.append(problem("origins.redundant", "origins", row, hint))
        elif not problems and not found.exact and not found.patterns:
            problems.append(problem("origins.type", "origins", row, "Give its text; a row is one origin."))
        if problems:
            return problems[0]
        return found.patterns[0][1] if found.patterns else None
