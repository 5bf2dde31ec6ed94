"""What can be found inside of a function that the application calls.

A decorator without :func:`functools.wraps` does not name the function that it wraps, but it stores it: in a
cell, an attribute, a default or a list.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import islice
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Final

from flask import Blueprint, Flask

#: How many objects are searched within one: many wrappers of a view, with the objects in them.
MAX_OBJECTS: Final = 256

#: Kinds of objects that lead to the whole program.
_WHOLE: Final = (type, ModuleType, Flask, Blueprint, BuiltinFunctionType)

_COLLECTIONS: Final = (dict, list, tuple, set, frozenset)


def reach_of(root: object) -> Iterator[object]:
    """Yield *root*, and the objects within it that it may call, the nearest first.

    :param root: a function, or another object that can be called.
    """
    seen: set[int] = set()
    waiting = deque([root])
    while waiting and len(seen) < MAX_OBJECTS:
        each = waiting.popleft()
        if id(each) in seen:
            continue
        seen.add(id(each))
        if callable(each):
            yield each
        waiting += filter(_is_followed, islice(_held_by(each), MAX_OBJECTS))


def _is_followed(held: object) -> bool:
    # By type(), because isinstance() asks a proxy for the class of the object behind it.
    kind = type(held)
    return kind in _COLLECTIONS or (callable(held) and not issubclass(kind, _WHOLE))


def _held_by(each: object) -> Iterator[object]:
    kind = type(each)
    if kind in _COLLECTIONS:
        yield from each.values() if kind is dict else each  # type: ignore[attr-defined, misc]  # one of these
    elif kind is FunctionType:
        yield from _cells_of(each)  # type: ignore[arg-type]  # a function
        yield from (each.__defaults__, each.__kwdefaults__)  # type: ignore[attr-defined]  # a function
    elif kind is MethodType:
        yield from (each.__func__, each.__self__)  # type: ignore[attr-defined]  # a method
    elif issubclass(kind, partial):
        yield from (each.func, each.args, each.keywords)  # type: ignore[attr-defined]  # a partial
    yield from _attributes_of(each).values()


def _cells_of(function: FunctionType) -> Iterable[object]:
    for cell in function.__closure__ or ():
        try:
            yield cell.cell_contents
        except ValueError:
            # Nothing was put into it yet.
            continue


def _attributes_of(each: object) -> dict[str, object]:
    try:
        # Tempting: vars(each). But a proxy returns that of the object behind it, and may raise.
        return object.__getattribute__(each, "__dict__")  # type: ignore[no-any-return]  # a dictionary
    except AttributeError:
        return {}
