"""The policies, by name; one is built once, and shared by every row that names it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from flask_corsguard import SAME_ORIGIN, Policy

from .requests import ALLOWED

METHODS: Final = ("GET", "POST", "PUT", "DELETE")
HEADERS: Final = ("Authorization", "Content-Type")
MAX_AGE: Final = 600

MILLION: Final = 1_000_000
PATTERNS: Final = 20_000

_LISTED: Final[dict[str, Any]] = {"methods": METHODS, "allow_headers": HEADERS, "max_age": MAX_AGE}


def exact(number: int) -> str:
    """Return the name of the policy of that many exact origins."""
    return "one" if number == 1 else f"exact-{number}"


def patterned(number: int) -> str:
    """Return the name of the policy of that many patterns."""
    return "pattern" if number == 1 else f"patterns-{number}"


def origins(number: int) -> list[str]:
    """Return that many exact origins; the one that asks is in the middle, where a list is half read."""
    made = [f"https://tenant-{each}.example" for each in range(number)]
    made[number // 2] = ALLOWED
    return made


def patterns(number: int) -> list[str]:
    """Return that many patterns; ``https://app.tenant-0.example`` is of the first."""
    return [f"https://*.tenant-{each}.example" for each in range(number)]


def long_scheme() -> str:
    """Return a scheme of the longest length that a policy may name."""
    return "a" * 64


def deep_patterns(number: int) -> list[str]:
    """Return that many patterns whose hosts have every length up to the longest, many labels and one tail.

    An origin of one-letter labels shares with them each of its suffixes but for the label at the left.
    """
    made = []
    for each in range(number):
        left = f"t{each}." if each >= LONGEST_DEPTH else ""
        made.append(f"{long_scheme()}://*.{left}{'a.' * (each % LONGEST_DEPTH)}example:65535")
    return made


#: As many labels ``a.`` as a pattern can have before ``example``, ``t19999.`` at its left.
LONGEST_DEPTH: Final = (253 - len("*.t19999.") - len("example")) // 2


def fields_of(name: str) -> dict[str, Any]:
    """Return the fields of the policy of that name, but for ``by-path``, which is several policies."""
    if name == "any":
        return {"origins": "*", **_LISTED}
    if name == "routes":
        # Which methods are allowed is left to the routes of Flask.
        return {"origins": [ALLOWED]}
    if name == "credentials":
        # As many headers on a response as a policy can put there, but for the resource policy.
        told = {"expose_headers": ["X-Total"], "timing": True}
        return {"origins": [ALLOWED], "credentials": True, **_LISTED, **told}
    if name == "any-header":
        return {"origins": [ALLOWED], "credentials": True, **_LISTED, "allow_headers": "*"}
    if name in {"any-name", "listed-names"}:
        listed = _LISTED if name == "listed-names" else {"methods": "*", "allow_headers": "*"}
        return {"origins": [ALLOWED, "https://*.a.example"], **listed}
    if name == "deep-patterns":
        return {"origins": deep_patterns(PATTERNS), **_LISTED}
    kind, _, number = name.partition("-")
    if kind in {"pattern", "patterns"}:
        return {"origins": patterns(int(number or 1)), **_LISTED}
    return {"origins": origins(int(number or 1)), **_LISTED}


@cache
def policy(name: str) -> Policy | Mapping[str, Policy]:
    """Return the policy of that name, or the policies by path."""
    if name == "by-path":
        other = Policy(origins=["https://other.example"], **_LISTED)
        return {"/static": other, "/admin": SAME_ORIGIN, "/api": one_policy("one"), "/": SAME_ORIGIN}
    return Policy(**fields_of(name))


def one_policy(name: str) -> Policy:
    """Return the policy of that name, which is one and not several by path."""
    found = policy(name)
    assert isinstance(found, Policy)
    return found


def allowed_by(name: str) -> str:
    """Return an origin that the policy of that name allows."""
    kind, _, number = name.partition("-")
    if kind in {"pattern", "patterns"}:
        return f"https://app.tenant-{int(number or 1) // 2}.example"
    return ALLOWED
