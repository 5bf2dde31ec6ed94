"""The origins that an application allowed with Flask-CORS, as the origins of a policy.

Flask-CORS guesses from its characters whether a string is a regular expression, matches the beginning of an
origin, and compares texts without case. What never matched is not made to match here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from flask_corsguard.core.origin import NULL_ORIGINS, Origin
from flask_corsguard.core.origin_pattern import read_origin
from flask_corsguard.core.regex_tree import ALPHABET
from flask_corsguard.core.regexes import prove
from flask_corsguard.core.validation.diagnosis import working_spelling

from .regex_origins import is_meant_as_pattern, read_regex

#: The characters by which Flask-CORS takes a string for a regular expression.
_SIGNS: Final = frozenset("*\\]?$^[]()")


class Unknown:
    """The placeholder for a value that only run time knows."""


UNKNOWN: Final = Unknown()


@dataclass
class OriginsFound:
    """The origins of an application, as far as they are known.

    :ivar items: for each item that was written, what takes its place.
    :ivar is_any: whether everyone is allowed.
    :ivar never: items that never matched, and what was meant, as far as that is clear.
    :ivar unclear: expressions that no pattern can replace.
    :ivar notes: what differs.
    """

    items: list[tuple[Any, tuple[Any, ...]]] = field(default_factory=list)
    is_any: bool = False
    never: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    unclear: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def origins(self) -> list[Any]:
        """The origins, without repetitions."""
        result: list[Any] = []
        for _, items in self.items:
            result += [item for item in items if item not in result]
        return result


def is_regex_text(text: str) -> bool:
    """Whether Flask-CORS takes *text* for a regular expression."""
    return not _SIGNS.isdisjoint(text)


def as_list(value: Any) -> list[Any]:
    """Return the list that Flask-CORS makes of *value*: *value* alone, unless it is iterable and not text."""
    return [value] if isinstance(value, str) or not isinstance(value, Iterable) else list(value)


def read_origins(value: Any) -> OriginsFound:
    """Return what the option ``origins`` allowed."""
    found = OriginsFound()
    if isinstance(value, dict):
        _read_misuse(value, found)
        return found
    for item in as_list(value):
        found.items.append((item, tuple(_read(item, found))))
    return found


def _read_misuse(value: dict[Any, Any], found: OriginsFound) -> None:
    # Its keys were taken for origins, and the origins in it were never looked at.
    meant: list[str] = []
    for options in value.values():
        listed = options.get("origins", ()) if isinstance(options, dict) else options
        for item in as_list(listed):
            inner = OriginsFound()
            meant += [each for each in _read(item, inner) if isinstance(each, str) and not inner.never]
    if any(item in ("*", ".*") for item in value):
        found.is_any = True
        return
    found.never.append((f"{{{', '.join(map(repr, value))}: ...}}", tuple(dict.fromkeys(meant))))


def _read(item: Any, found: OriginsFound) -> list[Any]:
    if item is UNKNOWN:
        return [item]
    if isinstance(item, re.Pattern):
        return _read_regex(item, found, is_text=False)
    if item is None:
        found.notes.append("None, which is what an unset variable gives, allowed nobody and is left out")
        return []
    if not isinstance(item, str):
        found.never.append((repr(item), ()))
        return []
    if item in {"*", ".*"}:
        found.is_any = True
        return []
    return _read_text(item, found)


def _read_text(text: str, found: OriginsFound) -> list[Any]:
    if not text:
        # Beside others this is what "".split(",") gives.
        found.never.append((text, ()))
        return []
    lower = text.lower()
    read = read_origin(lower)
    if isinstance(read, Origin) and not is_regex_text(text):
        if lower != text and str(read) == lower:
            found.notes.append(f"{text} is written in lower case, as browsers send it")
        return [lower]
    if text in NULL_ORIGINS:
        return [text]
    if is_regex_text(text) and not isinstance(read, Origin) and not is_meant_as_pattern(lower):
        try:
            regex = re.compile(text, re.IGNORECASE)
        except re.error:
            found.never.append((text, _meant(text)))
            return []
        if regex.match("null") is None and not _matches_an_origin(regex):
            found.never.append((text, _meant(text)))
            return []
        return _read_regex(regex, found, is_text=True)
    found.never.append((text, _meant(text)))
    return []


def _matches_an_origin(regex: re.Pattern[str]) -> bool:
    """Whether *regex* may match the beginning of some origin."""
    if any(map(regex.match, ("https:/", "http:/", "https://a.example", "http://localhost:3000"))):
        return True
    # What the proof cannot follow counts as a match.
    return read_regex(regex) is not None or not prove(regex).is_empty


def _meant(text: str) -> tuple[str, ...]:
    """Return the origins that *text* was meant to be."""
    parts = [part for part in re.split(r"[\s,;]+", text.strip(" ,;[]\"'")) if part]
    spelled = [working_spelling(re.sub(r"/?\*$", "", part)) for part in parts]
    return tuple(dict.fromkeys(each for each in spelled if each is not None)) if all(spelled) else ()


def _read_regex(regex: re.Pattern[Any], found: OriginsFound, *, is_text: bool) -> list[Any]:
    text = regex.pattern
    if not isinstance(text, str):
        found.never.append((repr(text), ()))
        return []
    if _matches_everyone(regex):
        found.is_any = True
        return []
    reading = read_regex(regex)
    ends = re.search(r"(?<!\\)(?:\$|\\Z)\)?$", text) is not None
    if reading is not None and (is_text or not ends):
        if reading.is_narrower:
            found.notes.append(
                f"safer: the expression {text} also matched other origins than {', '.join(reading.patterns)}"
            )
        return list(reading.patterns)
    if not ends and re.search(r"localhost|127\\?\.0|0\\?\.0\\?\.0\\?\.0", text):
        # With its end open it matched any port, and as a whole it would match none.
        found.unclear.append(text)
        return []
    if not ends:
        found.notes.append(f"safer: the end of the expression {text} was open; now it matches whole origins")
    if not is_text:
        return [regex]
    return [re.compile(text)]


def _matches_everyone(regex: re.Pattern[str]) -> bool:
    strangers = (
        "https://evil.example",
        "http://evil.example:8080",
        "null",
        "app://x",
        "https://xn--e1a.test",
    )
    return all(map(regex.match, strangers)) and regex.match("".join(sorted(ALPHABET))) is not None
