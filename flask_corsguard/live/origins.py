"""A set of origins that is read from elsewhere, in the background."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import cast

from flask_corsguard.core.changing_set import ChangingSet, Content, ReadRow

from .clocks import Clocks, clocks_of_the_machine
from .native import new_lock
from .questions import Questions
from .source import Asked, Source, checked_times, is_confirmed, rows_of
from .view import View


class LiveOrigins(ChangingSet):
    """An item of a policy's ``origins`` whose content is read from elsewhere, and never in a request.

    One thread of each process asks the source. A row passes the checks of the policy, with its
    ``credentials``; one that does not is skipped, and logged once. Before the first answer, and when none
    has come for *grace* seconds, nobody is allowed by this set.

    :param load: returns the origins and patterns that are listed now; or a :class:`.Source`:
        :class:`.RedisSet`, :class:`.SqlQuery` and :class:`.OriginsFile` are ready to use.
    :param version: returns what differs whenever the rows do, such as the time of the last change. While it
        returns the same, *load* is not called.
    :param ttl: seconds between two questions, at most: how long an origin that is taken out stays allowed.
    :param grace: seconds for which an answer counts, from when the question was asked, if no other one comes.
    :param clock: for tests. Time is what it returns, and nothing is asked but by :meth:`refresh`.
    :raises TypeError: if *load* or *version* cannot be called.
    :raises ValueError: if a time is not a positive number, or *grace* is shorter than twice *ttl*.
    """

    __module__ = "flask_corsguard.live"

    def __init__(
        self,
        load: Source | Callable[[], Iterable[str]],
        version: Callable[[], object] | None = None,
        ttl: float = 5,
        grace: float = 60,
        *,
        clock: Callable[[], float] | None = None,
    ) -> None:
        checked_times(ttl, grace)
        self._source = Asked(load, version)
        self._ttl, self._grace = ttl, grace
        clocks = Clocks(clock, clock) if clock else clocks_of_the_machine()
        self._clock = clocks.now
        self._views: dict[ReadRow, View] = {}
        self._rows: frozenset[object] = frozenset()
        self._version: object = None
        self._is_loaded = False
        #: How often the rows were doubted whatever their version is, and how often when they were loaded.
        self._doubts, self._settled = 1, 0
        #: When the question was asked that the rows are the answer to.
        self._confirmed = float("-inf")
        self._publishing = new_lock()
        self._questions = Questions(self._source.name, ttl, grace, clocks)
        if clock is None:
            self._questions.begin(self._turn, self._after_fork, self._source.wait)

    def __repr__(self) -> str:
        return f"LiveOrigins({self._source.name})"

    def _after_fork(self) -> None:
        if self._publishing.locked():
            # A thread of the parent was about to change these, and what it did is not known.
            for view in self._views.values():
                view.forget()
            self._rows, self._is_loaded = frozenset(), False
        self._publishing = new_lock()
        self._questions.after_fork()

    def follow(self, read: ReadRow) -> Content:
        """Return the content of this set, as a policy checks it: for :class:`.Policy`.

        :param read: the checks of the policy.
        :returns: the content, which changes with what the source lists.
        """
        self._questions.mark_used()
        with self._publishing:
            view = self._views.get(read)
            if view is None:
                view = View(read, self._source.name, self._questions)
                view.take(self._rows)
                self._publish(view)
                self._views = {**self._views, read: view}
        return cast("Content", view)

    def refresh(self) -> bool:
        """Ask the source now, in this thread, and wait for it: where an application starts, or in a test.

        :returns: whether it has answered.
        """
        return self._questions.alone(self._ask)

    def invalidate(self) -> None:
        """Have the source asked at once, in the background, whatever its version is; do not wait for it."""
        self._doubts += 1
        self._questions.wake()

    def _turn(self) -> float:
        began = self._clock()
        answered = self.refresh()
        if answered and self._doubts != self._settled:
            return 0
        return self._questions.pause(answered=answered) - (self._clock() - began)

    def _ask(self, asked: float) -> bool:
        doubts = self._doubts
        try:
            version = self._source.version()
            is_known = self._is_loaded and doubts == self._settled
            is_same = is_known and is_confirmed(self._version, version)
            rows = self._rows if is_same else rows_of(self._source.load())
            return self._succeed(asked, rows, version, doubts)
        except Exception as error:  # noqa: BLE001 - the user's own source
            self._fail(error)
            return False

    def _fail(self, error: Exception) -> None:
        now = self._clock()
        left = self._confirmed + self._grace - now
        self._questions.outage.begin(now, error, left)
        with self._publishing:
            for view in self._views.values():
                self._publish(view, now)

    def _succeed(self, asked: float, rows: frozenset[object], version: object, doubts: int) -> bool:
        with self._publishing:
            # A thread that has hung comes back with what was true before another one asked.
            if asked < self._confirmed:
                return False
            # Most answers are the same; the old object stays, so that none of it is compared again.
            self._rows = rows = self._rows if rows == self._rows else rows
            self._version, self._settled, self._is_loaded, self._confirmed = version, doubts, True, asked
            for view in self._views.values():
                view.take(rows)
                self._publish(view, asked)
        now = self._clock()
        if now < asked + self._grace:
            self._questions.outage.end(now)
        return True

    def _publish(self, view: View, seen: float | None = None) -> None:
        good = self._confirmed + self._grace
        seen = self._confirmed if seen is None else seen
        if seen < good:
            view.publish(self._questions.fresh(seen, good), good)
        else:
            view.withdraw(self._questions.fresh(seen))
