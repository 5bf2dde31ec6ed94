"""Notices when rules are added to a URL map, for any endpoint."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from werkzeug.routing import Map, RuleFactory


class Additions:
    """The additions to one URL map."""

    __slots__ = ("last",)

    def __init__(self) -> None:
        #: A new object after each addition, so that no two additions are confused.
        self.last = object()


_additions: Final[WeakKeyDictionary[Map, Additions]] = WeakKeyDictionary()
_lock: Final = Lock()


def additions_to(url_map: Map) -> Additions:
    """Return the additions to *url_map*, which are noted from the first call on.

    A map does not report changes, and its rules can only be counted one by one. So ``add`` is wrapped, once.
    """
    with _lock:
        known = _additions.get(url_map)
        if known is None:
            known = _additions[url_map] = _note_additions(url_map)
        return known


def _note_additions(url_map: Map) -> Additions:
    additions, add = Additions(), url_map.add

    def add_and_note(rulefactory: RuleFactory) -> None:
        try:
            add(rulefactory)
        finally:
            # A factory that raises may have added some of its rules.
            additions.last = object()

    url_map.add = add_and_note  # type: ignore[method-assign]
    return additions
