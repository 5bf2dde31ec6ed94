"""What live origins are read from: a function, or an object that also knows of news."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol, cast, runtime_checkable

from flask_corsguard.core.problems import shown
from flask_corsguard.core.validation.fields import exact

from .native import Bell
from .refresher import Wait


@runtime_checkable
class Source(Protocol):
    """A place where origins are listed. It is asked in a thread of its own, by one question at a time."""

    def load(self) -> Iterable[str]:
        """Return all origins and patterns that are listed now.

        :returns: the rows; each is text.
        """
        ...

    def version(self) -> object:
        """Return what differs whenever the rows do, read at little cost.

        :returns: anything that can be compared; ``None`` if nobody knows, so that the rows are loaded.
        """
        ...

    def wait(self, seconds: float, bell: Bell) -> object:
        """Return after *seconds*, and earlier if the rows may have changed or *bell* is rung.

        :param seconds: how long to wait at most.
        :param bell: ``bell.wait(seconds)`` waits for it alone, ``bell.is_set()`` is whether it was.
        """
        ...


# Below the class: in it, this would be one more thing that a source has.
Source.__module__ = "flask_corsguard.live"


class Asked:
    """A source, or a function and its version, asked in one way.

    :param load: a :class:`Source`, or a function that returns the rows.
    :param version: a function that returns what :meth:`Source.version` does.
    :ivar name: what the log calls it.
    :ivar wait: waits for news; ``None`` if the source has none.
    """

    def __init__(self, load: object, version: Callable[[], object] | None) -> None:
        self.wait: Wait | None = None
        if isinstance(load, Source):
            if version is not None:
                raise TypeError(f"{shown(load)} has a version of its own; leave version= out.")
            self.load, self.version, self.wait = load.load, load.version, load.wait
        else:
            self.load = checked_function(load, "load", "a function that returns the origins")
            self.version = (
                (lambda: None)
                if version is None
                else checked_function(version, "version", "a function that returns what changes with them")
            )
        self.name = shown(getattr(load, "__qualname__", load))


def checked_function(function: object, name: str, what: str) -> Callable[..., Any]:
    """Return *function* if it can be called and waits for nothing.

    :param name: the parameter.
    :param what: what is wanted.
    :raises TypeError: if it cannot be called, or is a coroutine function.
    """
    if inspect.iscoroutinefunction(function):
        raise TypeError(f"{name}={shown(function)} is never awaited; pass a plain function.")
    if not callable(function):
        raise TypeError(f"{name}={shown(function)} cannot be called; pass {what}.")
    return function


def checked_times(ttl: float, grace: float) -> None:
    """Refuse times that no source could meet.

    :raises ValueError: if a time is not a positive number of seconds, or *grace* is shorter than twice *ttl*.
    """
    for name, value in (("ttl", ttl), ("grace", grace)):
        if type(value) not in {int, float} or not 0 < value < float("inf"):
            raise ValueError(f"{name}={shown(value)} is not a time; pass a positive number of seconds.")
    if grace < 2 * ttl:
        raise ValueError(
            f"grace={grace} is too short for ttl={ttl}: between two questions nobody would be allowed. "
            f"Pass grace={2 * ttl} or more."
        )


def is_confirmed(before: object, version: object) -> bool:
    """Whether *version* shows that nothing has changed since *before* was read."""
    # A list that somebody changes in place is equal to itself.
    is_in_place = version is before and type(version).__hash__ is None
    return version is not None and not is_in_place and bool(version == before)


def rows_of(answer: object) -> frozenset[object]:
    """Return the rows of what a source has answered, each once.

    :raises TypeError: if *answer* is not a list of rows.
    """
    if isinstance(answer, (str, bytes, Mapping)) or not isinstance(answer, Iterable):
        raise TypeError(f"the source returned {shown(answer)}, not a list of origins")
    rows = list(cast("Iterable[object]", answer))
    # Of a million rows, most are plain: their types are compared at once.
    if set(map(type, rows)) <= {str}:
        return frozenset(rows)
    return frozenset(map(_hashable, rows))


def _hashable(row: object) -> object:
    try:
        hash(row)
    except Exception:  # noqa: BLE001 - a method of the user's own type
        return _Strange(shown(row))
    return exact(row)


class _Strange(tuple[str]):
    """A row without a hash, by what it looks like."""

    __slots__ = ()

    def __new__(cls, text: str) -> _Strange:
        return tuple.__new__(cls, (text,))

    def __repr__(self) -> str:
        return self[0]
