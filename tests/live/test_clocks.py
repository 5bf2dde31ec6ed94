"""The clocks of live origins: a machine that sleeps, a thread that oversleeps, what a request looks at."""

from __future__ import annotations

import sys
import time
from types import SimpleNamespace

import pytest

from flask_corsguard import Policy
from flask_corsguard.core.compiled import compiled
from flask_corsguard.live import LiveOrigins, clocks, view
from flask_corsguard.live.clocks import SURE, Clocks, clocks_of_the_machine
from flask_corsguard.live.questions import Questions
from flask_corsguard.testing import OriginSource
from live.asking import A, B, allows

NIGHT = 8 * 3600


def on_a_machine_that_sleeps():
    """Return a source, live origins and their policy, and the time of the clock of requests."""
    source, awake = OriginSource([A]), SimpleNamespace(time=1000.0, readings=0)
    tenants = LiveOrigins(source, ttl=5, grace=60, clock=source.clock)

    def glance():
        awake.readings += 1
        return awake.time

    tenants._questions.clocks = Clocks(source.clock, glance)
    policy = Policy(origins=[tenants])
    tenants.refresh()
    return source, tenants, policy, awake


def test_after_a_night_of_sleep_nobody_is_allowed():
    """The clock of requests has stopped, and counts for no longer than requests are sure of."""
    source, tenants, policy, awake = on_a_machine_that_sleeps()
    assert allows(policy, A)
    source.set([B])
    source.advance(NIGHT)
    assert allows(policy, A)

    awake.time += SURE
    assert not allows(policy, A)
    tenants.refresh()
    assert [allows(policy, each) for each in (A, B)] == [False, True]


def test_an_origin_that_asks_again_is_not_looked_up():
    """Not even after the moment is renewed; a change of the source has it looked up once more."""
    source, tenants, policy, awake = on_a_machine_that_sleeps()
    answer = compiled(policy).answer_to(A)
    assert compiled(policy).answer_to(A) is answer

    source.advance(1)
    tenants.refresh()
    awake.time += SURE
    assert compiled(policy).answer_to(A) is answer
    source.set([A, B])
    tenants.refresh()
    assert compiled(policy).answer_to(A) is not answer
    assert [*compiled(policy)._memory.answers] == [A]


def test_an_origin_that_is_known_when_the_moment_is_renewed_is_compared_first():
    """Then it needs no look-up; and this one never names an origin that the content does not list."""
    source, tenants, policy, awake = on_a_machine_that_sleeps()
    assert allows(policy, A)
    awake.time += SURE
    assert allows(policy, A)
    compiled(policy)._memory.answers.clear()

    assert allows(policy, A)
    assert compiled(policy)._memory.answers == {}
    source.set([B])
    tenants.refresh()
    assert [allows(policy, each) for each in (A, B)] == [False, True]


def test_a_request_that_is_sure_reads_one_clock_once():
    """Also after the source has confirmed the same origins, so that the moment is another one."""
    source, tenants, policy, awake = on_a_machine_that_sleeps()
    for _ in range(3):
        source.advance(1)
        tenants.refresh()
        awake.time += SURE
        # One request looks, and the next one takes what that one has found.
        assert [allows(policy, A), allows(policy, A)] == [True, True]

        awake.readings = 0
        assert allows(policy, A)
        assert awake.readings == 1


@pytest.mark.parametrize("awake_for", [SURE, 59])
def test_the_clock_of_requests_does_not_make_an_answer_older(awake_for):
    """The other clock measures how old an answer is."""
    source, _, policy, awake = on_a_machine_that_sleeps()
    assert allows(policy, A)
    awake.time += 1e6
    source.advance(awake_for)

    assert allows(policy, A)


def test_requests_are_sure_of_nothing_that_runs_out_before():
    """Not even for a tenth of a second."""
    source, _, policy, awake = on_a_machine_that_sleeps()
    source.advance(60 - SURE / 2)
    source.fail()
    assert allows(policy, A)
    source.advance(SURE / 2)
    awake.time += SURE / 2

    assert not allows(policy, A)


