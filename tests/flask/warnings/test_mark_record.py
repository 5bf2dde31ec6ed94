"""The record of what was marked, and where."""

from __future__ import annotations

import gc

import pytest

from flask_corsguard import SAME_ORIGIN, cors
from flask_corsguard.flask.warnings.mark_record import (
    place_of_decorator,
    put_marks,
    record_mark,
    record_of,
)
from flask_corsguard.flask.warnings.reach import MAX_OBJECTS, reach_of
from flask_corsguard.flask.warnings.warning import Place
from harness import PYPY


def view():
    """Be marked."""


HERE = Place(__file__, 1, __name__, {})


def test_a_mark_is_recorded_with_its_place_and_how_often_it_was_put():
    """Once with each equal policy."""
    for _ in range(3):
        record_mark(view, HERE)

    record = record_of(view)
    assert (record.target(), str(record.place), record.times) == (view, f"{__file__}:1", 3)
    assert list(put_marks()) == [(view, record)]


def test_what_is_gone_is_forgotten():
    """Nothing stays alive because it has a record."""

    def gone():
        """Be collected."""

    record_mark(gone, HERE)
    assert len(list(put_marks())) == 1

    del gone
    gc.collect()

    assert list(put_marks()) == []


def test_a_record_of_what_took_the_place_of_something_gone_stays():
    """The callback of the one before comes late, as it may where garbage is collected."""
    record_mark(view, HERE)
    record = record_of(view)
    later = type(record)(record.target, HERE)

    record.target.__callback__("another reference")

    assert record_of(view) == later


def test_what_was_not_marked_has_no_record():
    """Neither has an object that cannot be stored in a table."""
    assert record_of(view) is None
    assert place_of_decorator([]) is None
    assert place_of_decorator(view) is None


@pytest.mark.skipif(PYPY, reason="there every object takes references")
def test_an_object_that_takes_no_reference_is_marked_without_a_record():
    """It is found where it is shown."""

    class Slots:
        __slots__ = ("__corsguard_policy__",)

        def __call__(self):
            """Be a view."""

    cors(SAME_ORIGIN)(Slots())

    assert list(put_marks()) == []


def test_the_contents_of_an_object_are_searched_within_a_bound():
    """A chain of many wrappers is not followed to its end."""

    class Wrapper:
        def __init__(self, view):
            self.view = view

        def __call__(self):
            return self.view()

    chain = Wrapper(print)
    for _ in range(MAX_OBJECTS):
        chain = Wrapper(chain)

    assert len(list(reach_of(chain))) == MAX_OBJECTS
