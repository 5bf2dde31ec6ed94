"""What runs here needs real engines."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge.engines import report

HERE = Path(__file__).parent
_PROPERTY = "row of the table of engines"
_ROWS: list[report.Row] = []


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Mark what is below here, before tests are chosen by their marks."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker("edge")


@pytest.fixture
def record(record_property):
    """Take a row of the table; it reaches the process that prints it with the report of the test."""
    return lambda row: record_property(_PROPERTY, list(row))


def pytest_runtest_logreport(report: pytest.TestReport):
    """Collect the rows."""
    from edge.engines.report import Row

    if report.when == "call":
        _ROWS.extend(Row(*value) for name, value in report.user_properties if name == _PROPERTY)


def pytest_terminal_summary(terminalreporter, config):
    """Print the table, and write it into the documentation if that is wanted and all engines are in it."""
    rows = sorted(set(_ROWS))
    if not rows:
        return
    terminalreporter.section("engines in front")
    for line in report.printed(rows):
        terminalreporter.write_line(line)
    if config.option.write_docs and not report.missing(rows):
        report.write(rows)
