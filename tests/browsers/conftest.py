"""The arena and the engines, started when a test first asks for them, and what they did."""

from __future__ import annotations

from pathlib import Path

import pytest

from browsers import report
from browsers.arena import Arena
from browsers.engines import Engine, EngineError
from browsers.steps import ENGINES, EngineName

HERE = Path(__file__).parent
_STARTED = pytest.StashKey[dict[EngineName, Engine]]()
_PASSED = pytest.StashKey[set[report.Passed]]()


class Engines(dict[EngineName, Engine]):
    """The engines by name. One that did not start fails each of its tests at once."""

    def __init__(self, arena: Arena) -> None:
        super().__init__()
        self._arena = arena
        self._failures: dict[EngineName, EngineError] = {}

    def __missing__(self, name: EngineName) -> Engine:
        if name in self._failures:
            raise EngineError(str(self._failures[name]))
        try:
            self[name] = Engine(name, self._arena)
        except EngineError as error:
            self._failures[name] = error
            raise
        return self[name]


@pytest.fixture(scope="session")
def arena():
    """Servers at six origins."""
    with Arena() as arena:
        yield arena


@pytest.fixture(scope="session")
def engines(arena, pytestconfig):
    """Each engine, by its name, started when it is first asked for."""
    engines = pytestconfig.stash[_STARTED] = Engines(arena)
    yield engines
    for engine in engines.values():
        engine.stop()


@pytest.fixture(params=ENGINES)
def engine(request, engines):
    """One engine; a test that takes it is passed by each of them."""
    return engines[request.param]


@pytest.fixture(scope="session")
def passed(pytestconfig):
    """The rows of the table that engines have passed."""
    return pytestconfig.stash.setdefault(_PASSED, set())


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Mark what is below here, before tests are chosen by their marks."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker("browser")
    # An engine after the other, so that only one of them is at work.
    items.sort(key=_engine_of)


def _engine_of(item) -> str:
    is_ours = HERE in item.path.parents and hasattr(item, "callspec")
    return str(item.callspec.params.get("engine", "")) if is_ours else ""


def pytest_terminal_summary(terminalreporter, config):
    """Print what each engine was asked."""
    for name, engine in sorted(config.stash.get(_STARTED, {}).items()):
        asked = f"{engine.cases} cases, {engine.steps} steps, {engine.seconds:.1f} s"
        terminalreporter.write_line(f"{name}: {engine.version}: {asked}")
    if config.getoption("--write-docs") and _STARTED in config.stash:
        missing = report.missing(config.stash.get(_PASSED, set()))
        if missing:
            terminalreporter.write_line(
                f"docs/engines.md is not written: {len(missing)} rows were not passed"
            )
        else:
            report.write({name: engine.version for name, engine in config.stash[_STARTED].items()})
            terminalreporter.write_line("docs/engines.md is written")
