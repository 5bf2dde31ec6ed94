"""How often an origin callable that raises is logged: anyone can have it asked."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from flask_corsguard import CorsMiddleware, Policy
from flask_corsguard.testing import Browser, assert_cannot_fetch
from flask_corsguard.wsgi import log
from live.asking import EVIL, A


@pytest.fixture
def clock(monkeypatch):
    """The time of the log, which a test moves."""
    clock = SimpleNamespace(seconds=1000.0)
    monkeypatch.setattr(log, "time", SimpleNamespace(monotonic=lambda: clock.seconds))
    return clock


def ok(_environ, start_response):
    """Answer anything."""
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"ok"]


def fail(_origin):
    """Raise."""
    raise LookupError("no database")


def fail_otherwise(origin):
    """Raise one thing or another."""
    raise {"a.example": KeyError, "evil.example": ValueError}[origin.host](origin.host)


def ask(check, *origins):
    """Have pages of these origins fetch what the check decides about."""
    browser = Browser(CorsMiddleware(ok, Policy(origins=[check])))
    for origin in origins:
        assert_cannot_fetch(browser.open(origin), "https://api.example/")


def test_a_callable_that_raises_is_logged_once_a_minute_with_a_count(clock, caplog):
    """300 requests are one record with a traceback, and a minute later there is another one."""
    ask(fail, *[A] * 300)
    assert [each.getMessage() for each in caplog.records] == [
        "an origin check raised for 'https://a.example'; that means no"
    ]
    assert caplog.records[0].exc_info

    clock.seconds += log.FAILED_CHECK_PAUSE
    ask(fail, EVIL)
    assert caplog.records[-1].getMessage() == (
        "an origin check raised for 'https://evil.example'; that means no; "
        "so it did 299 times more since the last line of this kind"
    )
    ask(fail, EVIL)
    assert len(caplog.records) == 2


def test_two_callables_and_two_exceptions_are_distinguished(clock, caplog):
    """What is new is logged at once."""
    ask(fail, A, A)
    ask(fail_otherwise, A, EVIL, A, EVIL)
    assert len(caplog.records) == 3


def test_what_is_remembered_of_failures_is_bounded(clock, caplog, monkeypatch):
    """A program that makes callables all the time gets more lines, and no more memory."""
    monkeypatch.setattr(log, "_MAX_FAILED_CHECKS", 2)
    for _ in range(2):
        ask(fail, A)
        ask(fail_otherwise, A, EVIL)
    assert len(log._failed_checks) <= 2
    assert len(caplog.records) > 3


def test_a_callable_that_is_written_in_c_is_logged_too(clock, caplog):
    """It has no frame."""
    ask({}.__getitem__, A, A)
    assert len(caplog.records) == 1
