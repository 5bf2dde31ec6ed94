"""The last refusals of an application, for its debug page."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from itertools import count
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from flask_corsguard.core.decision import Decision
from flask_corsguard.core.guard import is_refused
from flask_corsguard.core.reasons import Kind

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

#: How many refusals are stored, the last ones.
MAX_REFUSALS: Final = 200

#: How much of a value of a request is stored, in characters.
MAX_LENGTH: Final = 500


class Refusals:
    """The last refusals, which requests add to while others read them.

    :param place_of: returns whose the policy of a request is.
    """

    def __init__(self, place_of: Callable[[WSGIEnvironment], str]) -> None:
        self._place_of = place_of
        self._kept: deque[dict[str, Any]] = deque(maxlen=MAX_REFUSALS)
        self._numbers = count(1)
        self._lock = Lock()

    def note(self, environ: WSGIEnvironment, decision: Decision, source: str | None = None) -> None:
        """Store a refusal.

        :param source: whose the policy is, if it is not the application's.
        """
        request = decision.request
        entry = {
            "time": time.strftime("%H:%M:%S"),
            "what": _what(decision),
            "method": environ["REQUEST_METHOD"],
            "requested": None if request is None else request.requested_method,
            "headers": None if request is None else request.requested_headers,
            "path": environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", ""),
            "origin": None if request is None else request.origin,
            "site": None if request is None else request.fetch_site,
            "reason": str(decision.reason),
            "sentence": decision.explain(),
            "source": source or self._place_of(environ),
        }
        kept = {name: value and value[:MAX_LENGTH] for name, value in entry.items()}
        with self._lock:
            self._kept.append({"number": next(self._numbers), **kept})

    def after(self, number: int) -> list[dict[str, Any]]:
        """Return the refusals that came after *number*, the oldest first."""
        with self._lock:
            return [each for each in self._kept if each["number"] > number]


def _what(decision: Decision) -> str:
    if decision.kind is Kind.PREFLIGHT:
        return "preflight refused"
    if decision.status is None:
        return "answer withheld"
    return "request refused" if is_refused(decision) else "request would be refused"
