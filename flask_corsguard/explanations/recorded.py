"""Answers that are remembered, so that one exchange is enough to ask what every engine makes of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from flask_corsguard.testing.differences import DIFFERENCES, ENGINES, Difference
from flask_corsguard.testing.requests import SAFE_METHODS
from flask_corsguard.testing.transport import HEADERS, RawAnswer, call

from .asked import Asked, Outcome, outcome_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from flask_corsguard.testing import Engine

#: The differences between engines that change a verdict, by the beginning of the step that refuses.
_OF_STEPS: Final = {
    "CORS-preflight fetch, step 7.6": "wildcard-authorization",
    "CORS-preflight fetch": "client-hints",
    "main fetch, step 7 (mixed content)": "mixed-content-loopback",
    "cross-origin resource policy check": "resource-policy-address",
    "CORS check": "redirected-preflight-origin",
}


class NotRepeated(Exception):  # noqa: N818 - it says why there is no outcome
    """A request that may change something would have to be sent again."""


class Recorded:
    """An application that is asked once for each request; later its answer is given again."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app
        self._answers: dict[tuple[object, ...], RawAnswer] = {}
        #: Whether requests with unsafe methods are still sent.
        self.sends_unsafe = True

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request.

        :raises NotRepeated: if it was not answered before, may change something, and may not be sent.
        """
        method = environ["REQUEST_METHOD"]
        scheme, target = environ["wsgi.url_scheme"], environ["REQUEST_URI"]
        key = (method, scheme, target, *sorted(environ[HEADERS]))
        answer = self._answers.get(key)
        if answer is None:
            if not self.sends_unsafe and method not in SAFE_METHODS:
                raise NotRepeated
            answer = self._answers[key] = call(self._app, environ)
        start_response(f"{answer.status} ", list(answer.headers))
        return [answer.body]


def other_verdicts(asked: Asked, outcome: Outcome, recorded: Recorded) -> dict[Engine | None, Outcome]:
    """Return the outcomes of the other engines, and of the standard, that differ from *outcome*.

    Requests with unsafe methods are not sent again; an engine that would need one is left out.
    """
    recorded.sends_unsafe = False
    others: dict[Engine | None, Outcome] = {}
    for engine in (None, *ENGINES):
        if engine == outcome.engine:
            continue
        try:
            other = outcome_of(asked, recorded, engine)
        except NotRepeated:
            continue
        if (other.refusal is None) != (outcome.refusal is None):
            others[engine] = other
    return others


def difference_behind(one: Outcome, other: Outcome) -> Difference | None:
    """Return the known difference between engines that two outcomes show; ``None`` if it has no name."""
    refusal = one.refusal or other.refusal
    step = "" if refusal is None else refusal.step
    codes = [code for beginning, code in _OF_STEPS.items() if step.startswith(beginning)]
    found = {difference.code: difference for difference in DIFFERENCES if difference.code in codes[:1]}
    return found.get(codes[0]) if codes else None
