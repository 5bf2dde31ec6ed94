"""The rows of a source, as one policy reads them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Final

from flask_corsguard.core.changing_set import Moment, ReadRow, Snapshot
from flask_corsguard.core.origin_pattern import OriginPattern
from flask_corsguard.core.origin_set import OriginSet
from flask_corsguard.core.problems import Problem, shown

from .clocks import SURE
from .questions import Questions

#: The content of a source that has never answered, or not for too long.
NOBODY: Final[Snapshot] = ()

#: How many skipped rows are logged with a line each; of more rows, only the number is logged.
MAX_TOLD_ROWS: Final = 20

_NEVER: Final = float("-inf")

logger: Final = logging.getLogger("flask_corsguard")


class View:
    """The rows of a source as the policies with the same checks have them.

    :param read: the checks.
    :param name: what the log calls the source.
    :param questions: what asks the source.
    :ivar clock: the clock of requests.
    :ivar moment: what look-ups read.
    """

    __slots__ = ("_bad", "_name", "_patterns", "_questions", "_read", "_rows", "_snapshot", "clock", "moment")

    def __init__(self, read: ReadRow, name: str, questions: Questions) -> None:
        self._read, self._name, self._questions = read, name, questions
        self.clock: Callable[[], float] = questions.clocks.glance
        self._rows: frozenset[object] | None = None
        self._patterns: dict[object, OriginPattern] = {}
        self._bad: frozenset[object] = frozenset()
        self._snapshot = NOBODY
        self.moment = Moment(NOBODY, _NEVER, _NEVER)

    def look(self, moment: Moment) -> Snapshot:
        """Return the content now, when nobody is sure of *moment* any more."""
        # In this order: a process that is stopped in between is sure for less long, and not for longer.
        glanced, now = self.clock(), self._questions.now()
        if now >= moment.fresh:
            return moment.snapshot if self._questions.look_after(moment.good) else NOBODY
        moment.sure = glanced + min(SURE, moment.fresh - now)
        if moment is not self.moment:
            # It was replaced meanwhile, and had perhaps ended before it was made sure of.
            moment.end()
        return moment.snapshot

    def publish(self, fresh: float, good: float) -> None:
        """Make the rows count until then."""
        self._replace(Moment(self._snapshot, fresh, good))

    def withdraw(self, fresh: float) -> None:
        """Allow nobody, and look after the source again only from *fresh* on."""
        self._replace(Moment(NOBODY, fresh, _NEVER))

    def _replace(self, moment: Moment) -> None:
        before, self.moment = self.moment, moment
        before.end()

    def forget(self) -> None:
        """Have all rows checked anew the next time; what is published counts until then."""
        self._rows, self._patterns, self._bad = None, {}, frozenset()

    def take(self, rows: frozenset[object]) -> None:
        """Check *rows*, of which only those are read that are new. :meth:`publish` makes them count."""
        if rows is self._rows:
            return
        bad = {row for row in self._bad if row in rows}
        patterns = {row: pattern for row, pattern in self._patterns.items() if row in rows}
        told: list[Problem] = []
        for row in rows - (self._rows or frozenset()):
            found = self._read(row)
            if isinstance(found, Problem):
                bad.add(row)
                told.append(found)
            elif found is not None:
                patterns[row] = found
        self._tell(told)
        # Most sources have neither, and their million rows are not copied.
        exact = rows - patterns.keys() - bad if patterns or bad else rows
        if not exact and not patterns and self._snapshot:
            logger.warning(
                "%s, a source of origins, lists none any more; nobody is allowed by it", self._name
            )
        self._rows, self._patterns, self._bad = rows, patterns, frozenset(bad)
        self._snapshot = _snapshot_of(exact, patterns.values())

    def _tell(self, problems: list[Problem]) -> None:
        for each in problems[:MAX_TOLD_ROWS]:
            logger.warning(
                "%s, a source of origins, has a row that is skipped: %s [%s] %s %s",
                *(self._name, shown(each.value), each.code, each.message, each.hint),
            )
        if len(problems) > MAX_TOLD_ROWS:
            more = len(problems) - MAX_TOLD_ROWS
            logger.warning("%s, a source of origins, has %d more rows that are skipped", self._name, more)


def _snapshot_of(exact: frozenset[object], patterns: Iterable[OriginPattern]) -> Snapshot:
    texts: frozenset[str] = exact  # type: ignore[assignment]  # what is read as an exact origin is text
    patterns = list(patterns)
    return (OriginSet(texts, patterns, secure_only=False),) if texts or patterns else NOBODY
