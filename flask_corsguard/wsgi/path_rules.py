"""Policies by path, for applications whose routes cannot be marked.

A rule covers the segments of a path, not its characters: ``/api`` covers ``/api`` and ``/api/x``,
never ``/apix``. The rules are compared with the path as the server decoded it, once, with case.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from flask_corsguard.core.audiences import AnyPolicy, closed_policy
from flask_corsguard.core.policy_argument import named_within, policy_from
from flask_corsguard.core.problems import PolicyError, Problem, problem, shown

# What other software may resolve to another path: dot segments, empty segments, a backslash, a NUL,
# and escapes of these that are left after one decoding.
_AMBIGUOUS = re.compile(r"//|\\|\x00|%(?:2e|2f|5c)|(?:^|/)\.\.?(?:/|\Z)", re.IGNORECASE)

_RULE = re.compile(r"/|(?:/[^/?#%*\\\x00-\x20\x7f\ud800-\udfff]+)+")


def is_ambiguous(path: str) -> bool:
    """Whether some software could take the once-decoded *path* for another one."""
    return _AMBIGUOUS.search(path) is not None


#: Whose the closed policy is where no other one could be found.
CLOSED: Final = "closed"


class PathRules:
    """Policies by path prefix; the first rule that covers a path applies.

    :ivar closed: the closed policy, of paths that are ambiguous.
    :raises PolicyError: if a rule is misspelt, or can never be reached because an earlier one
        already covers it, or if its policy has problems.
    """

    __slots__ = ("_longest", "_policies", "closed")

    def __init__(self, rules: object, field: str = "paths") -> None:
        if not isinstance(rules, Mapping):
            hint = f'Write {field}={{"/api": policy}}.'
            raise PolicyError([problem("paths.type", field, rules, hint)])
        problems: list[Problem] = []
        policies: dict[str, AnyPolicy] = {}
        for path, value in rules.items():
            name = f"{field}[{shown(path)}]"
            if not isinstance(path, str) or _RULE.fullmatch(path) is None or is_ambiguous(path):
                problems.append(problem("path.spelling", field, path, _spelling_hint(path)))
                continue
            # The server gives the decoded bytes of a path as Latin-1 (PEP 3333, "Unicode issues").
            key = path.encode("utf-8").decode("latin-1")
            if (earlier := next((p for p in _prefixes(key) if p in policies), None)) is not None:
                hint = f'Put it before "{earlier}".'
                problems.append(problem("path.unreachable", field, path, hint))
                continue
            try:
                policies[key] = policy_from(value, name)
            except PolicyError as error:
                problems += [named_within(name, each) for each in error.problems]
        if problems:
            raise PolicyError(problems)
        self._policies = policies
        self._longest = max(map(len, policies), default=0)
        self.closed = closed_policy([*policies.values()])

    @property
    def policies(self) -> Iterable[AnyPolicy]:
        """The policies of all rules."""
        return self._policies.values()

    @property
    def rules(self) -> Iterable[str]:
        """The paths of all rules, in their order, as WSGI has them."""
        return self._policies.keys()

    def find(self, path: str) -> AnyPolicy | None:
        """Return the policy of the first rule that covers *path*; ``None`` if there is none.

        A path that other software could take for another one, or that begins without a slash, gets
        the closed policy.

        :param path: the decoded path as WSGI has it, ``PATH_INFO``.
        """
        if is_ambiguous(path) or path[:1] not in {"", "/"}:
            return self.closed
        # No earlier rule covers a later one, or it would have been refused. So the first rule that covers a
        # path is also the longest that does, and the number of rules does not matter.
        policies = self._policies
        for prefix in _prefixes(path or "/", self._longest):
            if (policy := policies.get(prefix)) is not None:
                return policy
        return None

    def place_of(self, path: str) -> str | None:
        """Return the rule by which :meth:`find` finds the policy of *path*, as ``"path /api"``."""
        policy = self.find(path)
        covering = (prefix for prefix in _prefixes(path or "/", self._longest) if prefix in self._policies)
        rule = next(covering, None)
        if policy is not None and (rule is None or self._policies[rule] is not policy):
            return CLOSED
        return None if rule is None else f"path {rule}"


def _prefixes(path: str, longest: int | None = None) -> list[str]:
    """Return every rule that would cover *path*, the longest first, of at most *longest* characters."""
    prefixes = []
    end = len(path)
    if longest is not None and end > longest:
        # A longer prefix is not a rule, and a path may contain a hundred thousand of them.
        end = longest if path[longest] == "/" else path.rfind("/", 0, longest + 1)
    while end > 0:
        prefixes.append(path[:end])
        end = path.rfind("/", 0, end)
    prefixes.append("/")
    return prefixes


def _spelling_hint(path: object) -> str:
    if isinstance(path, str):
        bare = re.sub(r"/*(?:\.?\*)?$", "", path.strip())
        spelling = "/" + bare.strip("/")
        if spelling != path and _RULE.fullmatch(spelling) and not is_ambiguous(spelling):
            return f'Write "{spelling}": it covers the path itself and everything below it.'
    return 'Write "/api" for /api and everything below it, "/" for every path.'
