"""Which rule applies to a request: by the segments of its path, and for marked views by its method.

Some engines compare the path as Python does, decoded once; others only see it as it was sent. For the latter
there are expressions for every spelling of a path.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, unquote_to_bytes

_SLASH: Final = r"(?:/|%2[fF])"
_DOT: Final = r"(?:\.|%2[eE])"

#: One of these is found in every path, as it was sent, that is ambiguous once it is decoded.
_AMBIGUOUS: Final = (
    rf"{_SLASH}{_SLASH}",
    r"\\|%5[cC]|%00",
    "#",
    # An escape that is left after one decoding; its letters and digits may be escaped, too, and its "%"
    # may be one that begins no escape.
    r"%(?:25(?:2|%32)|%32)(?:[eEfF]|%[46][56])|%2%[46][56]",
    r"%(?:25(?:5|%35)|%35)(?:[cC]|%[46]3)|%5%[46]3",
    # Some software takes this for an escape.
    r"%[uU]",
    rf"{_SLASH}{_DOT}{_DOT}?(?:{_SLASH}|$)",
)

#: An expression that is found where a "%" begins no escape.
LONE_PERCENT: Final = r"%[^0-9a-fA-F]|%$|%.[^0-9a-fA-F]|%.$"

#: The characters that are sent as they are: unreserved ones, and those that no browser escapes.
_LITERAL: Final = "-._~!$&'()*+,;=:@[]|^/"


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

    @property
    def ambiguous(self) -> str:
        """An expression that is found in every path, as it was sent, that has the closed rule."""
        return "|".join(self._ambiguous())

    @property
    def ambiguous_without_fragments(self) -> str:
        """The same without "#", for engines that accept it, and compare :attr:`fragments`, too."""
        return "|".join(each for each in self._ambiguous() if each != "#")

    def _ambiguous(self) -> Iterator[str]:
        yield from _AMBIGUOUS
        if any("%" in path for path in (*dict(self.prefixes), *(each.path for each in self.exact))):
            yield LONE_PERCENT

    @property
    def fragments(self) -> tuple[str, ...]:
        """Expressions for the beginning of every path, as it was sent, that "#" makes ambiguous.

        Some software ends a path at "#" (RFC 3986, section 3.5). What these match can have another rule then,
        or is ambiguous then.
        """
        prefixes = [prefix for prefix, _ in self.prefixes if prefix != "/"]
        if self.exact or any("#" in prefix for prefix in prefixes):
            return ("[^?]*#",)
        return rf"[^?#]*{_SLASH}{_DOT}{_DOT}?#", *(f"{spelled(prefix)}#" for prefix in prefixes)

    def rule_for(self, sent: str, method: str) -> int:
        """Return the rule for the path that was *sent*."""
        if self.whole is not None:
            return self.whole
        if re.search(self.ambiguous_without_fragments, sent) or not sent.startswith("/"):
            return self.closed
        if any(re.match(each, sent) for each in self.fragments):
            return self.closed
        path = unquote_to_bytes(sent).decode("latin-1")
        for exact in self.exact:
            if as_latin_1(exact.path) == path:
                matching = (rule for expression, rule in exact.by_method if re.fullmatch(expression, method))
                return next(matching, exact.other)
        return self._by_prefix(path, as_latin_1)

    def prefix_rule(self, path: str) -> int:
        """Return the rule of the longest prefix that covers the decoded *path*."""
        return self._by_prefix(path, str)

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
    """Return the ordinary spelling of the decoded *path*."""
    return quote(path, safe=_LITERAL)


def spelled(path: str) -> str:
    """Return an expression for every spelling of the decoded *path*."""
    return "".join(map(_spelled, path.encode("utf-8")))


def spelled_prefix(prefix: str) -> str:
    """Return an expression for every spelling of *prefix*, and of what lies below it."""
    return "/.*" if prefix == "/" else f"{spelled(prefix)}(?:{_SLASH}.*)?"


def _spelled(byte: int) -> str:
    escape = "".join(each if each.isdigit() else f"[{each}{each.lower()}]" for each in f"{byte:02X}")
    character = chr(byte)
    if character == "%":
        return f"%{escape}"
    # Quotes and the like are written so that every configuration can have them between its own quotes.
    is_plain = character in "-_~/" or (character.isascii() and character.isalnum())
    literal = character if is_plain else rf"\x{byte:02x}"
    return f"(?:{literal}|%{escape})"


def ordered(prefixes: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    """Return *prefixes* with the longest first, which is the order of their precedence."""
    return tuple(sorted(prefixes.items(), key=lambda each: (-len(each[0]), each[0])))


def path_of(target: str) -> str:
    """Return the path of a request target, as it was sent."""
    return target.partition("?")[0]
