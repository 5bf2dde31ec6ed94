"""A source of live origins for tests."""

from __future__ import annotations

import pytest

from flask_corsguard import Policy
from flask_corsguard.live import LiveOrigins, Source
from flask_corsguard.testing import Browser, OriginSource, assert_can_fetch, assert_cannot_fetch

ONE, TWO = "https://one.example", "https://two.example"


class Bell:
    """Notes how long it was waited for."""

    seconds = None

    def wait(self, seconds):
        """Note it."""
        self.seconds = seconds


def test_a_source_lists_what_a_test_puts_into_it():
    """Its version is another one after each change."""
    source = OriginSource([ONE])
    assert isinstance(source, Source)
    assert (source.version(), source.load()) == (0, (ONE,))

    source.set([TWO])
    assert (source.version(), source.load()) == (1, (TWO,))
    assert (source.questions, source.loads) == (2, 2)


def test_a_source_fails_until_it_recovers():
    """With the error that it is given."""
    source = OriginSource([ONE])
    source.fail()
    with pytest.raises(ConnectionError, match="the source is away"):
        source.version()
    source.fail(TimeoutError("slow"))
    with pytest.raises(TimeoutError, match="slow"):
        source.load()
    source.recover()
    assert source.load() == (ONE,)


def test_a_delay_moves_the_clock_and_takes_no_time():
    """What is returned was listed when the load began."""
    source = OriginSource([ONE])
    source.delay(3)
    before = source.clock()
    source.load()
    assert source.clock() == before + 3
    source.advance(2)
    assert source.clock() == before + 5

    source.recover()
    source.load()
    assert source.clock() == before + 5


def test_a_delay_can_be_a_real_one():
    """If the test passes the function that sleeps."""
    slept = []
    source = OriginSource(sleep=slept.append)
    source.delay(0.5)
    source.load()
    assert slept == [0.5]


def test_a_source_has_no_news_of_its_own():
    """It waits for the bell."""
    bell = Bell()
    OriginSource().wait(7, bell)
    assert bell.seconds == 7


def test_an_outage_of_an_application_can_be_tested():
    """As the documentation shows."""
    from flask import Flask

    from flask_corsguard import CorsGuard

    source = OriginSource([ONE])
    partners = LiveOrigins(source, ttl=5, grace=60, clock=source.clock)
    app = Flask(__name__)
    app.get("/rates")(lambda: {"EUR": 1})
    CorsGuard(app, Policy(origins=[partners]))
    page = Browser(app).open(ONE)

    assert_cannot_fetch(page, "https://api.example/rates")
    partners.refresh()
    assert_can_fetch(page, "https://api.example/rates")
    source.fail()
    source.advance(59)
    partners.refresh()
    assert_can_fetch(page, "https://api.example/rates")
    source.advance(1)
    assert_cannot_fetch(page, "https://api.example/rates")
