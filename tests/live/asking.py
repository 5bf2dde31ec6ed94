"""How the tests of live origins ask policies, and wait for what happens in the background."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import SimpleNamespace

from flask_corsguard import Policy, Request, decide
from flask_corsguard.live import LiveOrigins, LivePolicies
from flask_corsguard.live.clocks import Clocks

#: Seconds in which what happens in the background has happened, on any machine: only a fault needs them.
PATIENCE = 60
#: Seconds between two looks, as far as they count.
LONGEST_LOOK = 0.02

A, B, C, EVIL = (f"https://{name}.example" for name in ("a", "b", "c", "evil"))


def allows(policy: Policy, origin: str) -> bool:
    """Whether the policy allows the origin now."""
    return decide(policy, Request(method="GET", origin=origin)).allowed


def why(policy: Policy, origin: str) -> str:
    """Return the reason of the policy's answer to the origin now."""
    return str(decide(policy, Request(method="GET", origin=origin)).reason)


class Looks:
    """Counts the seconds from one look to the next one.

    If the machine is busy, a look takes longer, and so does what is looked for. So no look counts for long.

    :ivar seconds: the sum.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        self._last = time.monotonic()

    def count(self) -> float:
        """Count the time since the last look, and return the sum."""
        last, self._last = self._last, time.monotonic()
        self.seconds += min(self._last - last, LONGEST_LOOK)
        return self.seconds


def eventually(holds: Callable[[], object], seconds: float = PATIENCE) -> float:
    """Wait until something is true, and return the seconds that it took, as :class:`Looks` counts them."""
    looks, until = Looks(), time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, f"not within {seconds} s"
        time.sleep(0.005)
        looks.count()
    return looks.seconds


def stop_clock(tenants: LiveOrigins | LivePolicies) -> SimpleNamespace:
    """Have answers grow old by a time that only the test moves, and return it; the thread asks all the same.

    It is called before a policy takes *tenants*.
    """
    clock = SimpleNamespace(now=1000.0)

    def now() -> float:
        return clock.now

    tenants._clock = tenants._questions.now = now
    tenants._questions.clocks = Clocks(now, now)
    return clock


def look_up_during_a_question(tenants: LiveOrigins, policy: Policy) -> None:
    """Look an allowed origin up hundreds of times while one question is open: no look-up waits for it."""

    def is_open() -> bool:
        return tenants._questions._open is not None

    def returns_meanwhile() -> bool:
        before = is_open()
        return all(allows(policy, A) for _ in range(500)) and before and is_open()

    eventually(returns_meanwhile)
