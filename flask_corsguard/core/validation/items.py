"""The items of a value that is given as a list, of any type."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Final

#: The number of items of wrong types after which the rest of an iterable is not read.
MAX_STRANGE_ITEMS: Final = 1000


def items_of(value: object) -> list[object] | None:
    """Return the items of *value*; ``None`` if it has none, or the first thousand are nothing a policy takes.

    A network of addresses has billions of items, and a counter has no last one: nobody would wait for them.
    """
    if isinstance(value, (bytes, bytearray, memoryview, range, Mapping)) or not isinstance(value, Iterable):
        return None
    rest = iter(value)
    items = list(islice(rest, MAX_STRANGE_ITEMS))
    if len(items) == MAX_STRANGE_ITEMS and not any(map(_is_taken, items)):
        return None
    items += rest
    return items


def _is_taken(item: object) -> bool:
    return isinstance(item, (str, re.Pattern)) or callable(item)


def without_repetitions(items: Iterable[object]) -> Iterator[object]:
    """Yield each of *items* once, in their order."""
    seen: set[object] = set()
    for item in items:
        try:
            known = item in seen
            seen.add(item)
        except Exception:  # noqa: BLE001 - a method of the user's own type
            # A value without a hash is neither a name nor an origin: the caller refuses its type.
            known = False
        if not known:
            yield item
