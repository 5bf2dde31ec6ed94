"""Regular expressions as trees, as ``re`` reads them; only the characters of an origin count."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any, Final, NamedTuple, TypeAlias

# The parser of `re` itself. No other module of ours knows that it has two names.
_parser: Any = import_module("re._parser" if sys.version_info >= (3, 11) else "sre_parse")

#: Characters of the longest expression that is read: two hundred ordinary origins, one beside the other.
MAX_EXPRESSION_LENGTH: Final = 5_000
#: Groups within groups that are followed. People write three; each takes a few of the interpreter's frames.
MAX_DEPTH: Final = 50

#: The characters of the serialization of an origin (:meth:`.Origin.parse`); an expression gets no others.
ALPHABET: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-._~%:/[]")

# By the parser's name, what a category is in a class.
_CATEGORIES: Final = {
    "CATEGORY_DIGIT": r"\d",
    "CATEGORY_NOT_DIGIT": r"\D",
    "CATEGORY_NOT_SPACE": r"\S",
    "CATEGORY_NOT_WORD": r"\W",
    "CATEGORY_SPACE": r"\s",
    "CATEGORY_WORD": r"\w",
}


class Chars(NamedTuple):
    """One character of *allowed*, a part of :data:`ALPHABET`; *is_open* if they are not spelled out."""

    allowed: frozenset[str]
    is_open: bool


class Sequence(NamedTuple):
    """One node after the other."""

    items: tuple[Node, ...]


class Choice(NamedTuple):
    """One of several nodes."""

    items: tuple[Node, ...]


class Repeat(NamedTuple):
    """A node from *least* to *most* times."""

    least: int
    most: int
    item: Node


class Atomic(NamedTuple):
    """A node whose match is never tried again: it matches what the node matches, or less."""

    item: Node


class Anchor(NamedTuple):
    """A place rather than a character, by the parser's name for it."""

    name: str


class Unreadable(NamedTuple):
    """A look-around, a back-reference, a conditional, or what a later version of Python adds."""

    name: str


Node: TypeAlias = "Chars | Sequence | Choice | Repeat | Atomic | Anchor | Unreadable"


class UnreadableError(Exception):
    """This module cannot read the expression."""


def read_expression(regex: re.Pattern[str]) -> Node:
    """Return the tree of *regex*.

    :raises UnreadableError: if it is too long or too deep.
    """
    if len(regex.pattern) > MAX_EXPRESSION_LENGTH:
        raise UnreadableError
    try:
        tree = _parser.parse(regex.pattern, regex.flags & ~re.DEBUG)
    except (RecursionError, Warning):
        # It was compiled where there was more room on the stack, or where a warning was not an error.
        # Tempting: to silence warnings here. But `warnings.catch_warnings` is not safe among threads.
        raise UnreadableError from None
    return _read_sequence(tree, regex.flags, 0)


def _read_sequence(tree: Any, flags: int, depth: int) -> Node:
    if depth > MAX_DEPTH:
        raise UnreadableError
    items = tuple(_read(_name_of(code), argument, flags, depth + 1) for code, argument in tree)
    return items[0] if len(items) == 1 else Sequence(items)


def _name_of(code: Any) -> str:
    # Tempting: `str`. But in PyPy that is the number of the code.
    return str(getattr(code, "name", code))


def _read(code: str, argument: Any, flags: int, depth: int) -> Node:
    reader = _READERS.get(code)
    return Unreadable(code) if reader is None else reader(argument, flags, depth)


def _read_any(_argument: Any, _flags: int, _depth: int) -> Node:
    # Without DOTALL it is any but a line feed, which no origin has.
    return Chars(ALPHABET, True)


def _read_anchor(name: Any, _flags: int, _depth: int) -> Node:
    return Anchor(_name_of(name))


def _read_atomic(tree: Any, flags: int, depth: int) -> Node:
    return Atomic(_read_sequence(tree, flags, depth))


def _read_branch(argument: Any, flags: int, depth: int) -> Node:
    return Choice(tuple(_read_sequence(tree, flags, depth) for tree in argument[1]))


def _read_group(argument: Any, flags: int, depth: int) -> Node:
    _, added, removed, tree = argument
    if added & (re.ASCII | re.UNICODE):
        # One of the two at a time, as in `re`.
        flags &= ~(re.ASCII | re.UNICODE)
    return _read_sequence(tree, (flags | added) & ~removed, depth)


def _read_literal(character: Any, flags: int, depth: int) -> Node:
    return _read_class([("LITERAL", character)], flags, depth)


def _read_not_literal(character: Any, flags: int, depth: int) -> Node:
    return _read_class([("NEGATE", None), ("LITERAL", character)], flags, depth)


def _read_possessive(argument: Any, flags: int, depth: int) -> Node:
    return Atomic(_read_repeat(argument, flags, depth))


def _read_repeat(argument: Any, flags: int, depth: int) -> Node:
    least, most, tree = argument
    return Repeat(least, most, _read_sequence(tree, flags, depth))


def _read_class(items: Any, flags: int, _depth: int) -> Node:
    is_open = False
    text = ""
    for code, argument in items:
        name = _name_of(code)
        is_open = is_open or name == "NEGATE" or (name == "CATEGORY" and "NOT" in _name_of(argument))
        if name == "NEGATE":
            text += "^"
        elif name == "CATEGORY":
            text += _CATEGORIES[_name_of(argument)]
        else:
            first, last = argument if name == "RANGE" else (argument, argument)
            text += rf"\U{first:08x}-\U{last:08x}"
    # Tempting: to compare code points. But only `re` knows what IGNORECASE adds to a class: U+212A, the
    # KELVIN SIGN, then matches "k".
    matches = re.compile(f"[{text}]", flags & (re.IGNORECASE | re.ASCII)).fullmatch
    return Chars(frozenset(filter(matches, ALPHABET)), is_open)


_READERS: Final[dict[str, Callable[[Any, int, int], Node]]] = {
    "ANY": _read_any,
    "AT": _read_anchor,
    "ATOMIC_GROUP": _read_atomic,
    "BRANCH": _read_branch,
    "IN": _read_class,
    "LITERAL": _read_literal,
    "MAX_REPEAT": _read_repeat,
    "MIN_REPEAT": _read_repeat,
    "NOT_LITERAL": _read_not_literal,
    "POSSESSIVE_REPEAT": _read_possessive,
    "SUBPATTERN": _read_group,
}
