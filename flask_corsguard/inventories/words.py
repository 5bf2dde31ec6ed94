"""A policy in a few words, for a table."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from flask_corsguard.core.audiences import AnyPolicy, Audiences
from flask_corsguard.core.policy import Policy

from .entry import Entry, Given


def given_as(policy: AnyPolicy | None) -> Given:
    """Return a policy as an entry has it: a list of policies as a tuple of them."""
    return policy.policies if isinstance(policy, Audiences) else policy


def policies_in(given: Given) -> tuple[Policy, ...]:
    """Return the policies of a list, or the one that there is."""
    if given is None:
        return ()
    return given if isinstance(given, tuple) else (given,)


def readers_of(given: Given) -> str:
    """Return who may read the answers under a policy, or under the policies of a list."""
    return ", ".join(map(_readers_of, policies_in(given))) or "decided per request"


def _readers_of(policy: Policy) -> str:
    if policy.is_unmanaged:
        return "unmanaged"
    if policy.origins == "*":
        return "everyone"
    return ", ".join(map(text_of, policy.origins)) or "nobody else"


def is_open(given: Given) -> bool:
    """Whether anyone may read, or nobody knows who may."""
    return given is None or any(each.origins == "*" or each.is_unmanaged for each in policies_in(given))


def cookies_of(given: Given) -> str:
    """Return whether the answers can be those for a user who is signed in."""
    with_cookies = [each.credentials for each in policies_in(given)]
    if not any(with_cookies):
        return ""
    return "yes" if all(with_cookies) else "for some"


def guard_of(entry: Entry) -> str:
    """Return what happens to a request that the policy does not allow: a mode of the guard, or several."""
    if any(note.code == "policy.guard-report" for note in entry.notes):
        # The whole application may report alone.
        return "report"
    modes = (each.guard for each in policies_in(entry.policy) if not each.is_unmanaged)
    return ", ".join(dict.fromkeys(modes))


def text_of(origin: object) -> str:
    """Return an item of ``origins`` as text: an expression as it is compiled, a callable by its name."""
    if isinstance(origin, str):
        return origin
    if isinstance(origin, re.Pattern):
        return f"re.compile({origin.pattern!r})"
    name = getattr(origin, "__qualname__", None) or type(origin).__qualname__
    return f"{name}()"


def fields_of(given: Given) -> dict[str, Any] | list[dict[str, Any]] | None:
    """Return the fields of a policy, or of each in a list, for JSON; ``None`` if a callable gives it."""
    if isinstance(given, tuple):
        return [_fields_of(each) for each in given]
    return None if given is None else _fields_of(given)


def _fields_of(policy: Policy) -> dict[str, Any]:
    return {
        name: [text_of(each) for each in value] if isinstance(value, list) else value
        for name, value in policy.to_dict().items()
    }


def grouped(entries: Iterable[Entry]) -> list[list[Entry]]:
    """Return entries in groups that differ in their methods alone, in the order of their first ones."""
    groups: dict[tuple[object, ...], list[Entry]] = {}
    for each in entries:
        key = each.host, each.rule, each.endpoint, id(each.policy), each.source, each.where
        groups.setdefault(key, []).append(each)
    return list(groups.values())


def without_implied(entries: Iterable[Entry]) -> list[Entry]:
    """Return entries without those for HEAD and OPTIONS that Flask adds to the methods of a rule.

    A rule that has only HEAD or OPTIONS has its entries.
    """
    kept: list[Entry] = []
    for group in grouped(entries):
        shown = [each for each in group if each.method not in {"HEAD", "OPTIONS"}]
        kept += shown or group
    return kept


def relative(where: str) -> str:
    """Return a line of a file, by the path from the current folder if the file is below it."""
    return where.removeprefix(f"{Path.cwd()}{os.sep}")
