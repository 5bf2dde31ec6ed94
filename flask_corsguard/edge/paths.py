"""Which rule applies to a request: by the segments of its path, and for marked views by its method.

Some engines compare the path as Python does, decoded once; others only see it as it was sent. For the latter
every byte has one accepted spelling, and any other path gets the closed rule.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, unquote_to_bytes

_SLASH: Final = r"(?:/|%2[fF])"
_DOT: Final = r"(?:\.|%2[eE])"

#: An expression that is found in every path, as it was sent, that is ambiguous once it is decoded.
AMBIGUOUS_AS_SENT: Final = "|".join(
    [
        rf"{_SLASH}{_SLASH}",
        r"\\|%5[cC]|%00|#",
        # An escape that is left after one decoding; its letters and digits may be escaped, too.
        r"%25(?:2|%32)(?:[eEfF]|%[46][56])|%25(?:5|%35)(?:[cC]|%[46]3)",
        # A percent sign without an escape: some engines refuse it, and some pass it on.
        r"%[^0-9a-fA-F]|%$|%.[^0-9a-fA-F]|%.$",
        rf"{_SLASH}{_DOT}{_DOT}?(?:{_SLASH}|$)",
    ]
)

#: An expression that is found in every decoded path that is ambiguous.
AMBIGUOUS_DECODED: Final = r"//|\\|\x00|%(?:2[eE]|2[fF]|5[cC])|(?:^|/)\.\.?(?:/|$)"

#: The characters that are compared as they are sent: unreserved ones, and those that no browser escapes.
_LITERAL: Final = "-._~!$&'()*+,;=:@[]|^/"

#: Dot segments and empty ones, in a path as it was sent.
DOTS_AS_SENT: Final = r"//|/\.\.?(?:/|$)"


def _escapes() -> str:
    # Those of bytes that cannot be sent as they are, in upper case; never those of "%", "\" and NUL.
    by_first: dict[str, str] = {}
    for byte in range(1, 256):
        character = chr(byte)
        if character not in _LITERAL and character not in "%\\" and not _is_alphanumeric(character):
            first, second = f"{byte:X}".zfill(2)[0], f"{byte:X}"[-1]
            by_first[first] = by_first.get(first, "") + second
    by_seconds: dict[str, str] = {}
    for first, seconds in by_first.items():
        by_seconds[seconds] = by_seconds.get(seconds, "") + first
    return "|".join(f"%[{firsts}][{seconds}]" for seconds, firsts in by_seconds.items())


def _is_alphanumeric(character: str) -> bool:
    return character.isascii() and character.isalnum()


#: An expression for the paths whose bytes all have their one spelling, as they were sent.
PLAIN_AS_SENT: Final = rf"/(?:[A-Za-z0-9._~!$&'()*+,;=:@\[\]|^/-]|{_escapes()})*"


def _other_escapes() -> str:
    # The escapes beside _escapes: in lower case, of a byte that is sent as it is, or of "%", "\\" and NUL.
    hexadecimal = "0123456789ABCDEFabcdef"
    by_second: dict[str, str] = {}
    for first in hexadecimal:
        seconds = "".join(each for each in hexadecimal if not re.fullmatch(_escapes(), f"%{first}{each}"))
        by_second[seconds] = by_second.get(seconds, "") + first
    return "|".join(f"%[{firsts}][{seconds}]" for seconds, firsts in by_second.items() if seconds)


#: An expression that is found in every other path that was sent: :data:`PLAIN_AS_SENT`, turned round.
OTHERWISE_AS_SENT: Final = (
    rf"^[^/]|[^A-Za-z0-9._~!$&'()*+,;=:@\[\]|^/%-]|{_other_escapes()}|%[^0-9A-Fa-f]|%.[^0-9A-Fa-f]|%.?$"
)


@dataclass(frozen=True, slots=True)
class Exact:
    """One path, whose rule may depend on the method; for a preflight, on the one that it requests.

    :ivar path: decoded.
    :ivar by_method: the rules by expressions for methods, no two of which match the same.
    :ivar other: the rule for any other method.
    """

    path: str
    by_method: tuple[tuple[str, int], ...]
    other: int


@dataclass(frozen=True, slots=True)
class Paths:
    """The rules by path.

    :ivar prefixes: prefixes of whole segments, the longest first, and their rules.
    :ivar exact: paths that come first, sorted.
    :ivar closed: the rule for ambiguous paths, and for those that nothing covers.
    :ivar whole: the one rule for every path, ambiguous ones included; ``None`` if paths matter.
    """

    prefixes: tuple[tuple[str, int], ...] = ()
    exact: tuple[Exact, ...] = ()
    closed: int = 0
    whole: int | None = None

    def rule_for(self, sent: str, method: str) -> int:
        """Return the rule for the path that was *sent*, for an engine that decodes it."""
        if self.whole is not None:
            return self.whole
        if re.search(AMBIGUOUS_AS_SENT, sent) or not sent.startswith("/"):
            return self.closed
        return self._find(unquote_to_bytes(sent).decode("latin-1"), method, as_latin_1)

    def rule_as_sent(self, sent: str, method: str) -> int:
        """Return the rule for the path that was *sent*, for an engine that does not decode it."""
        if self.whole is not None:
            return self.whole
        if re.fullmatch(PLAIN_AS_SENT, sent) is None or re.search(DOTS_AS_SENT, sent):
            return self.closed
        return self._find(sent, method, as_sent)

    def prefix_rule(self, path: str) -> int:
        """Return the rule of the longest prefix that covers the decoded *path*."""
        return self._by_prefix(path, str)

    def _find(self, path: str, method: str, spell: Callable[[str], str]) -> int:
        for exact in self.exact:
            if spell(exact.path) == path:
                matching = (rule for expression, rule in exact.by_method if re.fullmatch(expression, method))
                return next(matching, exact.other)
        return self._by_prefix(path, spell)

    def _by_prefix(self, path: str, spell: Callable[[str], str]) -> int:
        for prefix, rule in self.prefixes:
            spelled = spell(prefix)
            if prefix == "/" or path == spelled or path.startswith(f"{spelled}/"):
                return rule
        return self.closed


def as_latin_1(path: str) -> str:
    """Return the decoded *path* with one character for each byte, as engines that decode have it."""
    return path.encode("utf-8").decode("latin-1")


def as_sent(path: str) -> str:
    """Return the one accepted spelling of the decoded *path*."""
    return quote(path, safe=_LITERAL)


def ordered(prefixes: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    """Return *prefixes* with the longest first, which is the order of their precedence."""
    return tuple(sorted(prefixes.items(), key=lambda each: (-len(each[0]), each[0])))


def path_of(target: str) -> str:
    """Return the path of a request target, as it was sent."""
    return target.partition("?")[0]
