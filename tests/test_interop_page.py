"""The page on servers and frameworks has the rows of the table that `make interop` runs."""

from __future__ import annotations

import pytest

from interop import report
from interop.rows import Row
from interop.table import COLUMNS, GROUPS
from rows import for_each

ROWS = [row for rows in GROUPS.values() for row in rows]


def test_the_page_has_the_rows_of_the_table():
    """A row that was changed without running it changes nothing that is read."""
    page = report.PAGE.read_text("utf-8")

    assert report.render(report.versions_on(page)) == page


@pytest.mark.parametrize("group", GROUPS)
def test_no_two_rows_of_a_group_have_one_name(group):
    """A cell is found by its row's name."""
    names = [row.id for row in GROUPS[group]]

    assert len(set(names)) == len(names)


@for_each("row", ROWS)
def test_every_server_and_framework_that_is_named_is_in_the_table(row: Row):
    """No row speaks of a server or a framework that nobody runs."""
    known = {column.server for column in COLUMNS} | {column.app for column in COLUMNS}

    assert {*row.told, *row.races, *row.closed_by, *row.silent, *row.fooled} <= known


def test_a_cell_that_has_not_passed_is_missing():
    """The page is not written from a part of the table."""
    cells = report.missing([])

    assert len(cells) == len(ROWS) * len(COLUMNS)
    assert report.missing(cells) == set()
    assert any("✗" in line for line in report.printed([]))
