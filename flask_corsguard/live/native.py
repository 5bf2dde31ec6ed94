"""Threads and locks of the operating system, also where gevent has put its own in their place.

Otherwise a question that waits would block every request of the process: most drivers of databases wait in C,
where gevent cannot switch.
"""

from __future__ import annotations

import _thread
import signal
import sys
from collections.abc import Callable
from typing import Any, Protocol


class Lock(Protocol):
    """The methods of a lock that are used here."""

    def acquire(self, blocking: bool = ..., timeout: float = ...) -> bool: ...  # noqa: D102, FBT001
    def release(self) -> None: ...  # noqa: D102
    def locked(self) -> bool: ...  # noqa: D102
    def __enter__(self) -> bool: ...
    def __exit__(self, *_: object) -> None: ...


def _native(name: str) -> Any:
    monkey: Any = sys.modules.get("gevent.monkey")
    return getattr(_thread, name) if monkey is None else monkey.get_original("_thread", name)


def start_thread(run: Callable[[], object]) -> None:
    """Call *run* in a new thread, which ends with the process and gets no signal.

    A server in C, such as uWSGI, handles a signal in whichever thread gets it, and cannot end from ours.

    :raises RuntimeError: if the system gives no thread.
    """
    mask: Any = getattr(signal, "pthread_sigmask", None)
    if mask is None:
        # Windows sends no thread a signal.
        _native("start_new_thread")(run, ())
        return
    # The new thread inherits the mask, so that there is no moment in which it could get one.
    before = mask(signal.SIG_BLOCK, signal.valid_signals())
    try:
        _native("start_new_thread")(run, ())
    finally:
        mask(signal.SIG_SETMASK, before)


def new_lock() -> Lock:
    """Return a lock that nobody has."""
    lock: Lock = _native("allocate_lock")()
    return lock


class Bell:
    """Ends the wait of a thread from another one."""

    __module__ = "flask_corsguard.live"

    def __init__(self) -> None:
        self._lock = new_lock()
        self._lock.acquire()

    def ring(self) -> None:
        """End the wait that goes on, or else the next one."""
        try:
            self._lock.release()
        except RuntimeError:
            # It has been rung, and the next wait has not begun yet.
            return

    def is_set(self) -> bool:
        """Whether it has been rung since the last wait."""
        return not self._lock.locked()

    def wait(self, seconds: float) -> bool:
        """Return after *seconds*, or as soon as it is rung.

        :param seconds: how long to wait at most.
        :returns: whether it was rung.
        """
        return self._lock.acquire(timeout=max(seconds, 0))
