"""The demo's fourth story: the bank takes on a new partner while it runs."""

from __future__ import annotations

import io
import shutil
from itertools import count, repeat
from types import SimpleNamespace

import pytest

from examples.bank import newcomer
from examples.bank.branch import create_branch, source_at
from examples.bank.newcomer import NEWCOMER, RedisMissingError, Step, in_file, in_redis, tell
from examples.bank.report import Report
from flask_corsguard.live import LiveOrigins
from flask_corsguard.live.redis import RedisSet
from flask_corsguard.testing import Browser, assert_can_fetch, assert_cannot_fetch


@pytest.mark.slow
def test_two_processes_allow_a_newcomer_and_refuse_it_again(tmp_path):
    """Each change is in force in both within a second, and the report shows it."""
    written = io.StringIO()
    steps = list(tell(in_file(tmp_path)))
    assert Report(written).newcomer("a file", steps)

    assert [step.reads for step in steps] == [(False, False), (True, True), (False, False)]
    assert written.getvalue().count("the page reads the answer") == 2
    assert "NOT SO" not in written.getvalue()


def test_a_change_that_comes_late_is_marked():
    """And one that does not come."""
    written = io.StringIO()
    steps = [Step("late", (True, True), 1.5, "it took longer than 1.0 s")]
    assert not Report(written).newcomer("a file", steps)
    assert "NOT SO    it took longer than 1.0 s" in written.getvalue()


@pytest.mark.parametrize(("late", "problem"), [(0, "it is not so in every process"), (15, "longer than 0 s")])
def test_a_step_reports_what_is_wrong_with_it(monkeypatch, late, problem):
    """That a process has not received it, or that it took too long."""
    monkeypatch.setattr(newcomer, "_LATE", late)
    monkeypatch.setattr(newcomer, "SOON", 0)
    answers = repeat(False) if late == 0 else iter([False, True])
    monkeypatch.setattr(newcomer, "_reads", lambda *_: next(answers))

    step = newcomer._step("title", None, (None,), reads=True)
    assert problem in step.problem


def test_a_look_that_a_busy_machine_delays_makes_no_change_late(monkeypatch):
    """What is looked for was delayed, too; the seconds are shown as they were."""
    clock = count(step=5)
    slow = SimpleNamespace(monotonic=lambda: next(clock), sleep=lambda _: None)
    monkeypatch.setattr(newcomer, "time", slow)
    answers = iter([False, True])
    monkeypatch.setattr(newcomer, "_reads", lambda *_: next(answers))

    step = newcomer._step("title", None, (None,), reads=True)
    assert (step.seconds, step.problem) == (10, "")


def test_a_branch_allows_listed_origins(tmp_path):
    """And nobody else."""
    partners = in_file(tmp_path)
    live = LiveOrigins(source_at(partners.place), clock=lambda: 0.0)
    page = Browser(create_branch(live)).open(NEWCOMER)
    live.refresh()
    assert_cannot_fetch(page, "http://branch-1.demo.localhost/conditions")
    partners.take_on()
    live.refresh()
    assert_can_fetch(page, "http://branch-1.demo.localhost/conditions")


def test_the_url_of_a_redis_is_a_set_there():
    """Anything else is a file."""
    assert isinstance(source_at("redis://127.0.0.1:1/0"), RedisSet)


def test_a_redis_that_is_not_installed_is_asked_for(monkeypatch):
    """By the name of its package."""
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(RedisMissingError, match="install Debian's package redis-server"), in_redis():
        pass


@pytest.mark.interop
def test_the_story_is_the_same_with_redis():
    """Each change is in force in both processes within a second."""
    with in_redis() as partners:
        steps = list(tell(partners))

    assert [step.problem for step in steps] == [""] * 3
