"""The values of texts in ``CORSGUARD_*`` settings that come from environment variables or files.

Only configuration is read like this. In code, a string where a list or a switch is meant is a mistake.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from flask_corsguard.core.policy_fields import DEFAULTS, FIELDS
from flask_corsguard.core.problems import Problem, problem, shown
from flask_corsguard.core.validation.origins import NOBODY

#: The settings that contain policies by name, instead of a field of one.
OF_PARTS: Final = frozenset({"paths", "blueprints"})

#: The settings that are not fields of a policy and contain no policies: switches of the extension.
SWITCHES_OF_EXTENSION: Final = frozenset({"report_only"})

#: What a switch can be, in any case.
SWITCHES: Final = {
    **dict.fromkeys(("true", "1", "yes", "on"), True),
    **dict.fromkeys(("false", "0", "no", "off"), False),
}

#: Longest number that is read, in digits: far more than a day has seconds.
MAX_DIGITS: Final = 18

_NUMBER = re.compile(rf"[+-]?[0-9]{{1,{MAX_DIGITS}}}")
_SEPARATORS = re.compile(r"[\s,]+")
_QUOTES: Final = "\"'`"
_BRACKETS: Final = "[](){}"


def value_of(name: str, key: str, value: object, problems: list[Problem]) -> object:
    """Return the value that *value*, a text or another object, means.

    :param name: the field of a policy, or the argument of the extension.
    :param key: the configuration key.
    :param problems: where to add what is wrong with a text.
    :returns: *value* itself if it is not a text; a default if there is a problem.
    """
    if name not in OF_PARTS:
        return _field(_Setting(name, key), value, problems)
    if isinstance(value, str):
        parts = _json(value)
        if not isinstance(parts, dict):
            code = "config.json" if value.strip() else "config.empty"
            hint = f'Write {key}={{"/api": {{"origins": ["https://app.example"]}}}}, or unset {key}.'
            problems.append(problem(code, key, value, hint))
            return None
        value = parts
    if not isinstance(value, Mapping):
        return value
    return {part: _policy(f"{key}[{shown(part)}]", fields, problems) for part, fields in value.items()}


def _policy(key: str, fields: object, problems: list[Problem]) -> object:
    if isinstance(fields, list):
        return [_policy(f"{key}[{index}]", each, problems) for index, each in enumerate(fields)]
    if not isinstance(fields, Mapping):
        return fields
    return {
        name: _field(_Setting(name, key, is_part=True), value, problems) for name, value in fields.items()
    }


class _Setting:
    """Where a value is written.

    :param name: the field.
    :param key: the configuration key, or that of the part with the policy.
    """

    def __init__(self, name: Any, key: str, *, is_part: bool = False) -> None:
        self.name = name
        self.key = f"{key}.{name}" if is_part else key
        self._is_part = is_part

    def assigned(self, value: object) -> str:
        """Return how to write *value*: as JSON in a policy of a part, else as a variable has it."""
        if self._is_part:
            return f'"{self.name}": {json.dumps(value)}'
        text = ",".join(value) if isinstance(value, list) else str(value)
        return f"{self.key}={text.lower() if isinstance(value, bool) else text}"

    @property
    def hint_for_empty(self) -> str:
        """What to do about an empty text."""
        if self.name != "origins":
            return f"Unset {self.key}, or leave it out." if not self._is_part else f'Leave "{self.name}" out.'
        write = f"Write {self.assigned(['https://app.example'])}"
        if self._is_part:
            return f"{write}."
        return f"{write}; or unset every CORSGUARD_ variable if nobody else may call."


class _UnreadableError(Exception):
    """A text cannot be read: the code of the problem, and what makes its hint."""

    def __init__(self, code: str, hint: Callable[[_Setting], str]) -> None:
        self.code = code
        self.hint = hint


def _field(setting: _Setting, value: object, problems: list[Problem]) -> object:
    name = setting.name
    if name in _SWITCH_FIELDS and type(value) is int and value in {0, 1}:
        # Flask's from_prefixed_env() has read the variable as JSON: CORSGUARD_CREDENTIALS=1.
        return bool(value)
    if not isinstance(value, str) or name not in _READABLE:
        return value
    text = value.strip()
    try:
        if not text.strip(_QUOTES):
            raise _UnreadableError("config.empty", lambda setting: setting.hint_for_empty)
        read = _READERS.get(name)
        return _list(text) if read is None else _without_brackets(text, read)
    except _UnreadableError as error:
        problems.append(problem(error.code, setting.key, value, error.hint(setting)))
    return NOBODY if name == "origins" else DEFAULTS.get(name, False)


def _unreadable(code: str, instead: object, more: str = ".") -> _UnreadableError:
    return _UnreadableError(code, lambda setting: f"Write {setting.assigned(instead)}{more}")


def _list(text: str) -> list[Any]:
    items = [item for item in _SEPARATORS.split(text) if item]
    bare = [each for each in map(_without_quotes, items) if each]
    listed = _json(text) if text.startswith("[") else None
    if isinstance(listed, list):
        return listed
    if not bare:
        raise _UnreadableError("config.empty", lambda setting: setting.hint_for_empty)
    if text.startswith("[") or bare != items:
        raise _unreadable("config.json" if text.startswith("[") else "config.quotes", bare)
    return items


def _without_quotes(item: str) -> str:
    unquoted = re.sub(f"[{_QUOTES}]", "", item)
    # The brackets of an IPv6 address belong to it.
    return unquoted if "://[" in unquoted else unquoted.strip(_BRACKETS)


def _without_brackets(text: str, read: Callable[[str], object]) -> object:
    value = read(text.strip(f"{_QUOTES}{_BRACKETS} "))
    if text[0] in _QUOTES + _BRACKETS or text[-1] in _QUOTES + _BRACKETS:
        raise _unreadable("config.quotes", value)
    return value


def _switch(text: str) -> bool:
    try:
        return SWITCHES[text.lower()]
    except KeyError:
        raise _unreadable("flag.type", True, " or false.") from None


def _switch_or_star(text: str) -> bool | str:
    return text if text == "*" else _switch(text)


def _number(text: str) -> int:
    if _NUMBER.fullmatch(text) is None:
        raise _unreadable("max-age.type", 600, " for ten minutes.")
    return int(text)


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


_READABLE: Final = frozenset(FIELDS) | SWITCHES_OF_EXTENSION
_SWITCH_FIELDS: Final = frozenset({"credentials", "private_network", "timing"}) | SWITCHES_OF_EXTENSION

#: The functions that read the texts of fields; any other field is a list.
_READERS: Final[Mapping[str, Callable[[str], object]]] = {
    "credentials": _switch,
    "private_network": _switch,
    "report_only": _switch,
    "timing": _switch_or_star,
    "max_age": _number,
    "resource_policy": str,
    "guard": str,
}
