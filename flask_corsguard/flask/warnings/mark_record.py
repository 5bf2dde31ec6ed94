"""Where in the program each mark was put, for messages, and for the check that it is in force.

A mark does not know its application, and an application does not know the marks that none of its views shows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary, ref

if TYPE_CHECKING:
    from .warning import Place


@dataclass(slots=True)
class PutMark:
    """A mark, as the program put it."""

    #: What is marked, as long as anything else needs it.
    target: ref[object]
    place: Place
    #: How often it was put, each time with an equal policy.
    times: int = 1
    #: Whether there was a warning that it is not in force.
    is_told: bool = False


#: By the id of what is marked.
_put: Final[dict[int, PutMark]] = {}

#: What ``cors(...)`` has returned, and where; a program may store a decorator and never call it.
_decorators: Final[WeakKeyDictionary[object, Place]] = WeakKeyDictionary()


def record_mark(target: object, place: Place) -> None:
    """Record that *target* was marked at *place*."""
    key = id(target)
    known = _put.get(key)
    if known is not None and known.target() is target:
        known.times += 1
        return

    def forget(dead: object) -> None:
        # The id may belong to another target already.
        if (current := _put.get(key)) is not None and current.target is dead:
            del _put[key]

    try:
        reference = ref(target, forget)
    except TypeError:
        # An object with slots; nothing of Flask's is one.
        return
    _put[key] = PutMark(reference, place)


def record_of(target: object) -> PutMark | None:
    """Return the record of the mark that was put on *target* itself; ``None`` if none was."""
    known = _put.get(id(target))
    return known if known is not None and known.target() is target else None


def put_marks() -> Iterator[tuple[object, PutMark]]:
    """Yield everything that is marked, with the record of its mark."""
    marks = ((known.target(), known) for known in list(_put.values()))
    yield from ((target, known) for target, known in marks if target is not None)


def record_decorator(decorator: object, place: Place) -> None:
    """Record that ``cors(...)`` has returned *decorator* at *place*."""
    _decorators[decorator] = place


def place_of_decorator(decorator: object) -> Place | None:
    """Return where ``cors(...)`` has returned *decorator*; ``None`` if it is something else."""
    try:
        return _decorators.get(decorator)
    except TypeError:
        return None


def forget_marks() -> None:
    """Forget all marks, as if another program began."""
    _put.clear()
