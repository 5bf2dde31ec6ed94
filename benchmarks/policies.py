"""The policies, by name; one is built once, and shared by every row that names it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from flask_corsguard import SAME_ORIGIN, Policy

from .exchanges import ALLOWED

METHODS: Final = ("GET", "POST", "PUT", "DELETE")
HEADERS: Final = ("Authorization", "Content-Type")
MAX_AGE: Final = 600

MILLION: Final = 1_000_000
PATTERNS: Final = 20_000

_LISTED: Final[dict[str, Any]] = {"methods": METHODS, "allow_headers": HEADERS, "max_age": MAX_AGE}


def exact(number: int) -> str:
    """Give the name of the policy of that many exact origins."""
    return "one" if number == 1 else f"exact-{number}"


def origins(number: int) -> list[str]:
    """Give that many exact origins; the one that asks is in the middle, where a list is half read."""
    made = [f"https://tenant-{each}.example" for each in range(number)]
    made[number // 2] = ALLOWED
    return made


def patterns(number: int) -> list[str]:
    """Give that many patterns; ``https://app.tenant-0.example`` is of the first."""
    return [f"https://*.tenant-{each}.example" for each in range(number)]


def long_scheme() -> str:
    """Give a scheme of the longest length that a policy may name."""
    return "a" * 64


def deep_patterns(number: int) -> list[str]:
    """Give that many patterns whose hosts have every length up to the longest, many labels and one tail.

    An origin of one-letter labels shares with them each of its suffixes but for the label at the left.
    """
    made = []
    for each in range(number):
        left = f"t{each}." if each >= LONGEST_DEPTH else ""
        made.append(f"{long_scheme()}://*.{left}{'a.' * (each % LONGEST_DEPTH)}example:65535")
    return made


#: As many labels ``a.`` as a pattern can have before ``example``, ``t19999.`` at its left.
LONGEST_DEPTH: Final = (253 - len("*.t19999.") - len("example")) // 2


@cache
def policy(name: str) -> Policy | Mapping[str, Policy]:
    """Give the policy of that name."""
    if name == "any":
        return Policy(origins="*", **_LISTED)
    if name == "credentials":
        return Policy(origins=[ALLOWED], credentials=True, **_LISTED)
    if name == "by-path":
        other = Policy(origins=["https://other.example"], **_LISTED)
        one = policy("one")
        assert isinstance(one, Policy)
        return {"/static": other, "/admin": SAME_ORIGIN, "/api": one, "/": SAME_ORIGIN}
    if name == "any-header":
        fields = _LISTED | {"allow_headers": "*"}
        return Policy(origins=[ALLOWED], credentials=True, **fields)
    if name == "deep-patterns":
        return Policy(origins=deep_patterns(PATTERNS), **_LISTED)
    if name.startswith("pattern"):
        return Policy(origins=patterns(1 if name == "pattern" else PATTERNS), **_LISTED)
    return Policy(origins=origins(1 if name == "one" else int(name.removeprefix("exact-"))), **_LISTED)


def allowed_by(name: str) -> str:
    """Give an origin that the policy of that name allows."""
    if name == "pattern":
        return "https://app.tenant-0.example"
    if name == f"patterns-{PATTERNS}":
        return f"https://app.tenant-{PATTERNS // 2}.example"
    return ALLOWED
