"""The hosts and domains of the origins that a regular expression matches: a proof, not a probe.

The expression is read as the tree that ``re`` itself makes of it, and is never run. Only the characters of
an origin count, so every class of characters is a finite set. The tree is walked from its end. A *tail* is
what a match can end with. It grows to the left, one literal character at a time, until it is the whole match
or until the next character is open. Open means that it is not one of a few that are spelled out.

An expression is confined when each tail, its port aside, is one of these:

- a whole origin, such as ``https://a.example.com``;
- open, with a dot and right of it a host of which a pattern could cover the subdomains.

Sound before complete: what the walk cannot show counts as not confined.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from .origin import MAX_ORIGIN_LENGTH, split
from .origin_pattern import OriginPattern, read_origin
from .public_suffix import has_strangers_below
from .regex_tree import (
    Anchor,
    Atomic,
    Chars,
    Choice,
    Node,
    Repeat,
    Sequence,
    UnreadableError,
    read_expression,
)

#: Characters of one class that are tried one by one: the ten digits. More are not "spelled out".
MAX_CHOICES: Final = 10
#: Tails that classes of characters may branch into; beyond, the next class counts as open.
MAX_FORKED: Final = 64
#: Tails in all: more origins than anybody would write into one expression.
MAX_TAILS: Final = 1_000
#: Repetitions that are written out. No real name repeats the same letters more often.
MAX_UNROLLED: Final = 8
#: Characters put before tails in all, which takes about a tenth of a second.
MAX_STEPS: Final = 100_000

DIGITS: Final = frozenset("0123456789")

# The placeholder for one or more digits at the end of a tail: those of a port.
_SOME_DIGITS = "#"
_PORT = re.compile(r":[0-9#]+$")


@dataclass(frozen=True)
class Proof:
    """What the walk has shown of an expression.

    :ivar origins: the whole origins that it matches, without ports, but for those below a base; one in lower
        case may include its spellings in upper case.
    :ivar bases: the hosts below which it matches any, likewise.
    :ivar unproven: the tails that are neither; ``""`` where nothing could be shown.
    """

    origins: frozenset[str] = frozenset()
    bases: frozenset[str] = frozenset()
    unproven: frozenset[str] = frozenset()

    @property
    def is_confined(self) -> bool:
        """Whether the expression matches origins, all of them at the named places."""
        return not self.unproven and not self.is_empty

    @property
    def is_empty(self) -> bool:
        """Whether the expression was shown to match no origin at all."""
        return not (self.origins or self.bases or self.unproven)


# A policy may be built for each request, with the same few expressions.
@lru_cache(maxsize=64)
def prove(regex: re.Pattern[str], *, public_suffixes: bool = False) -> Proof:
    """Return what can be shown of the origins that *regex* matches as a whole.

    :param regex: the expression; it is not run.
    :param public_suffixes: whether a base may be a public suffix.
    """
    walk = _Walk()
    try:
        whole = walk.before(read_expression(regex), {""})
    except UnreadableError:
        return Proof(unproven=frozenset({""}))
    origins, bases, unproven = set(), set(), set()
    for tail in whole:
        text = _PORT.sub("", tail)
        if split(text) is not None:
            origins.add(text)
        elif _SOME_DIGITS in text:
            unproven.add(tail)
        # Else it is not an origin, and the expression is never asked about it.
    for tail in walk.opened:
        text = _PORT.sub("", tail)
        left, _, base = text.partition(".")
        # Below a public suffix only whole names are allowed: that exception is not for "evilexample.com".
        if _is_base(base, public_suffixes=public_suffixes and not left):
            bases.add(base)
        elif not text.endswith(("/", ":")):
            # No origin ends with these two.
            unproven.add(tail)
    below = tuple(f".{base}" for base in bases)
    return Proof(
        frozenset(origin for origin in origins if not origin.endswith(below)),
        frozenset(bases),
        frozenset(unproven),
    )


def _is_base(host: str, *, public_suffixes: bool) -> bool:
    pattern = read_origin(f"https://*.{host}")
    if not isinstance(pattern, OriginPattern) or pattern.host != host:
        return False
    return public_suffixes or not has_strangers_below(host)


@lru_cache(maxsize=256)  # The classes of one expression, once for each of its tails.
def _without_case(characters: frozenset[str]) -> frozenset[str]:
    """Return *characters* without the upper case of those that are there in lower case, too."""
    # What IGNORECASE adds would fork at every letter. Only the opaque host of a shell or an extension can be
    # in upper case, and its spellings are as finite as the name is.
    return characters - {character.upper() for character in characters if character.islower()}


class _Walk:
    """One walk through an expression, from its end.

    :ivar opened: the tails that anything may precede.
    """

    def __init__(self) -> None:
        self.opened: set[str] = set()
        self._steps = 0

    def before(self, node: Node, tails: set[str]) -> set[str]:
        """Return the *tails* with *node* before them; put those that are open from there into ``opened``."""
        if not tails:
            return tails
        self._steps += len(tails)
        if self._steps > MAX_STEPS or len(tails) > MAX_TAILS:
            raise UnreadableError
        if isinstance(node, Chars):
            return self._before_chars(node, tails)
        if isinstance(node, Sequence):
            for item in reversed(node.items):
                tails = self.before(item, tails)
            return tails
        if isinstance(node, Choice):
            return set().union(*(self.before(item, tails) for item in node.items))
        if isinstance(node, Repeat):
            return self._before_repeat(node, tails)
        if isinstance(node, Atomic):
            return self.before(node.item, tails)
        if isinstance(node, Anchor):
            # It only takes matches away.
            return tails
        raise UnreadableError

    def _before_chars(self, node: Chars, tails: set[str]) -> set[str]:
        result: set[str] = set()
        if not node.allowed:
            return result
        allowed = _without_case(node.allowed)
        is_narrow = not node.is_open and len(allowed) <= MAX_CHOICES
        is_narrow = is_narrow and (len(allowed) == 1 or len(allowed) * len(tails) <= MAX_FORKED)
        is_digit = len(allowed) > 1 and allowed <= DIGITS
        for tail in tails:
            if len(tail) == MAX_ORIGIN_LENGTH:
                continue  # No origin is longer.
            if is_digit and DIGITS.issuperset(tail.strip(_SOME_DIGITS)):
                result.add(_SOME_DIGITS + tail.removeprefix(_SOME_DIGITS))
            elif is_narrow:
                result.update(character + tail for character in allowed)
            else:
                self.opened.add(tail)
        return result

    def _before_repeat(self, node: Repeat, tails: set[str]) -> set[str]:
        result: set[str] = set()
        for count in range(MAX_UNROLLED):
            if count >= node.least:
                result |= tails
            if count == node.most or not tails:
                return result
            longer = self.before(node.item, tails)
            if longer == tails:
                # Once more makes no difference, so any number makes none.
                return result | tails
            tails = longer
        if node.most == MAX_UNROLLED:
            return result | tails
        self.opened |= tails
        return result
