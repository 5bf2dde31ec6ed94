"""The clocks by which the answers of a source grow old."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Final, NamedTuple

#: Seconds for which requests use only the cheaper clock, between two readings of the other one.
SURE: Final = 0.1

Clock = Callable[[], float]


class Clocks(NamedTuple):
    """Two clocks, each of seconds since some time."""

    #: For the age of answers: it goes on while the machine sleeps.
    now: Clock
    #: The cheaper one, which stops while the machine sleeps.
    glance: Clock


def clocks_of_the_machine() -> Clocks:
    """Return the clocks of the machine.

    Each request reads one. The thread that asks the source cannot report for it that time has run out: the
    thread may have died, or wait for its turn, and a process that was stopped may run a request first.

    ``time.monotonic`` costs least, but stops while a Linux machine or a Mac is suspended: in the morning it
    would allow an origin that was taken out in the evening. The other clock costs twice as much, so requests
    look at it every :data:`SURE` seconds.
    """
    return Clocks(_without_a_pause(), time.monotonic)


def _without_a_pause() -> Clock:
    # Not CLOCK_REALTIME: it can be set back.
    name = "CLOCK_MONOTONIC" if sys.platform == "darwin" else "CLOCK_BOOTTIME"
    clock = getattr(time, name, None)
    if clock is not None:
        # A sandbox may refuse it.
        with suppress(OSError):
            time.clock_gettime(clock)
            return partial(time.clock_gettime, clock)
    return time.monotonic
