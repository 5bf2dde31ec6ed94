"""Profiles of Hypothesis, marks that no test sets itself, and a watch that no test leaves anything behind."""

from __future__ import annotations

import gc
import logging
import os
import re
import sys
from pathlib import Path

import pytest
from _pytest.runner import runtestprotocol
from hypothesis import HealthCheck, settings

# No deadline: whether a test passes must not depend on the machine's speed. Derandomized: the same commit
# gives the same result. Only the nightly profile draws other examples each time.
_COMMON = settings(deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("development", _COMMON, max_examples=25)
settings.register_profile("default", _COMMON, max_examples=200)
settings.register_profile("gate", _COMMON, max_examples=2500)
settings.register_profile("nightly", _COMMON, max_examples=20000, derandomize=False)
# `--hypothesis-profile` names another one.
settings.load_profile("default")

ROOT = Path(__file__).parents[1]

#: Modules whose tests nearly all start a server or a process, or together take longer than an edit may wait.
_SLOW = frozenset(
    {
        "tests/asgi/test_frameworks.py",
        "tests/asgi/test_lists_and_unmanaged.py",
        "tests/asgi/test_proxies.py",
        "tests/asgi/test_twins.py",
        "tests/cli/test_check.py",
        "tests/cli/test_explain.py",
        "tests/debug/test_debug_page.py",
        "tests/explanations/test_network.py",
        "tests/explanations/test_remote.py",
        "tests/core/test_twins.py",
        "tests/edge/test_application.py",
        "tests/edge/test_cors_alone.py",
        "tests/edge/test_golden.py",
        "tests/edge/test_interpreter.py",
        "tests/flask/test_bad_input.py",
        "tests/flask/test_beside.py",
        "tests/flask/test_beside_sockets.py",
        "tests/flask/test_guard.py",
        "tests/flask/test_statuses.py",
        "tests/flask/test_threads.py",
        "tests/flask/test_twins.py",
        "tests/migration/test_programs.py",
        "tests/probes/test_check.py",
        "tests/inventories/test_cost.py",
        "tests/situations/test_situations.py",
        "tests/live/test_file.py",
        "tests/live/test_outages.py",
        "tests/live/test_redis.py",
        "tests/live/test_refresher.py",
        "tests/live/test_sql.py",
        "tests/test_benchmark_figures.py",
        "tests/test_benchmarks.py",
        "tests/test_counts.py",
        "tests/test_demo.py",
        "tests/test_docs.py",
        "tests/test_guides.py",
        "tests/test_hints.py",
        "tests/test_mutants.py",
        "tests/test_plain_code.py",
        "tests/test_reach.py",
        "tests/test_prose.py",
        "tests/test_recipes.py",
        "tests/test_tables.py",
        "tests/testing/test_plugin.py",
        "tests/testing/test_table_of_cases.py",
        "tests/wsgi/test_bare_environ.py",
        "tests/wsgi/test_conformance.py",
        "tests/wsgi/test_twins.py",
        "tests/wsgi/test_twins_of_sources.py",
    }
)

#: Modules whose tests start many processes or real servers, or compare whole tables with twins.
_LONG = frozenset(
    {
        "tests/asgi/test_twins.py",
        "tests/edge/test_interpreter.py",
        "tests/test_benchmarks.py",
        "tests/test_demo.py",
        "tests/test_mutants.py",
    }
)

#: How a module marks all of its tests, which are then slow.
_ALL_MARKED = re.compile(r"^pytestmark = pytest\.mark\.(slow|browser|edge|interop|migration)$", re.MULTILINE)

#: The names of all tests that were collected, those that -m and -k leave out among them.
_COLLECTED = pytest.StashKey[frozenset[str]]()


def pytest_ignore_collect(collection_path, config):
    """Import no module of which every test would be left out: that takes seconds."""
    if config.option.markexpr != "not slow" or collection_path.suffix != ".py":
        return None
    module = collection_path.relative_to(ROOT).as_posix()
    return True if module in _SLOW or _ALL_MARKED.search(collection_path.read_text("utf-8")) else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    """Mark tests, and record the names of all before ``-m`` and ``-k`` select among them."""
    config.stash[_COLLECTED] = frozenset(item.nodeid for item in items)
    for item in items:
        module = item.nodeid.partition("::")[0]
        marked = ("browser", "edge", "interop", "migration")
        if module in _SLOW or any(item.get_closest_marker(each) for each in marked):
            item.add_marker("slow")
        if module in _LONG:
            item.add_marker("long")


def pytest_collection_finish():
    """Have the garbage collector leave the collected tests out: it would visit all of them many times."""
    # PyPy has another collector.
    if hasattr(gc, "freeze"):
        gc.collect()
        gc.freeze()


def pytest_runtest_protocol(item, nextitem):
    """Have a process of pytest-xdist report what a test did, and what failed before and after it.

    Each report is sent to the process that prints, and a passed set-up tells it nothing but its duration.
    """
    if not hasattr(item.config, "workerinput") or item.config.option.durations is not None:
        return None
    for report in runtestprotocol(item, log=False, nextitem=nextitem):
        if report.when == "call" or not report.passed:
            item.ihook.pytest_runtest_logreport(report=report)
    return True


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """Stop coverage for generated examples.

    They run at twice the speed without it, and a line that only they reach has no test that shows why.
    Tempting: pytest-cov's mark ``no_cover``. But in a process of pytest-xdist it runs two tracers and stops
    one, so the other takes over. Where it does stop, this hook would put a stale one back.
    """
    tracer = sys.gettrace()
    generated = getattr(getattr(item, "obj", None), "is_hypothesis_test", False)
    # `make mutants` asks which tests run which lines, and means these, too.
    recorded = item.config.getoption("cov_context", None) is not None
    # A debugger's tracer stays.
    if recorded or not (generated and type(tracer).__module__.startswith("coverage")):
        return (yield)
    sys.settrace(None)
    try:
        return (yield)
    finally:
        sys.settrace(tracer)


@pytest.fixture(scope="session")
def collected(pytestconfig):
    """Return the names of all tests that this run has collected."""
    return pytestconfig.stash[_COLLECTED]


@pytest.fixture(autouse=True)
def _nothing_is_left_behind():
    from flask_corsguard.flask.warnings.bypass import watch_nothing
    from flask_corsguard.flask.warnings.mark_record import forget_marks
    from flask_corsguard.wsgi import log

    # What test modules mark when they are imported belongs to none of the applications that tests make.
    forget_marks()
    # Nor do they ask about the applications of the test before.
    watch_nothing()
    # Nor is an exception of a callable of that test logged a minute later.
    log._failed_checks.clear()
    logger = logging.getLogger("flask_corsguard")
    before = dict(os.environ), logger.level, list(logger.handlers), logger.propagate

    yield

    from flask import has_app_context, has_request_context

    from flask_corsguard import cors_refused
    from flask_corsguard.flask.marks import UNREGISTERED

    # A test need not register what it marks; the next one is another application.
    for blueprint in UNREGISTERED:
        UNREGISTERED.discard(blueprint)
    assert not has_request_context()
    assert not has_app_context()
    assert not cors_refused.receivers
    after = dict(os.environ), logger.level, list(logger.handlers), logger.propagate
    current = "PYTEST_CURRENT_TEST"
    before[0].pop(current, None)
    after[0].pop(current, None)
    assert after == before


def pytest_addoption(parser):
    """Add the options of the tests with real browsers and servers; pytest reads options at the root alone."""
    group = parser.getgroup("browser engines")
    group.addoption("--examples", type=int, default=1200, help="random policies and requests for each engine")
    group.addoption(
        "--write-docs", action="store_true", help="write the documentation's page of what has passed"
    )
