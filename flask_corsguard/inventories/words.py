"""A policy in a few words, for a table."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from flask_corsguard.core.policy import FIELDS, Policy

from .entry import Entry


def readers_of(policy: Policy | None) -> str:
    """Return who may read the answers under a policy."""
    if policy is None:
        return "decided per request"
    if policy.origins == "*":
        return "everyone"
    return ", ".join(map(text_of, policy.origins)) or "nobody else"


def text_of(origin: object) -> str:
    """Return an item of ``origins`` as text: an expression as it is compiled, a callable by its name."""
    if isinstance(origin, str):
        return origin
    if isinstance(origin, re.Pattern):
        return f"re.compile({origin.pattern!r})"
    name = getattr(origin, "__qualname__", None) or type(origin).__qualname__
    return f"{name}()"


def fields_of(policy: Policy | None) -> dict[str, Any] | None:
    """Return the fields of a policy for JSON; ``None`` if a callable gives the policy."""
    if policy is None:
        return None
    fields = {name: getattr(policy, name) for name in FIELDS}
    return {
        name: [text_of(each) for each in value] if isinstance(value, tuple) else value
        for name, value in fields.items()
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

    A rule for nothing else keeps them.
    """
    kept: list[Entry] = []
    for group in grouped(entries):
        shown = [each for each in group if each.method not in {"HEAD", "OPTIONS"}]
        kept += shown or group
    return kept


def relative(where: str) -> str:
    """Return a line of a file, by the path from the current folder if the file is below it."""
    return where.removeprefix(f"{Path.cwd()}{os.sep}")
