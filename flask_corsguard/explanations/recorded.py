"""Answers that are remembered, so that one exchange is enough to compare all engines."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from flask_corsguard.testing import FetchRefused
from flask_corsguard.testing.differences import DIFFERENCES, ENGINES, Difference, Quirks
from flask_corsguard.testing.requests import SAFE_METHODS
from flask_corsguard.testing.transport import HEADERS, RawAnswer, call

from .asked import Asked, Outcome, outcome_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from flask_corsguard.testing import Engine


class NotRepeated(Exception):  # noqa: N818 - the name is the reason why there is no outcome
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


class Other(NamedTuple):
    """The outcome of another engine, or of the standard."""

    outcome: Outcome
    #: The known difference that is behind it; ``None`` if it is not one alone.
    difference: Difference | None

    @property
    def refusal(self) -> FetchRefused | None:
        """Why that engine refuses; ``None`` if it does not."""
        return self.outcome.refusal


def other_verdicts(asked: Asked, outcome: Outcome, recorded: Recorded) -> dict[Engine | None, Other]:
    """Return the outcomes of the other engines, and of the standard, whose verdict is another one.

    Requests with unsafe methods are not sent again; an engine that would need one is left out.
    """
    recorded.sends_unsafe = False
    others: dict[Engine | None, Other] = {}
    for engine in (None, *ENGINES):
        other = None if engine == outcome.engine else _outcome_of(asked, recorded, Quirks(engine))
        if other is not None and _passes(other) != _passes(outcome):
            found = _difference(asked, recorded, engine) or _difference(asked, recorded, outcome.engine)
            others[engine] = Other(other, found)
    return others


def _passes(outcome: Outcome) -> bool:
    return outcome.refusal is None


def _difference(asked: Asked, recorded: Recorded, engine: Engine | None) -> Difference | None:
    """Return the difference without which *engine* would have another verdict."""
    own = _outcome_of(asked, recorded, Quirks(engine))
    for difference in DIFFERENCES:
        if engine not in difference.deviating or own is None:
            continue
        without = _outcome_of(asked, recorded, QuirksBut(engine, difference.code))
        if without is not None and _passes(without) != _passes(own):
            return difference
    return None


class QuirksBut(Quirks):
    """The differences of one engine but one.

    :param code: the code of the difference that is left out.
    """

    def __init__(self, engine: Engine | None, code: str) -> None:
        super().__init__(engine)
        self._code = code

    def has(self, code: str) -> bool:
        """Whether this engine deviates from the standard in the difference called *code*."""
        return code != self._code and super().has(code)


def _outcome_of(asked: Asked, recorded: Recorded, quirks: Quirks) -> Outcome | None:
    try:
        return outcome_of(asked, recorded, quirks.engine, quirks)
    except NotRepeated:
        return None
