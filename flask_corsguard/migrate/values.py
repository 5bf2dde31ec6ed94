"""What is known of a value without running the program: one value, some of several, or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

#: How many values of one expression are distinguished.
MAX_CANDIDATES: Final = 8


@dataclass(frozen=True)
class Value:
    """The possible values of an expression.

    :ivar candidates: the values that are written down.
    :ivar is_exact: whether there is no other one at run time.
    """

    candidates: tuple[Any, ...]
    is_exact: bool

    @property
    def is_known(self) -> bool:
        """Whether there is one value."""
        return self.is_exact and len(self.candidates) == 1

    @property
    def known(self) -> Any:
        """The one value."""
        return self.candidates[0]


#: A value of which nothing is known.
OPEN: Final = Value((), False)


@dataclass(frozen=True)
class Several:
    """A value within a dictionary that is not one known value."""

    value: Value


def shows_paths(resources: Value) -> bool:
    """Whether the code shows the paths of ``resources``, and the names of all options of each."""
    if resources.is_known and not isinstance(resources.known, dict):
        return True
    return _is_shown(resources) and all(
        _is_shown(each.value) for each in resources.candidates[0].values() if isinstance(each, Several)
    )


def _is_shown(value: Value) -> bool:
    """Whether there is one dictionary, in which at most the values are not known."""
    if len(value.candidates) != 1 or not isinstance(value.candidates[0], dict):
        return False
    # Otherwise it is one of several dictionaries, of which the others are not known.
    return value.is_exact or any(isinstance(each, Several) for each in value.candidates[0].values())


def known(value: Any) -> Value:
    """Return that a value is known."""
    return Value((value,), True)


def any_of(values: list[Value]) -> Value:
    """Return that it is one of *values*."""
    candidates: list[Any] = []
    for value in values:
        candidates += [each for each in value.candidates if each not in candidates]
    return some(candidates, is_exact=bool(values) and all(value.is_exact for value in values))


def some(candidates: list[Any], *, is_exact: bool) -> Value:
    """Return that it is one of *candidates*, as far as these are few."""
    return Value(tuple(islice(candidates, MAX_CANDIDATES)), is_exact and len(candidates) <= MAX_CANDIDATES)
