"""The names of methods and headers, and the age, of an application with Flask-CORS, as fields of a policy."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from flask_corsguard.core.problems import Problem
from flask_corsguard.core.validation.fields import (
    MAX_MAX_AGE,
    check_methods,
    check_request_headers,
    check_response_headers,
)

from .options import EVERY_HEADER
from .origins import as_list, is_regex_text

Notes = list[str]


def read_methods(value: Any, notes: Notes) -> Any:
    """Return the field ``methods``."""
    names = [name.upper() for name in _split(value)]
    if "*" in names or "ALL" in names:
        notes.append(
            'fixes: methods="*" named no method, so every preflight failed; now it means every method'
        )
        return "*"
    kept = []
    for name in dict.fromkeys(names):
        problems: list[Problem] = []
        check_methods([name], problems)
        if problems:
            notes.append(f"methods: {name} is left out. {problems[0].message}")
        else:
            kept.append(name)
    return kept


def read_allow_headers(value: Any, notes: Notes, patterns: Notes) -> Any:
    """Return the field ``allow_headers``.

    :param patterns: where to add what was an expression.
    """
    items = as_list(value)
    if any(item in ("*", ".*") or (isinstance(item, re.Pattern) and item.pattern == ".*") for item in items):
        return list(EVERY_HEADER)
    names: list[str] = []
    for item in items:
        if isinstance(item, re.Pattern):
            patterns.append(str(item.pattern))
        elif not isinstance(item, str):
            notes.append(f"allow_headers: {item!r} matched no header, and is left out")
        elif is_regex_text(item):
            patterns.append(item)
        else:
            parts = _split(item)
            if len(parts) > 1:
                notes.append(f"fixes: allow_headers={item!r} matched no header; now it is a list")
            names += parts
    return _checked("allow_headers", names, check_request_headers, notes)


def read_expose_headers(value: Any, notes: Notes) -> Any:
    """Return the field ``expose_headers``."""
    names = _split(value)
    if "*" in names:
        return "*"
    return _checked("expose_headers", names, check_response_headers, notes)


def read_max_age(value: Any, notes: Notes) -> Any:
    """Return the field ``max_age``: seconds, or ``None`` if what was sent was no age."""
    seconds = value
    if isinstance(value, timedelta):
        seconds = int(value.total_seconds())
    elif (isinstance(value, str) and re.fullmatch(r"\s*[0-9]{1,18}\s*", value)) or isinstance(value, float):
        seconds = int(value)
    if not isinstance(seconds, int) or isinstance(seconds, bool) or seconds < 0:
        notes.append(f"max_age: browsers read no age in {value!r}; none is sent")
        return None
    if seconds > MAX_MAX_AGE:
        notes.append(f"max_age: {seconds} becomes {MAX_MAX_AGE}; no browser caches a preflight for longer")
        return MAX_MAX_AGE
    return seconds


def _split(value: Any) -> list[str]:
    if isinstance(value, str):
        return [part for part in re.split(r"[\s,]+", value) if part]
    items = sorted(map(str, value)) if isinstance(value, (set, frozenset)) else value
    listed = [str(item) for item in items] if isinstance(items, Iterable) else [str(items)]
    return [part for item in listed for part in _split(item)]


def _checked(field: str, names: list[str], check: Any, notes: Notes) -> list[str]:
    kept: dict[str, str] = {}
    for name in names:
        problems: list[Problem] = []
        check([name], problems)
        if problems:
            notes.append(f"{field}: {name} is left out. {problems[0].message}")
        else:
            kept.setdefault(name.lower(), name)
    return list(kept.values())
