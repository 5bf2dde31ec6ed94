"""The ASGI layer beside the WSGI layer: what comes out of both, in a form that can be compared."""

from __future__ import annotations

import contextlib
import io
import logging
from contextlib import contextmanager
from dataclasses import replace
from typing import NamedTuple

import flask_corsguard
from asgi_harness import Spy, finish, http_scope, run
from flask_corsguard import Decision
from flask_corsguard.asgi import CorsMiddleware
from flask_corsguard.wsgi import log
from harness import SpyApp
from naive.compared import OFF

REFUSAL_HEADERS = {"X-Frame-Options": "DENY"}


class Heard(NamedTuple):
    """Who receives refusals, on which the shortcuts of both layers depend."""

    debug: bool
    on_refusal: bool
    level: int


HEARD = [
    Heard(debug=False, on_refusal=True, level=logging.INFO),
    Heard(debug=False, on_refusal=False, level=OFF),
    Heard(debug=False, on_refusal=True, level=OFF),
    Heard(debug=True, on_refusal=False, level=OFF),
    Heard(debug=True, on_refusal=True, level=logging.INFO),
]


class Outcome(NamedTuple):
    """What comes out of a layer."""

    code: int
    headers: list[tuple[str, str]]
    body: bytes
    calls: int
    notified: list[object]
    logged: list[str]
    console: list[str]


class Records(logging.Handler):
    """Collects the lines, without the hints at a proxy, for which the layers advise different things."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record):
        self.lines.append(f"{record.levelname} {without_hint(record.getMessage())}")


def without_hint(line: str) -> str:
    """Leave out what is in parentheses, and whatever follows."""
    return line.partition(" (")[0]


def comparable(decision: Decision) -> Decision:
    """Return a decision whose exception, which is made anew each time, is compared by its text."""
    return replace(decision, error=repr(decision.error))


@contextmanager
def recorded(level):
    """Collect what is logged at a level or above."""
    logger, records = logging.getLogger("flask_corsguard"), Records()
    # What a callable raises is logged once a minute, in whichever layer.
    log._failed_checks.clear()
    before = logger.level, logger.propagate
    logger.addHandler(records)
    logger.setLevel(level)
    logger.propagate = False
    try:
        yield records.lines
    finally:
        logger.removeHandler(records)
        logger.level, logger.propagate = before


def in_wsgi(policy, environ, theirs, heard: Heard) -> Outcome:
    """Ask the WSGI layer."""
    spy, told, started, console = SpyApp("299 X", theirs), [], [], io.StringIO()
    app = flask_corsguard.CorsMiddleware(
        spy,
        policy,
        debug=heard.debug,
        on_refusal=(lambda _, decision: told.append(comparable(decision))) if heard.on_refusal else None,
        refusal_headers=REFUSAL_HEADERS,
    )
    with recorded(heard.level) as lines:
        body = b"".join(app({**environ, "wsgi.errors": console}, lambda *args: started.append(args)))
    ((status, headers),) = started
    return Outcome(
        int(status[:3]),
        sorted((name.lower(), value) for name, value in headers),
        body,
        len(spy.calls),
        told,
        lines,
        [without_hint(line) for line in console.getvalue().splitlines()],
    )


def in_asgi(policy, environ, theirs, heard: Heard) -> Outcome:
    """Ask the ASGI layer the same."""
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in theirs]
    spy, told, console = Spy(raw, 299), [], io.StringIO()
    app = CorsMiddleware(
        spy,
        policy,
        debug=heard.debug,
        on_refusal=(lambda _, decision: told.append(comparable(decision))) if heard.on_refusal else None,
        refusal_headers=REFUSAL_HEADERS,
    )
    headers = [
        (key[5:].replace("_", "-"), value) for key, value in environ.items() if key.startswith("HTTP_")
    ]
    scope = http_scope(
        environ["REQUEST_METHOD"],
        environ.get("PATH_INFO", ""),
        headers,
        scheme=environ.get("wsgi.url_scheme", "http"),
    )
    with recorded(heard.level) as lines, contextlib.redirect_stderr(console):
        result = run(app, scope, drive=finish)
    return Outcome(
        result.code,
        sorted(
            (name.decode("latin-1").lower(), value.decode("latin-1"))
            for name, value in result.start["headers"]
        ),
        result.body,
        len(spy.scopes),
        told,
        lines,
        [without_hint(line) for line in console.getvalue().splitlines()],
    )


def assert_same(policy, environ, theirs=(("Content-Type", "text/plain"),), heard=HEARD) -> Outcome:
    """Assert that the layers do the same, with any listeners."""
    for each in heard:
        wanted = in_wsgi(policy, environ, theirs, each)
        assert in_asgi(policy, environ, theirs, each) == wanted
    return wanted
