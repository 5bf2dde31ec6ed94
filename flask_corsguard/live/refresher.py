"""The one thread of a process that asks a source, so that no request has to."""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final
from weakref import WeakMethod, WeakSet

from .native import Bell, new_lock, start_thread

#: Waits for so many seconds at most, and less if there is news or the bell rings.
Wait = Callable[[float, Bell], object]

#: Threads that may hang in a question at the same time, beside the one that asks now.
MAX_STUCK: Final = 8
#: Seconds of rest between two questions, at least and at most: about as long as a question takes. News and
#: the bell wait until then, so that many changes at once do not take the processor.
LEAST_REST: Final = 0.05
MOST_REST: Final = 1.0

logger: Final = logging.getLogger("flask_corsguard")


class Refresher:
    """Calls a method again and again in a thread of its own; at most one thread of each process does.

    :meth:`ensure` starts the thread on first use, and so does a process that was forked from one that has
    used it. It ends with the process, or when the method's object is gone.

    :param turn: the method. It returns after how many seconds it wants to be called again.
    :param after_fork: a method that is called first in a child process.
    :param wait: waits between two calls; ``None`` only waits for the bell.
    :ivar is_used: whether a process that is forked from this one needs a thread.
    :ivar stuck: how many threads hang.
    """

    def __init__(
        self,
        turn: Callable[[], float],
        after_fork: Callable[[], object],
        wait: Wait | None = None,
    ) -> None:
        self._turn, self._after_fork = WeakMethod(turn), WeakMethod(after_fork)
        self._wait = wait
        self.is_used = False
        self._has_failed = False
        self._reset()
        _ALL.add(self)

    def _reset(self) -> None:
        self._bell, self._starting = Bell(), new_lock()
        # The process whose thread runs, and which of its threads does; the others hang, and end.
        self._process = 0
        self._running: object = None
        self.stuck = 0

    def ensure(self) -> None:
        """Start the thread unless it runs. Requests call this, so it neither waits nor raises."""
        if not self.runs:
            self._start()

    @property
    def runs(self) -> bool:
        """Whether the thread of this process runs."""
        return self._process == os.getpid()

    def replace(self, prepare: Callable[[], object]) -> None:
        """Start another thread instead of one that hangs; a few of them, and not ever more.

        :param prepare: called before, if there is to be one.
        """
        if self.stuck < MAX_STUCK and self.runs:
            self._start(prepare)

    def wake(self) -> None:
        """Have the method called now."""
        self._bell.ring()

    def _start(self, prepare: Callable[[], object] | None = None) -> None:
        if not self._starting.acquire(blocking=False):
            return
        try:
            if prepare is not None:
                prepare()
                self.stuck += 1
            token = self._running = object()
            self._process, bell = os.getpid(), self._bell
            start_thread(lambda: self.run(bell, token))
            _check_server()
        except RuntimeError as error:
            self._process = 0
            if not self._has_failed:
                self._has_failed = True
                logger.error("live origins have no thread (%s), so they allow nobody; trying again", error)  # noqa: TRY400
        finally:
            self._starting.release()

    def run(self, bell: Bell, token: object) -> None:
        """Call the method until its object is gone, or another thread has taken over."""
        try:
            while self._running is token:
                began = time.monotonic()
                turn = self._turn()
                if turn is None:
                    return
                seconds = turn()
                # No reference while the thread waits, so that the object can be freed.
                del turn
                if self._running is token:
                    self._pause(seconds, time.monotonic() - began, bell)
        finally:
            if self._running is token:
                self._process = 0
            else:
                self.stuck -= 1

    def _pause(self, seconds: float, took: float, bell: Bell) -> None:
        rest = max(LEAST_REST, min(took, MOST_REST))
        # A bell that nobody rings: where gevent is, time.sleep() is its own.
        Bell().wait(rest)
        seconds -= rest
        if self._wait is not None and not bell.is_set():
            began = time.monotonic()
            try:
                self._wait(max(seconds, 0), bell)
                seconds = 0
            except Exception as error:  # noqa: BLE001 - a source that cannot be asked has no news, either
                logger.debug("no news of a source of origins: %s", error)
                seconds -= time.monotonic() - began
        bell.wait(seconds)

    def after_fork(self) -> None:
        """Start anew in a child process: no thread of its parent runs in it."""
        self._reset()
        forked = self._after_fork()
        if forked is not None:
            forked()
            if self.is_used:
                self.ensure()


def _check_server() -> None:
    # Without the option uWSGI never gives the interpreter to a thread of ours.
    options: Any = getattr(sys.modules.get("uwsgi"), "opt", None)
    if options is not None and not {"enable-threads", "threads"} & set(map(_text, options)):
        logger.error(
            "uWSGI runs no threads of its applications, so live origins are never loaded and allow nobody. "
            "Set enable-threads = true"
        )


def _text(name: str | bytes) -> str:
    return name.decode() if isinstance(name, bytes) else name


_ALL: Final[WeakSet[Refresher]] = WeakSet()


def _after_fork() -> None:
    for refresher in list(_ALL):
        with suppress(Exception):
            refresher.after_fork()


os.register_at_fork(after_in_child=_after_fork)
