"""What runs here needs real engines."""

from __future__ import annotations

from pathlib import Path
from unittest.mock import patch

import pytest

from edge.engines import report
from edge.engines.launch import PATIENCE
from flask_corsguard.edge import wire

HERE = Path(__file__).parent
_PROPERTY = "row of a table of engines"
_ROWS: set[tuple[object, ...]] = set()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Mark what is below here, before tests are chosen by their marks."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker("edge")


@pytest.fixture(autouse=True, scope="session")
def _answers_are_waited_for():
    """Whether an engine answers must not depend on how busy the machine is."""
    with patch.object(wire, "PATIENCE", PATIENCE):
        yield


@pytest.fixture
def record(record_property):
    """Take a row of a table; it reaches the process that prints it with the report of the test."""
    return lambda row: record_property(_PROPERTY, [type(row).__name__, *row])


def pytest_runtest_logreport(report: pytest.TestReport):
    """Collect the rows."""
    if report.when == "call":
        _ROWS.update(tuple(value) for name, value in report.user_properties if name == _PROPERTY)


def pytest_terminal_summary(terminalreporter, config):
    """Print the tables; if it is wanted, write those that have all engines into the documentation."""
    rows, shares = (
        sorted(kind(*values) for name, *values in _ROWS if name == kind.__name__)
        for kind in (report.Row, report.Share)
    )
    if rows or shares:
        terminalreporter.section("engines in front")
    for line in [*(report.printed(rows) if rows else ()), *(report.printed_shares(shares) if shares else ())]:
        terminalreporter.write_line(line)
    if config.option.write_docs:
        report.write(rows, shares)
