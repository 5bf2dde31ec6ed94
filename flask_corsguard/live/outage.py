"""The log lines of a source that cannot be asked: one when that begins, and one when it ends."""

from __future__ import annotations

import logging
from typing import Final

from flask_corsguard.core.problems import shown

from .native import new_lock

logger: Final = logging.getLogger("flask_corsguard")


class Outage:
    """Whether a source cannot be asked at the moment, and what has been logged of that.

    :param name: what the log calls the source.
    :param grace: the seconds for which its last answer counts.
    """

    def __init__(self, name: str, grace: float) -> None:
        self._name = name
        self._grace = grace
        self._lock = new_lock()
        self._since: float | None = None

    def begin(self, now: float, error: Exception | None, left: float) -> None:
        """Record that the source did not answer.

        :param error: what it raised; ``None`` if it does not come back.
        :param left: for how many seconds its last answer still counts.
        """
        with self._lock:
            if self._since is not None:
                return
            self._since = now
        after = f"in {left:.0f} s, if that lasts, nobody is allowed by it" if left > 0 else "it allows nobody"
        what = (
            f"has not answered for {self._grace:.0f} s" if error is None else f"failed: {shown(str(error))}"
        )
        logger.error("%s, a source of origins, %s; %s", self._name, what, after, exc_info=error)

    def end(self, now: float) -> None:
        """Record that the source has answered."""
        with self._lock:
            since, self._since = self._since, None
        if since is not None:
            logger.warning("%s, a source of origins, answers again, after %.0f s", self._name, now - since)

    def after_fork(self) -> None:
        """Have a lock that no thread of the parent process had taken."""
        self._lock = new_lock()
