"""The thread that asks, its bell, and what becomes of both in other processes."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
import time
from types import SimpleNamespace

import pytest

from flask_corsguard import Policy
from flask_corsguard.live import LiveOrigins, native, refresher
from flask_corsguard.live.native import Bell
from flask_corsguard.live.refresher import MAX_STUCK, Refresher
from flask_corsguard.testing import OriginSource
from live.asking import PATIENCE, A, B, allows, eventually, stop_clock


class Turns:
    """Counts its turns, and wants them again after so many seconds."""

    def __init__(self, seconds=1000.0, wait=None):
        self.count = self.forks = 0
        self.seconds = seconds
        self.refresher = Refresher(self.turn, self.fork, wait)

    def turn(self):
        """Take a turn."""
        self.count += 1
        return self.seconds

    def fork(self):
        """Note a fork."""
        self.forks += 1


def run(turns, token=None):
    """Run the loop of the thread in this one."""
    token = turns.refresher._running = token or object()
    turns.refresher.run(turns.refresher._bell, token)


def test_the_thread_starts_once_and_by_first_use():
    """The first use starts it, and every later use costs a comparison."""
    turns = Turns()
    assert turns.count == 0
    for _ in range(100):
        turns.refresher.ensure()
    eventually(lambda: turns.count == 1)
    time.sleep(0.05)
    assert turns.count == 1


def test_the_bell_brings_the_next_turn_about():
    """Whatever the time is that is left."""
    turns = Turns()
    turns.refresher.ensure()
    eventually(lambda: turns.count == 1)
    turns.refresher.wake()
    eventually(lambda: turns.count == 2)


def test_the_thread_ends_when_its_object_is_gone():
    """It has no lasting reference to it."""
    turns = Turns(seconds=0.01)
    kept = turns.refresher
    kept.ensure()
    eventually(lambda: kept._turn().__self__.count > 1)
    del turns
    gc.collect()
    eventually(lambda: kept._process == 0)


def test_the_loop_ends_when_its_object_is_gone():
    """And reports that no thread runs."""
    turns = Turns()
    kept, kept._running = turns.refresher, "token"
    kept._process = os.getpid()
    bell = kept._bell
    del turns
    gc.collect()
    kept.run(bell, "token")

    assert kept._process == 0


def test_the_loop_takes_turns_and_waits_by_the_source():
    """A source that has no news but an error is waited for by the bell."""
    waits = []

    def wait(seconds, bell):
        waits.append(seconds)
        if len(waits) == 1:
            bell.ring()
            raise OSError("no news")
        turns.refresher._running = None

    turns = Turns(seconds=1000, wait=wait)
    turns.refresher.stuck = 1
    run(turns)

    assert turns.count == 2
    # It has rested, for as long as the turn has taken.
    assert 1000 - refresher.MOST_REST <= waits[0] <= 1000 - refresher.LEAST_REST
    # Another thread has taken over, so this one was one that hangs.
    assert turns.refresher.stuck == 0


def test_a_turn_during_which_another_thread_takes_over_is_the_last():
    """Two threads never ask."""
    turns = Turns()
    turns.refresher.stuck = 1
    turns.turn = None
    original = Turns.turn

    class Replaced(Turns):
        def turn(self):
            self.refresher._running = None
            return original(self)

    replaced = Replaced()
    replaced.refresher.stuck = 1
    run(replaced)
    assert (replaced.count, replaced.refresher.stuck) == (1, 0)


def test_a_bell_that_rang_during_a_turn_is_not_waited_for():
    """Nor does the source wait for news then."""
    waits = []

    class Once(Turns):
        def turn(self):
            if self.count:
                self.refresher._running = None
                self.refresher.stuck = 1
            self.refresher.wake()
            self.refresher.wake()
            return super().turn()

    once = Once(wait=lambda *_: waits.append(1))
    run(once)
    assert once.count == 2
    assert waits == []


def test_news_does_not_take_the_processor():
    """A source that has news all the time is asked twenty times a second at most."""
    turns = Turns(wait=lambda *_: None)
    began = time.monotonic()
    turns.refresher.ensure()
    eventually(lambda: turns.count >= 5)
    assert time.monotonic() - began > 4 * refresher.LEAST_REST


def test_a_thread_that_cannot_be_started_is_logged_once_and_tried_again(monkeypatch, caplog):
    """A look-up does not raise: nobody is allowed."""

    def refuse(_run):
        raise RuntimeError("can't start new thread")

    turns = Turns()
    with monkeypatch.context() as patched:
        patched.setattr(refresher, "start_thread", refuse)
        for _ in range(3):
            turns.refresher.ensure()
    assert caplog.text.count("can't start new thread") == 1

    turns.refresher.ensure()
    eventually(lambda: turns.count == 1)


def test_a_request_that_comes_while_the_thread_is_started_goes_on():
    """A request does not wait for another one."""
    turns = Turns()
    turns.refresher._starting.acquire()
    turns.refresher.ensure()
    assert turns.refresher._process == 0


@pytest.mark.parametrize(
    ("options", "is_told"),
    [
        ({}, True),
        ({b"master": True}, True),
        ({"enable-threads": True}, False),
        ({b"enable-threads": b"true"}, False),
        ({"threads": "4"}, False),
    ],
)
def test_a_uwsgi_without_threads_is_warned_of(options, is_told, monkeypatch, caplog):
    """There the thread would never run, and nobody would know why nobody is allowed."""
    monkeypatch.setitem(sys.modules, "uwsgi", SimpleNamespace(opt=options))
    Turns().refresher.ensure()

    assert ("Set enable-threads = true" in caplog.text) == is_told


def test_where_gevent_has_patched_the_threads_are_those_of_the_system(monkeypatch):
    """A driver that waits in C would block every greenlet."""
    import _thread

    asked, here = [], threading.get_ident()

    def get_original(*name):
        # The refresher of another test may ask, too.
        if threading.get_ident() == here:
            asked.append(name)
        return getattr(_thread, name[1])

    patch = SimpleNamespace(get_original=get_original)
    monkeypatch.setitem(sys.modules, "gevent.monkey", patch)
    done = threading.Event()
    native.start_thread(done.set)

    assert done.wait(PATIENCE)
    assert not native.new_lock().locked()
    assert asked == [("_thread", "start_new_thread"), ("_thread", "allocate_lock")]


def test_the_thread_gets_no_signal():
    """A server in C would handle it there, and could not end."""
    masks = []
    done = threading.Event()

    def run():
        masks.append(signal.pthread_sigmask(signal.SIG_BLOCK, []))
        done.set()

    before = signal.pthread_sigmask(signal.SIG_BLOCK, [])
    native.start_thread(run)
    assert done.wait(PATIENCE)
    assert {signal.SIGTERM, signal.SIGINT, signal.SIGHUP} <= masks[0]
    assert signal.pthread_sigmask(signal.SIG_BLOCK, []) == before


def test_a_system_without_masks_of_signals_has_threads(monkeypatch):
    """As Windows."""
    done = threading.Event()
    monkeypatch.delattr(signal, "pthread_sigmask")
    native.start_thread(done.set)
    assert done.wait(PATIENCE)


def test_what_was_loaded_without_a_thread_is_looked_after_by_the_first_request():
    """The server may have forked since, without telling Python."""
    tenants = LiveOrigins(lambda: [A], ttl=1000, grace=3000)
    policy = Policy(origins=[tenants])
    tenants.refresh()
    assert not tenants._questions._refresher.runs

    assert allows(policy, A)
    assert tenants._questions._refresher.runs


def test_a_bell_rings_once():
    """Two rings before anybody waits are one."""
    bell = Bell()
    assert not bell.is_set()
    assert not bell.wait(0)
    bell.ring()
    bell.ring()
    assert bell.is_set()
    assert bell.wait(1000)
    assert not bell.wait(-1)


def test_a_child_process_starts_its_own_thread_if_the_parent_has_used_it():
    """No thread of the parent runs in it."""
    turns = Turns()
    turns.refresher.ensure()
    eventually(lambda: turns.count == 1)
    turns.refresher.after_fork()
    assert (turns.forks, turns.count) == (1, 1)

    turns.refresher.is_used = True
    turns.refresher.after_fork()
    eventually(lambda: turns.count == 2)


def test_a_child_process_has_nothing_to_do_for_what_is_gone():
    """Its refresher may still be there."""
    turns = Turns()
    kept = turns.refresher
    kept.is_used = True
    del turns
    gc.collect()
    kept.after_fork()
    assert kept._process == 0


def test_after_a_fork_every_refresher_is_reset(monkeypatch):
    """One that fails does not stop the others."""
    first, second = Turns(), Turns()
    monkeypatch.setattr(refresher, "_ALL", [SimpleNamespace(after_fork=lambda: 1 / 0), second.refresher])
    refresher._after_fork()
    assert (first.forks, second.forks) == (0, 1)


def test_a_question_that_hangs_is_abandoned_after_grace(caplog):
    """Another thread asks instead, and what the first one brings later is too old to count."""
    hang, answers = threading.Event(), [[A]]

    def load():
        answer = answers[0]
        if answer == "hang":
            answers[0] = [B]
            assert hang.wait(PATIENCE)
            return [A]
        return answer

    tenants = LiveOrigins(load, ttl=0.1, grace=60)
    clock = stop_clock(tenants)
    policy = Policy(origins=[tenants])
    eventually(lambda: allows(policy, A))
    answers[0] = "hang"
    eventually(lambda: answers[0] == [B])
    assert allows(policy, A)
    clock.now += 61
    assert not allows(policy, A)
    eventually(lambda: allows(policy, B))
    assert "has not answered for 60 s; it allows nobody" in caplog.text
    assert tenants._questions._refresher.stuck == 1
    hang.set()
    eventually(lambda: tenants._questions._refresher.stuck == 0)
    assert allows(policy, B)
    assert not allows(policy, A)
    eventually(lambda: "answers again" in caplog.text)


def test_no_more_than_a_few_threads_hang():
    """Each waits twice as long as the one before, and there is a last one."""
    turns = Turns()
    prepared = []
    turns.refresher.replace(lambda: prepared.append(1))
    assert prepared == []

    turns.refresher.ensure()
    turns.refresher.stuck = MAX_STUCK
    turns.refresher.replace(lambda: prepared.append(1))
    assert prepared == []


def test_a_late_answer_does_not_replace_a_newer_one():
    """It was asked for before."""
    source = OriginSource([A])
    tenants = LiveOrigins(source, clock=source.clock)
    policy = Policy(origins=[tenants])
    tenants.refresh()
    assert not tenants._succeed(source.clock() - 1, frozenset([B]), 7, 1)
    assert allows(policy, A)


def test_a_fork_amid_a_change_doubts_all_rows():
    """What the parent's thread had done of it is not known, so all is read again."""
    source = OriginSource([A, "https://*.b.example"])
    tenants = LiveOrigins(source, clock=source.clock)
    policy = Policy(origins=[tenants])
    tenants.refresh()
    tenants._after_fork()
    tenants.refresh()
    assert source.loads == 1

    tenants._publishing.acquire()
    tenants._after_fork()
    assert allows(policy, A)
    source._origins = ()
    tenants.refresh()
    assert source.loads == 2
    assert not allows(policy, A)
    assert not allows(policy, "https://x.b.example")


def test_rows_that_cannot_be_compared_are_an_outage():
    """Their type may have a mistake."""

    class Odd:
        def __eq__(self, _):
            raise ValueError("odd")

        def __hash__(self):
            return hash(A)

    rows = [A]
    tenants = LiveOrigins(lambda: rows, clock=lambda: 0.0)
    policy = Policy(origins=[tenants])
    tenants.refresh()
    rows[:] = [Odd()]
    assert not tenants.refresh()
    assert allows(policy, A)
