"""How the tests of live origins ask policies, and wait for what happens in the background."""

from __future__ import annotations

import time
from collections.abc import Callable

from flask_corsguard import Policy, Request, decide

#: Seconds in which what happens in the background has happened.
PATIENCE = 20

A, B, C, EVIL = (f"https://{name}.example" for name in ("a", "b", "c", "evil"))


def allows(policy: Policy, origin: str) -> bool:
    """Whether the policy allows the origin now."""
    return decide(policy, Request(method="GET", origin=origin)).allowed


def why(policy: Policy, origin: str) -> str:
    """Return the reason of the policy's answer to the origin now."""
    return str(decide(policy, Request(method="GET", origin=origin)).reason)


def eventually(holds: Callable[[], object], seconds: float = PATIENCE) -> float:
    """Wait until something is true, and return the seconds that it took."""
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < seconds, f"not within {seconds} s"
        time.sleep(0.005)
    return time.monotonic() - began
