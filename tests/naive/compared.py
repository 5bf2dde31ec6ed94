"""The library asked the twins' questions, in a form that compares."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from hypothesis import settings

from flask_corsguard import CorsMiddleware, Decision, Policy, decide
from flask_corsguard.core.guard import judge

from . import headers, layer
from .headers import Answer, Header
from .layer import Outcome

if TYPE_CHECKING:
    from flask_corsguard import Request

#: A random example costs a hundred times a listed one, so there are more of those.
RANDOM = settings(max_examples=settings.default.max_examples // 5)
FEWER = settings(max_examples=settings.default.max_examples // 10)

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


class Layer:
    """The library's layer around an application, and everything that comes out of it."""

    def __init__(self, policy: object, theirs: Iterable[Header] = (), wrap=lambda app: app) -> None:
        self.application = Application(theirs)
        self.told: list[tuple[Mapping[str, object], Decision]] = []
        self.middleware = CorsMiddleware(
            wrap(self.application), policy, on_refusal=lambda *args: self.told.append(args)
        )

    def answer(self, environ: Mapping[str, object], records: list[str]) -> Outcome:
        """Give what comes out for a request; nobody's objects are changed, unless by what is wrapped."""
        theirs, calls, given = list(self.application.theirs), self.application.calls, dict(environ)
        started: list[tuple[object, ...]] = []
        self.told.clear()
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
        called = self.application.calls - calls
        assert called <= 1
        if called:
            assert body is self.application.body
        elif status != "204 No Content":
            sent = without_text(sent, b"".join(body), environ["REQUEST_METHOD"])
        reasons = [decision.reason for _, decision in self.told]
        return Outcome(status, sent, bool(called), reasons, sorted(records))


def without_text(sent: list[Header], body: bytes, method: object) -> list[Header]:
    """Leave out the two headers that describe the text of the layer's own answer, which are true."""
    described = dict(sent)
    assert described["Content-Type"] == "text/plain; charset=utf-8"
    if method == "HEAD":
        assert body == b""
    else:
        assert described["Content-Length"] == str(len(body))
    return [header for header in sent if not header[0].startswith("Content-")]


@contextmanager
def records_of_levels(least: int = logging.INFO) -> Iterator[list[str]]:
    """Have the library log what has at least that level; give a list to which the level of each is added."""
    levels: list[str] = []

    class Handler(logging.Handler):
        def emit(self, record):
            record.getMessage()
            levels.append(record.levelname)

    logger, handler = logging.getLogger("flask_corsguard"), Handler()
    before = logger.level, logger.propagate
    logger.addHandler(handler)
    logger.setLevel(least)
    logger.propagate = False
    try:
        yield levels
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before[0])
        logger.propagate = before[1]


def assert_same(said: Decision, twin: Answer, policy: Policy, request: Request) -> None:
    """Assert that the library and the twin say the same, of whom they were asked by whom."""
    mine = Answer(
        said.kind, said.allowed, said.reason, list(said.headers), said.status, said.detail, twin.errors
    )
    assert mine == twin
    assert (said.error is None) is (not twin.errors)
    assert type(said.error) in {type(error) for error in twin.errors or (None,)}
    assert said.request is request
    assert said.policy is policy


def assert_same_decisions(policy: Policy, request: Request) -> Answer:
    """Ask both for their decision, and for their verdict where there is one; give what was said last."""
    assert request.is_preflight is headers.is_preflight(request)
    twin = headers.decide(policy, request)
    assert_same(decide(policy, request), twin, policy, request)
    if headers.is_preflight(request):
        return twin
    verdict = headers.judge(policy, request)
    assert_same(judge(policy, request), verdict, policy, request)
    return verdict


def expected(
    policy: Policy, environ: Mapping[str, object], theirs: Iterable[Header], *, warned: bool = False
) -> Outcome:
    """Say what the twin gives where :class:`Application` answers, whose layer may have *warned* before."""
    outcome = layer.answer(policy, environ, STATUS, theirs)
    if warned and outcome.called and layer.replaced(theirs, policy):
        outcome.logged.remove("WARNING")
    return outcome
