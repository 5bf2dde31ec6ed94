"""The servers, started when a row first asks for them, and what has passed under them."""

from __future__ import annotations

from pathlib import Path

import pytest

from interop import report, servers
from interop.launch import Home, ServerError
from interop.rows import Row
from interop.table import DISTRIBUTIONS, Column

HERE = Path(__file__).parent
_PASSED = pytest.StashKey[set[report.Cell]]()
_SOFTWARE = pytest.StashKey[dict[str, str]]()
_SOAKED = pytest.StashKey[list[str]]()


class Servers:
    """The servers by their columns. One that did not start fails each of its tests at once."""

    def __init__(self) -> None:
        self._started: dict[tuple[str, str], tuple[Home, int] | ServerError] = {}

    def of(self, column: Column) -> tuple[Home, int]:
        """Return the home and the port of a column's server."""
        key = column.server, column.module
        if key not in self._started:
            try:
                if column.app in DISTRIBUTIONS:
                    servers.version_of(DISTRIBUTIONS[column.app])
                self._started[key] = servers.start(*key)
            except ServerError as error:
                self._started[key] = error
        started = self._started[key]
        if isinstance(started, ServerError):
            raise type(started)(str(started))
        return started

    def stop(self) -> None:
        """End all that were started."""
        for started in self._started.values():
            if not isinstance(started, ServerError):
                started[0].stop()


@pytest.fixture(scope="session")
def running():
    """Every server, started when it is first asked for."""
    running = Servers()
    yield running
    running.stop()


@pytest.fixture
def record(pytestconfig):
    """Note that a row has passed under a column."""
    pytestconfig.stash.setdefault(_PASSED, set())

    def note(group: str, row: Row, column: Column) -> None:
        pytestconfig.stash[_PASSED].add(report.Cell(group, row.id, column))

    return note


@pytest.fixture
def software(pytestconfig):
    """Take what a server calls itself."""
    return pytestconfig.stash.setdefault(_SOFTWARE, {})


@pytest.fixture
def tell(pytestconfig):
    """Take lines to be printed at the end."""
    return pytestconfig.stash.setdefault(_SOAKED, []).append


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Mark what is below here, before tests are chosen by their marks."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker("interop")


def pytest_terminal_summary(terminalreporter, config):
    """Print the matrix, and write it into the documentation if that is wanted and all of it has passed."""
    passed, soaked = config.stash.get(_PASSED, set()), config.stash.get(_SOAKED, [])
    if not passed and not soaked:
        return
    terminalreporter.section("servers and frameworks")
    for line in [*(report.printed(passed) if passed else ()), *soaked]:
        terminalreporter.write_line(line)
    if config.option.write_docs:
        missing = report.missing(passed)
        if missing:
            terminalreporter.write_line(
                f"{len(missing)} cells have not passed; {report.PAGE.name} stays as it is"
            )
        else:
            report.write(config.stash[_SOFTWARE])
