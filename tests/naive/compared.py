"""The library beside its naive twins: what comes out of both, in a form that can be compared."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from hypothesis import settings

from flask_corsguard import CorsMiddleware, Decision, Policy, Reason, decide
from flask_corsguard.core.guard import judge
from flask_corsguard.wsgi import log

from . import headers, layer
from .headers import Answer, Header
from .layer import Outcome

if TYPE_CHECKING:
    from flask_corsguard import Request

#: A random example costs a hundred times a listed one, so there are more of those.
RANDOM = settings(max_examples=settings.default.max_examples // 5)
FEWER = settings(max_examples=settings.default.max_examples // 10)

#: Combinations of a table that are compared under each policy: fewer between two edits.
LISTED = min(500, settings.default.max_examples // 2)

STATUS = "299 As The Application Says"


class Application:
    """A WSGI application that answers with the same object every time."""

    def __init__(self, theirs: Iterable[Header] = ()) -> None:
        self.theirs = theirs
        self.calls = 0
        self.body = [b"body"]

    def __call__(self, environ, start_response):
        self.calls += 1
        start_response(STATUS, self.theirs)
        return self.body


class Listeners(NamedTuple):
    """Who is notified of a refusal: the shortcuts of the layer depend on it, and no answer may."""

    on_refusal: bool
    #: The least level that is logged.
    level: int

    def heard(self, outcome: Outcome) -> Outcome:
        """Return *outcome* without the notifications that nobody receives."""
        return outcome._replace(
            notified=outcome.notified if self.on_refusal else [],
            logged=[each for each in outcome.logged if logging.getLevelName(each) >= self.level],
        )


ALL = Listeners(on_refusal=True, level=logging.INFO)
OFF = logging.CRITICAL + 1
#: Each alone, both, and none.
LISTENERS = [
    ALL,
    Listeners(on_refusal=False, level=logging.INFO),
    Listeners(on_refusal=True, level=OFF),
    Listeners(on_refusal=False, level=OFF),
]


class Layer:
    """The library's layer around an application, and everything that comes out of it."""

    def __init__(
        self,
        policy: object,
        theirs: Iterable[Header] = (),
        wrap=lambda app: app,
        listeners: Listeners = ALL,
    ) -> None:
        self.application = Application(theirs)
        self.notified: list[Reason] = []
        self.middleware = CorsMiddleware(
            wrap(self.application), policy, on_refusal=self._note if listeners.on_refusal else None
        )

    def _note(self, environ: Mapping[str, object], decision: Decision) -> None:
        self.notified.append(decision.reason)

    def answer(self, environ: Mapping[str, object], records: list[str]) -> Outcome:
        """Return what comes out for a request; no object of a caller changes, unless by what is wrapped."""
        theirs, calls, given = list(self.application.theirs), self.application.calls, dict(environ)
        started: list[tuple[object, ...]] = []
        self.notified.clear()
        records.clear()

        body = self.middleware(given, lambda *args: started.append(args))

        assert given == environ or self.middleware.app is not self.application
        assert list(self.application.theirs) == theirs
        ((status, sent),) = started
        assert type(sent) is list
        assert sent is not self.application.theirs
        kept, sent = sent, list(sent)
        # What an outer layer does to its list may not be seen by a later request.
        kept[:] = [("X-Poison", "1")]
        called, text = self.application.calls - calls, ""
        assert called <= 1
        if called:
            assert body is self.application.body
        elif status == "204 No Content":
            assert body == []
        else:
            whole = b"".join(body)
            sent = without_text(sent, whole, environ["REQUEST_METHOD"])
            text = begin_of(whole)
        return Outcome(status, sent, bool(called), text, list(self.notified), sorted(records))


def begin_of(body: bytes) -> str:
    """Return the text of an answer of the layer's own up to the first colon; it is one line."""
    text = body.decode()
    assert text.count("\n") == text.endswith("\n")
    return text.partition(":")[0]


def without_text(sent: list[Header], body: bytes, method: object) -> list[Header]:
    """Return *sent* without the two headers that describe *body*, which are true."""
    described = dict(sent)
    assert described["Content-Type"] == "text/plain; charset=utf-8"
    if method == "HEAD":
        assert body == b""
    else:
        assert described["Content-Length"] == str(len(body))
    return [header for header in sent if not header[0].startswith("Content-")]


@contextmanager
def records_of_levels(least: int = logging.INFO) -> Iterator[list[str]]:
    """Have the library log records of at least that level; yield the list of their levels as it grows."""
    levels: list[str] = []

    class Handler(logging.Handler):
        def emit(self, record):
            record.getMessage()
            levels.append(record.levelname)

    logger, handler = logging.getLogger("flask_corsguard"), Handler()
    before = logger.level, logger.propagate
    # The twin remembers nothing, so whatever a callable raises is logged each time.
    pause, log.FAILED_CHECK_PAUSE = log.FAILED_CHECK_PAUSE, -1.0
    logger.addHandler(handler)
    logger.setLevel(least)
    logger.propagate = False
    try:
        yield levels
    finally:
        log.FAILED_CHECK_PAUSE = pause
        logger.removeHandler(handler)
        logger.setLevel(before[0])
        logger.propagate = before[1]


def assert_same(said: Decision, twin: Answer, policy: Policy, request: Request) -> None:
    """Assert that the library and the twin give the same answer, for the same policy and request."""
    mine = Answer(
        said.kind, said.allowed, said.reason, list(said.headers), said.status, said.detail, twin.errors
    )
    assert mine == twin
    assert (said.error is None) is (not twin.errors)
    assert type(said.error) in {type(error) for error in twin.errors or (None,)}
    assert said.request is request
    assert said.policy is policy


def assert_same_decisions(policy: Policy, request: Request) -> Answer:
    """Ask both for their decision, and for their verdict if there is one; return the last answer."""
    assert request.is_preflight is headers.is_preflight(request)
    twin = headers.decide(policy, request)
    assert_same(decide(policy, request), twin, policy, request)
    if headers.is_preflight(request):
        return twin
    verdict = headers.judge(policy, request)
    assert_same(judge(policy, request), verdict, policy, request)
    return verdict


def expected(
    policy: Policy | layer.Found, environ: Mapping[str, object], theirs: Iterable[Header] = ()
) -> Outcome:
    """Return what the twin does around an :class:`Application`."""
    return layer.answer(policy, environ, STATUS, theirs)


def assert_same_answers(
    policy: Policy,
    environs: Iterable[Mapping[str, object]],
    theirs: Iterable[Header] = (),
    listeners: Iterable[Listeners] = tuple(LISTENERS),
) -> list[Outcome]:
    """Assert that the layer does what the twin does, for each kind of *listeners*; return what the twin does.

    One layer gets all requests of a kind, so what it remembers of one would show in the next.
    """
    asked = [(environ, expected(policy, environ, theirs)) for environ in environs]
    for each in listeners:
        library, warned = Layer(policy, theirs, listeners=each), False
        with records_of_levels(each.level) as records:
            for environ, outcome in asked:
                replaces = outcome.called and bool(layer.replaced(theirs, policy))
                if replaces and warned:
                    # The warning about headers that the policy replaces is given once.
                    rest = list(outcome.logged)
                    rest.remove("WARNING")
                    wanted = outcome._replace(logged=rest)
                else:
                    wanted = outcome
                warned = warned or replaces
                assert library.answer(environ, records) == each.heard(wanted), (each, environ)
    return [outcome for _, outcome in asked]