def test_a_process_that_is_stopped_between_two_looks_is_sure_for_less_long():
    """The clock that goes on is looked at last."""
    source, _, policy, awake = on_a_machine_that_sleeps()
    content = policy._origin_set.content

    def stopped():
        source.advance(5)
        awake.time += 5
        return source.clock()

    content._questions.now = stopped
    content.look(content.moment)

    assert content.moment.sure == awake.time - 5 + SURE


def test_a_moment_that_is_replaced_while_a_request_looks_has_ended():
    """The request may go by it, and no later one does."""
    source, tenants, policy, _ = on_a_machine_that_sleeps()
    content = policy._origin_set.content
    before = content.moment
    source.set([B])
    tenants.refresh()

    assert content.look(before) is before.snapshot
    assert before.sure == float("-inf")
    assert [allows(policy, each) for each in (A, B)] == [False, True]


@pytest.mark.parametrize("seconds", [0, 30, 90])
def test_in_an_outage_requests_look_no_more_often(seconds, monkeypatch):
    """Within grace and past it: a thousand requests look once, at the clock of requests alone."""
    source, tenants, policy, _ = on_a_machine_that_sleeps()
    source.fail()
    source.advance(seconds)
    tenants.refresh()
    looks, look = [], view.View.look
    monkeypatch.setattr(view.View, "look", lambda *given: looks.append(given) or look(*given))
    for _ in range(500):
        assert allows(policy, A) == (seconds < 60)
        assert not allows(policy, B)

    assert len(looks) == 1


def test_strangers_are_not_made_out_one_by_one():
    """As of a list in code: all get the same answer, and the reason is made out when somebody asks."""
    _, _, policy, _ = on_a_machine_that_sleeps()
    by_policy = compiled(policy)

    assert by_policy.answer_to(B) is by_policy.answer_to("nonsense") is by_policy._to_others


@pytest.mark.parametrize(("last", "rings"), [(None, 0), (-10, 0), (-11, 1)])
@pytest.mark.parametrize("good", [100.0, 50.0])
def test_a_thread_that_has_overslept_is_woken_by_a_request(last, rings, good):
    """Where it waits, the time does not count in which the machine slept."""
    rung = []
    questions = Questions("a source", 5, 60, Clocks(lambda: 60.0, lambda: 60.0))
    questions._refresher = SimpleNamespace(ensure=lambda: None, wake=lambda: rung.append(1), stuck=0)
    questions._last = None if last is None else 60.0 + last

    assert questions.look_after(good) == (good > 60)
    assert len(rung) == rings
    # A question that is open is not asked twice.
    questions._open = questions._last = 0.0
    questions.look_after(good)
    assert len(rung) == rings


def test_answers_grow_old_by_a_clock_that_goes_on_while_the_machine_sleeps():
    """On Linux that is the time since it has booted; requests have one that costs less."""
    now, glance = clocks_of_the_machine()

    assert glance is time.monotonic
    if sys.platform == "linux":
        assert abs(now() - time.clock_gettime(time.CLOCK_BOOTTIME)) < 60


@pytest.mark.parametrize(
    ("platform", "names", "said"),
    [
        ("linux", {"CLOCK_BOOTTIME": 7, "CLOCK_MONOTONIC": 1}, "clock 7"),
        ("darwin", {"CLOCK_BOOTTIME": 7, "CLOCK_MONOTONIC": 6}, "clock 6"),
        ("freebsd", {"CLOCK_MONOTONIC": 4}, "monotonic"),
        ("win32", {}, "monotonic"),
    ],
)
def test_each_system_has_its_own_clock_that_goes_on(platform, names, said, monkeypatch):
    """That of Windows always does."""
    monkeypatch.setattr(clocks, "sys", SimpleNamespace(platform=platform))
    asked = SimpleNamespace(**names, clock_gettime=lambda it: f"clock {it}", monotonic=lambda: "monotonic")
    monkeypatch.setattr(clocks, "time", asked)

    assert clocks_of_the_machine().now() == said


def test_a_sandbox_that_refuses_the_clock_leaves_the_other_one(monkeypatch):
    """Some know only what the first programs asked for."""

    def refuse(_):
        raise OSError("not here")

    monkeypatch.setattr(clocks.time, "clock_gettime", refuse)

    assert clocks_of_the_machine().now is time.monotonic
