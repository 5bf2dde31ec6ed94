"""The text of an exception in the log."""

from __future__ import annotations

import logging
import sys

import pytest

from flask_corsguard.wsgi.traceback_text import MAX_ERROR_LENGTH, MAX_ERRORS, escape_exception


class SeveralError(Exception):
    """Contains others, as the groups of Python 3.11 do."""

    def __init__(self, text, *exceptions):
        super().__init__(text)
        self.exceptions = exceptions


def text_of(error, **attributes):
    """Return the text that the log has of *error*."""
    record = logging.LogRecord("x", logging.ERROR, __file__, 1, "x", (), (type(error), error, None))
    vars(record).update(attributes)
    assert escape_exception(record) is True
    return record.exc_text


def raised_from(error, cause=None, context=None):
    """Return *error* with what it was raised from, and what was handled meanwhile."""
    error.__cause__, error.__context__ = cause, context
    error.__suppress_context__ = cause is not None
    return error


GROUP = "The group above contains this exception:"
CAUSE = "The exception above was raised from this one:"
CONTEXT = "The exception above was raised while this one was handled:"
SAME = ValueError("same")


@pytest.mark.parametrize(
    ("error", "lines"),
    [
        (ValueError("a"), ["ValueError: a"]),
        (ValueError("a\nb\u2603"), [r"ValueError: a\nb\u2603"]),
        (raised_from(ValueError("a"), KeyError("b")), ["ValueError: a", CAUSE, "KeyError: 'b'"]),
        (raised_from(ValueError("a"), None, OSError("c")), ["ValueError: a", CONTEXT, "OSError: c"]),
        (
            raised_from(ValueError("a"), OSError("b"), OSError("c")),
            ["ValueError: a", CAUSE, "OSError: b"],
        ),
        (
            SeveralError("all", SAME, SAME, OSError("other")),
            [f"{__name__}.SeveralError: all", GROUP, "ValueError: same", GROUP, "OSError: other"],
        ),
        (
            raised_from(SeveralError("all", OSError("member")), OSError("cause")),
            [f"{__name__}.SeveralError: all", CAUSE, "OSError: cause", GROUP, "OSError: member"],
        ),
    ],
)
def test_the_text_of_an_exception_is_that_of_all_it_comes_from(error, lines):
    """In the order in which a traceback would have them, each once and in one line of ASCII."""
    assert text_of(error).split("\n") == lines


def test_a_circle_of_exceptions_is_written_once():
    """Nothing else would end."""
    one, other = ValueError("one"), ValueError("other")
    one.__cause__, other.__cause__ = other, one

    assert text_of(one).split("\n") == ["ValueError: one", CAUSE, "ValueError: other"]


def test_a_long_chain_is_cut():
    """The first ones tell."""
    many = SeveralError("all", *(ValueError(str(number)) for number in range(MAX_ERRORS + 5)))

    assert text_of(many).count("ValueError") == MAX_ERRORS - 1


@pytest.mark.parametrize("beyond", [-1, 0, 1, 1000])
def test_a_long_text_is_cut(beyond):
    """At the bound itself it is whole."""
    error = ValueError("x" * (MAX_ERROR_LENGTH + beyond - len("ValueError: ")))
    whole = f"ValueError: {error}"

    assert text_of(error) == (whole if beyond <= 0 else f"{whole[:MAX_ERROR_LENGTH]}...")


def test_the_frames_of_an_exception_that_was_raised_come_first():
    """As in a traceback."""
    try:
        raise ValueError("a")
    except ValueError as error:
        lines = text_of(error).split("\n")

    assert lines[0] == "Traceback (most recent call last):"
    assert lines[1].startswith(f'  File "{__file__}", line ')
    assert lines[2] == '    raise ValueError("a")'
    assert lines[-1] == "ValueError: a"
    assert "" not in lines


def test_a_text_that_is_there_already_stays():
    """Another handler may have made it."""
    assert text_of(ValueError("a"), exc_text="mine") == "mine"
    assert text_of(ValueError("a"), exc_info=None) is None
    assert text_of(ValueError("a"), exc_info=sys.exc_info()) is None
