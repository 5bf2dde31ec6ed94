"""The syntax of ``Set-Cookie``, as browsers read it: almost no value is rejected.

:see: https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis#section-5.6
"""

from __future__ import annotations

import re
from datetime import datetime, timezone
from typing import Final, NamedTuple

#: The greatest length of name and value together, in octets (section 5.6).
MAX_PAIR: Final = 4096
#: The greatest length of the value of an attribute, in octets (section 5.6).
MAX_ATTRIBUTE: Final = 1024
#: The earliest year of a date (section 5.1.1, step 5).
FIRST_YEAR: Final = 1601

_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_DELIMITERS = re.compile(r"[\t\x20-\x2f\x3b-\x40\x5b-\x60\x7b-\x7e]+")
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:[^0-9].*)?", re.DOTALL)
_DAY = re.compile(r"([0-9]{1,2})(?:[^0-9].*)?", re.DOTALL)
_YEAR = re.compile(r"([0-9]{2,4})(?:[^0-9].*)?", re.DOTALL)
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_CENTURIES: Final = (1900, 2000)


class SetCookie(NamedTuple):
    """A parsed ``Set-Cookie``: the names of its attributes are in lower case."""

    name: str
    value: str
    attributes: dict[str, str]


def parse_set_cookie(line: str) -> SetCookie | None:
    """Return the name, the value and the attributes in *line*; ``None`` if browsers ignore it.

    If an attribute is repeated, the last one counts.
    """
    if _CONTROL.search(line):
        return None
    pair, *rest = line.split(";")
    name, equals, value = pair.partition("=")
    if not equals:
        name, value = "", pair
    name, value = name.strip("\t "), value.strip("\t ")
    if not name + value or len(name) + len(value) > MAX_PAIR:
        return None
    attributes: dict[str, str] = {}
    for text in rest:
        key, _, content = text.partition("=")
        if len(content.strip("\t ")) <= MAX_ATTRIBUTE:
            attributes[key.strip("\t ").lower()] = content.strip("\t ")
    return SetCookie(name, value, attributes)


def parse_date(text: str) -> float | None:
    """Return a cookie-date as seconds since 1970; ``None`` if it is not a date (section 5.1.1)."""
    time: re.Match[str] | None = None
    day = month = year = 0
    for token in _DELIMITERS.split(text):
        if time is None and _TIME.fullmatch(token):
            time = _TIME.fullmatch(token)
        elif not day and (match := _DAY.fullmatch(token)):
            day = int(match[1])
        elif not month and token[:3].lower() in _MONTHS:
            month = _MONTHS.index(token[:3].lower()) + 1
        elif not year and (match := _YEAR.fullmatch(token)):
            year = _four_digit_year(int(match[1]))
    if time is None or year < FIRST_YEAR:
        return None
    try:
        hour, minute, second = map(int, time.groups())
        moment = datetime(year, month, day, hour, minute, second, tzinfo=timezone.utc)
    except ValueError:
        return None
    return moment.timestamp()


def _four_digit_year(year: int) -> int:
    # Section 5.1.1, steps 3 and 4: two digits mean 1970 to 2069.
    for century, (first, last) in zip(_CENTURIES, ((70, 99), (0, 69)), strict=True):
        if first <= year <= last:
            return century + year
    return year
