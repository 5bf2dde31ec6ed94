"""The questions to one source: one at a time, none in a request, and what is logged when they fail."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Final, TypeVar

from .clocks import Clocks
from .native import new_lock
from .outage import Outage
from .refresher import Refresher, Wait

#: The part of ``ttl`` by which the time between two questions varies, so that processes do not ask at once.
JITTER: Final = 0.2
#: Seconds between two questions at most while the source fails.
RETRY: Final = 1.0

_NEVER: Final = float("-inf")
_FOREVER: Final = float("inf")

#: Not the generator of the module: the application uses its numbers, and a forked process repeats them.
_RANDOM: Final = random.SystemRandom()

T = TypeVar("T")


class Questions:
    """Asks a source in the background, and looks after questions that do not come back.

    :param name: what the log calls the source.
    :param ttl: seconds between two questions, at most.
    :param grace: seconds for which an answer counts.
    :param clocks: return the time.
    :ivar clocks: the same.
    :ivar now: the clock by which answers grow old.
    :ivar outage: whether the source answers, for the log.
    """

    def __init__(self, name: str, ttl: float, grace: float, clocks: Clocks) -> None:
        self._ttl, self._grace, self.clocks, self.now = ttl, grace, clocks, clocks.now
        self.outage = Outage(name, grace)
        self._lock = new_lock()
        #: When the question was asked that is not answered yet.
        self._open: float | None = None
        #: When the last one was asked.
        self._last: float | None = None
        self._refresher: Refresher | None = None

    def begin(
        self,
        turn: Callable[[], float],
        after_fork: Callable[[], object],
        wait: Wait | None = None,
    ) -> None:
        """Have *turn* called in the background from now on; see :class:`.Refresher`."""
        self._refresher = Refresher(turn, after_fork, wait)

    def mark_used(self) -> None:
        """Have a process that is forked from this one start by itself."""
        if self._refresher is not None:
            self._refresher.is_used = True

    def wake(self) -> None:
        """Have the source asked now, in the background."""
        if self._refresher is not None:
            self._refresher.ensure()
            self._refresher.wake()

    def alone(self, ask: Callable[[float], T]) -> T:
        """Call *ask* with the time, while nobody else asks.

        :returns: what it does.
        """
        with self._lock:
            asked = self._open = self._last = self.now()
            try:
                return ask(asked)
            finally:
                # Of a question that was abandoned, another one is open.
                if self._open == asked:
                    self._open = None

    def pause(self, *, answered: bool) -> float:
        """Return after how many seconds to ask again."""
        pause = self._ttl if answered else min(self._ttl, RETRY)
        return pause * (1 - JITTER * _RANDOM.random())

    def look_after(self, good: float) -> bool:
        """Whether what counts before the time *good* still does. Requests call this; it never waits."""
        # Read once: the question may be answered meanwhile.
        now, asked, last = self.now(), self._open, self._last
        if self._refresher is not None:
            self._refresher.ensure()
            if asked is None and last is not None and now - last > 2 * self._ttl:
                # The machine has slept, and that does not count where the thread waits.
                self._refresher.wake()
        if now < good:
            return True
        if asked is not None and now - asked > self._grace:
            self.outage.begin(now, None, 0)
            if self._refresher is not None and now - asked > self._grace * 2**self._refresher.stuck:
                self._refresher.replace(self._abandon)
        return False

    def fresh(self, seen: float, good: float = _FOREVER) -> float:
        """Return until when requests need not look after what counts before *good*.

        :param seen: when the source was last asked.
        """
        if self._refresher is not None and not self._refresher.runs:
            # It was asked where the application is made. The server may fork without telling Python, as uWSGI
            # does, and then the first request in each process starts the thread.
            return _NEVER
        return min(seen + 2 * self._ttl, good)

    def _abandon(self) -> None:
        # The thread that hangs has the old lock, and gives it back when it comes back.
        self._lock, self._open = new_lock(), None

    def after_fork(self) -> None:
        """Have locks that no thread of the parent process has taken."""
        self._lock, self._open, self._last = new_lock(), None, None
        self.outage.after_fork()
