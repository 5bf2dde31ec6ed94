"""A source of live origins for tests: it lists, fails and delays as a test wants it to."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Protocol


class _Bell(Protocol):
    def wait(self, seconds: float) -> object: ...


class OriginSource:
    """A source for :class:`flask_corsguard.live.LiveOrigins` whose answers, failures and time a test decides.

    With ``LiveOrigins(source, clock=source.clock)`` nothing happens in the background: the test calls
    ``refresh()`` and :meth:`advance`.

    :param origins: what the source lists at first.
    :param sleep: what a delay does; by default it moves :meth:`clock` on, and takes no real time.
    :ivar loads: how often the rows were loaded.
    :ivar questions: how often the source was asked for its version, which comes before a load.
    """

    __module__ = "flask_corsguard.testing"

    def __init__(
        self, origins: Iterable[str] = (), *, sleep: Callable[[float], object] | None = None
    ) -> None:
        self._origins: tuple[str, ...] = tuple(origins)
        self._sleep = self.advance if sleep is None else sleep
        self._changes = 0
        self._error: Exception | None = None
        self._delay = 0.0
        self._now = time.monotonic()
        self.loads = 0
        self.questions = 0

    def __repr__(self) -> str:
        return "OriginSource()"

    def set(self, origins: Iterable[str]) -> None:
        """List these *origins* from now on.

        :param origins: exact origins and patterns.
        """
        self._origins = tuple(origins)
        self._changes += 1

    def fail(self, error: Exception | None = None) -> None:
        """Raise *error* whenever the source is asked, until :meth:`recover`.

        :param error: by default a ``ConnectionError``.
        """
        self._error = ConnectionError("the source is away") if error is None else error

    def recover(self) -> None:
        """Answer again, and at once."""
        self._error = None
        self._delay = 0.0

    def delay(self, seconds: float) -> None:
        """Take so long over each load, until :meth:`recover`. What is returned was true when it began.

        :param seconds: how long, on the clock of this source.
        """
        self._delay = seconds

    def advance(self, seconds: float) -> None:
        """Move :meth:`clock` on.

        :param seconds: how far.
        """
        self._now += seconds

    def clock(self) -> float:
        """Return the time of this source, which only :meth:`advance` and delays move.

        :returns: the time in seconds.
        """
        return self._now

    def load(self) -> Iterable[str]:
        """Return the origins: what ``LiveOrigins`` calls.

        :returns: exact origins and patterns.
        """
        self.loads += 1
        origins = self._origins
        if self._delay:
            self._sleep(self._delay)
        if self._error is not None:
            raise self._error
        return origins

    def version(self) -> object:
        """Return the number of changes: what ``LiveOrigins`` calls.

        :returns: another number after each change.
        """
        self.questions += 1
        if self._error is not None:
            raise self._error
        return self._changes

    def wait(self, seconds: float, bell: _Bell) -> None:
        """Wait: what ``LiveOrigins`` calls between two questions.

        :param seconds: how long at most.
        :param bell: what ends the wait.
        """
        bell.wait(seconds)
