"""Marks and applications, made in several threads at once."""

from __future__ import annotations

import gc
import sys
import threading

import pytest
from flask import Flask

from cases import A
from flask_corsguard import CorsGuard, cors
from flask_corsguard.flask.marks import Living

#: Enough for the threads to meet, most of the time.
TIMES = 100


@pytest.fixture(autouse=True)
def _switch_often():
    """Make the interpreter change threads as often as it can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def run_together(*functions):
    """Call each of *functions* many times, in a thread of its own; return what they raise."""
    raised = []

    def repeat(function):
        try:
            for _ in range(TIMES):
                function()
        except Exception as error:  # noqa: BLE001 - whatever it is, the test fails
            raised.append(error)

    threads = [threading.Thread(target=repeat, args=[function]) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def test_views_are_marked_while_other_threads_build_applications():
    """Neither of the two fails, whichever comes first."""
    kept = []

    def build():
        # Without a rule for static files, which Werkzeug compiles: in CPython 3.11 two threads that compile
        # at once may get a SystemError (https://github.com/python/cpython/issues/106905).
        kept.append(CorsGuard(Flask("one", static_folder=None)))

    raised = run_together(
        lambda: cors(origins=[A])(lambda: "x"), lambda: cors(origins=[A])(lambda: "x"), build, build
    )

    assert raised == []


class Member:
    """Something that can be referred to weakly."""


def test_what_is_living_is_read_while_another_thread_adds_to_it():
    """A reader gets what was there at one moment."""
    living, kept = Living(), [Member() for _ in range(20_000)]
    for member in kept:
        living.add(member)

    def add():
        more = [Member() for _ in range(100)]
        kept.extend(more)
        for member in more:
            living.add(member)

    raised = run_together(add, lambda: len(list(living)) >= 20_000 or 1 / 0)

    assert raised == []


def test_what_lives_no_more_is_not_there():
    """A member does not stay alive because it is a member."""
    living, member = Living(), Member()
    living.add(member)
    assert list(living) == [member]

    del member
    # PyPy finds out when it collects.
    gc.collect()

    assert list(living) == []
