"""Which origins are allowed, in terms that every engine has: a list of strings, and expressions.

The expressions are written in the dialect that PCRE, RE2, Go and Python share: no look-around and no
back-references. Each must match the whole value of ``Origin``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, cast

from flask_corsguard.core.origin import DEFAULT_PORTS, MAX_HOST_LENGTH
from flask_corsguard.core.origin_pattern import OriginPattern
from flask_corsguard.core.policy import Policy

#: A port as a serialization has it: no leading zero, and at most 65535.
PORT: Final = r"(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"

#: An origin that nobody can have, so that no policy lists it (RFC 6761, section 6.4).
STRANGER: Final = "https://stranger.invalid:1"

#: A label of a domain, with the dot after it.
_LABEL: Final = r"[a-z0-9_-]{1,63}\."

#: The expression for ``*.`` if the host of a scheme is opaque: any characters, and the dot after them.
_OPAQUE: Final = r"[A-Za-z0-9_.~%-]{0,251}\."


@dataclass(frozen=True, slots=True, order=True)
class Shape:
    """One pattern as expressions: an origin matches *whole* and *bound*, and does not match *never*.

    Three simple expressions instead of one: without look-ahead, one cannot bound the labels and their sum.

    :ivar whole: the pattern itself.
    :ivar bound: the length of the host; empty if *whole* bounds it.
    :ivar never: the default port, which no serialization has; empty if *whole* excludes it.
    """

    whole: str
    bound: str = ""
    never: str = ""

    def matches(self, origin: str) -> bool:
        """Whether *origin* matches; this is what the expressions mean."""
        return (
            re.fullmatch(self.whole, origin) is not None
            and (not self.bound or re.fullmatch(self.bound, origin) is not None)
            and not (self.never and re.fullmatch(self.never, origin) is not None)
        )


@dataclass(frozen=True, slots=True)
class Origins:
    """The origins of a policy.

    :ivar exact: serializations, sorted; ``null`` may be one.
    :ivar patterns: origins with a wildcard, sorted, each with a host.
    """

    exact: tuple[str, ...]
    patterns: tuple[OriginPattern, ...] = ()

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """The patterns as expressions."""
        return tuple(shape_of(pattern) for pattern in self.patterns)

    def allow(self, origin: str) -> bool:
        """Whether *origin* is one of them."""
        return origin in self.exact or any(shape.matches(origin) for shape in self.shapes)


def shape_of(pattern: OriginPattern) -> Shape:
    """Return *pattern* as expressions."""
    special = pattern.scheme in DEFAULT_PORTS
    host = re.escape(pattern.host).replace(r"\-", "-")
    before = ""
    if pattern.subdomains:
        before = f"(?:{_LABEL})+" if special else _OPAQUE
    port, never = "", ""
    if pattern.any_port:
        port = f"(?::{PORT})?"
        never = f"[^:]+://.*:{DEFAULT_PORTS[pattern.scheme]}" if special else ""
    elif pattern.port is not None:
        port = f":{pattern.port}"
    scheme = re.escape(pattern.scheme).replace(r"\-", "-")
    bound = ""
    if pattern.subdomains:
        # Everything between the slashes and the port.
        bound = rf"[^:]+://[^:]{{1,{MAX_HOST_LENGTH}}}(?::[0-9]+)?"
    return Shape(f"{scheme}://{before}{host}{port}", bound, never)


def origins_of(policy: Policy) -> Origins | None:
    """Return the origins of *policy*; ``None`` allows every origin.

    Precondition: the policy has neither regular expressions nor callables nor ``https://*``.
    """
    if policy.origins == "*":
        return None
    exact: set[str] = set()
    patterns: set[OriginPattern] = set()
    for item in cast("tuple[str, ...]", policy.origins):
        pattern = OriginPattern.parse(item) if "*" in item else None
        if pattern is None:
            exact.add(item)
        else:
            patterns.add(pattern)
    return Origins(tuple(sorted(exact)), tuple(sorted(patterns, key=_order)))


def _order(pattern: OriginPattern) -> tuple[object, ...]:
    port = -1 if pattern.port is None else pattern.port
    return (pattern.scheme, pattern.host, port, pattern.subdomains, pattern.any_port)


def origin_within(policy: Policy) -> str | None:
    """Return an origin of *policy* that an earlier audience probably lacks; ``None`` if it allows nobody.

    Precondition: that of :func:`origins_of`.
    """
    if policy.origins == "*":
        return STRANGER
    return next(
        (spelled_out(item, "corsguard-was-here") for item in policy.origins if isinstance(item, str)), None
    )


def spelled_out(item: str, label: str = "a") -> str:
    """Return an origin that *item*, an exact origin or a pattern, matches: *label* replaces ``*``."""
    return item.replace("://*.", f"://{label}.").removesuffix(":*")
