"""A test for all rows of a table fails if one row does."""

from __future__ import annotations

import inspect
import re

import pytest

from rows import for_each


def checked(names, rows, test):
    """Return the error of a test for each of the rows."""
    with pytest.raises(AssertionError) as caught:
        for_each(names, rows)(test)()
    return caught.value


def test_every_row_that_fails_is_reported_and_the_first_is_the_cause():
    """No failure hides another one."""

    def is_even(number):
        """Fail for an odd number."""
        assert number % 2 == 0, "odd"

    error = checked("number", range(5), is_even)

    assert str(error).splitlines()[0] == "2 of 5 rows fail:"
    assert re.findall(r"^(\d): ", str(error), re.MULTILINE) == ["1", "3"]
    assert isinstance(error.__cause__, AssertionError)


def test_an_exception_fails_its_row_alone():
    """Rows after it are checked, too."""

    def divides(number, by):
        """Fail for a zero."""
        assert number / by

    assert str(checked("number, by", [(1, 1), (1, 0), (0, 1)], divides)).startswith("2 of 3 rows fail:")


def test_a_row_in_which_nothing_is_raised_fails():
    """``pytest.raises`` ends with an exception that is not an Exception."""

    def raises(number):
        """Raise for a zero."""
        with pytest.raises(ZeroDivisionError):
            1 / number

    assert str(checked("number", [0, 1, 0, 2], raises)).startswith("2 of 4 rows fail:")


def test_a_row_of_another_length_fails():
    """A value that no parameter takes would be compared with nothing."""

    def takes_two(first, second):
        """Take whatever comes."""

    assert "(1,)" in str(checked("first, second", [(1,)], takes_two))


def test_a_table_without_rows_is_refused():
    """It would check nothing."""
    with pytest.raises(AssertionError):
        for_each("row", [])(print)


@pytest.mark.parametrize("fixed", ["a", "b"])
@for_each("row", ["x", "y"])
def test_other_parameters_are_those_of_pytest(row, fixed, tmp_path):
    """A fixture and another parameter reach every row."""
    assert row + fixed in {"xa", "xb", "ya", "yb"}
    assert tmp_path.is_dir()


def test_what_passes_for_each_row_returns_nothing():
    """And pytest sees the parameters alone that are not of the table."""
    seen = []
    test = for_each("row", "ab")(lambda row: seen.append(row))

    test()

    assert seen == ["a", "b"]
    assert list(inspect.signature(test).parameters) == []
