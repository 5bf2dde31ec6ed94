"""States and keys, by which several engines look up what to answer.

A state is the number of a rule, as ``2``, or of one of its cases, as ``2.0``. A key is a state and the kind
of an answer. The kinds are ``r`` for a response and ``p`` for a preflight. ``u`` is for a preflight whose
list of headers is too long to be read, and ``n`` for one that is granted a private network.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from flask_corsguard.core.answer import Headers
from flask_corsguard.edge.origins import Origins
from flask_corsguard.edge.paths import Exact
from flask_corsguard.edge.rules import Case, Rules

#: The longest expression of several paths, in characters: PCRE compiles 64 kilobytes at most.
MAX_EXPRESSION: Final = 16_000

#: The rules by method, and the rule for any other method.
Table = tuple[tuple[tuple[str, int], ...], int]


def numbered(rules: Rules) -> dict[Origins, int]:
    """Return the lists of origins that *rules* need, each once, and their numbers."""
    found: dict[Origins, int] = {}
    for _, case in cases_of(rules):
        if case.origins is not None:
            found.setdefault(case.origins, len(found))
    return found


def cases_of(rules: Rules) -> Iterator[tuple[str, Case]]:
    """Yield the cases with their states."""
    for number, rule in enumerate(rules.rules):
        for index, case in enumerate(rule.cases):
            yield f"{number}.{index}", case


def states_of(rules: Rules) -> Iterator[tuple[int, str, Origins | None]]:
    """Yield the states: the number of the rule, the state, and who has it; ``None``: everyone.

    Of those of one rule, a later one replaces an earlier one.
    """
    for number, rule in enumerate(rules.rules):
        yield number, f"{number}", None
        for index, case in reversed(list(enumerate(rule.cases))):
            yield number, f"{number}.{index}", case.origins


def answers_of(rules: Rules) -> Iterator[tuple[str, Headers]]:
    """Yield the headers of all answers, with their keys."""
    for number, rule in enumerate(rules.rules):
        if not rule.managed:
            continue
        yield f"{number}r", rule.withheld.response
        yield f"{number}p", rule.withheld.preflight
    for state, case in cases_of(rules):
        granted = case.granted
        yield f"{state}r", granted.response
        yield f"{state}p", granted.preflight
        if granted.unread != granted.preflight:
            yield f"{state}u", granted.unread
        if granted.private:
            yield f"{state}n", granted.private.headers


def tables_of(exact: Iterable[Exact]) -> dict[Table, list[str]]:
    """Return the paths by their table of rules."""
    found: dict[Table, list[str]] = {}
    for each in exact:
        found.setdefault((each.by_method, each.other), []).append(each.path)
    return found


def alternatives(patterns: Iterable[str], length: int = MAX_EXPRESSION) -> list[str]:
    """Return expressions that together match what any of *patterns* matches, each of bounded *length*."""
    found: list[str] = []
    for pattern in patterns:
        if found and len(found[-1]) + len(pattern) < length:
            found[-1] += f"|{pattern}"
        else:
            found.append(pattern)
    return found


def unmanaged(rules: Rules) -> tuple[int, ...]:
    """Return the numbers of the rules by which nothing is done."""
    return tuple(number for number, rule in enumerate(rules.rules) if not rule.managed)


def values_of(rules: Rules) -> dict[tuple[str, str], list[str]]:
    """Return the keys of the answers that have a header, by its name and value."""
    found: dict[tuple[str, str], list[str]] = {}
    for key, headers in answers_of(rules):
        for header in headers:
            found.setdefault(header, []).append(key)
    return found


def owned_in(rules: Rules) -> dict[tuple[int, ...], list[str]]:
    """Return the names of the headers that are owned, by the rules that own them."""
    found: dict[tuple[int, ...], list[str]] = {}
    for name in sorted({name for rule in rules.rules for name in rule.owned}):
        owning = tuple(number for number, rule in enumerate(rules.rules) if name in rule.owned)
        found.setdefault(owning, []).append(name)
    return found
