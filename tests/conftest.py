"""Profiles of Hypothesis, and a watch that no test leaves anything behind."""

from __future__ import annotations

import logging
import os

import pytest
from hypothesis import HealthCheck, settings

SLOW = [HealthCheck.too_slow]

# No deadline: a test that depends on the machine's speed is no test. Derandomized: the same commit
# gives the same result; the nightly profile is for finding what these examples do not.
settings.register_profile(
    "default", max_examples=1000, deadline=None, derandomize=True, suppress_health_check=SLOW
)
settings.register_profile("nightly", max_examples=20000, deadline=None, suppress_health_check=SLOW)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


@pytest.fixture(autouse=True)
def _nothing_is_left_behind():
    logger = logging.getLogger("flask_corsguard")
    before = dict(os.environ), logger.level, list(logger.handlers), logger.propagate

    yield

    from flask import has_app_context, has_request_context

    from flask_corsguard import cors_refused
    from flask_corsguard.flask.marks import UNREGISTERED

    # A test need not register what it marks; the next one is another application.
    UNREGISTERED.clear()
    assert not has_request_context()
    assert not has_app_context()
    assert not cors_refused.receivers
    after = dict(os.environ), logger.level, list(logger.handlers), logger.propagate
    current = "PYTEST_CURRENT_TEST"
    before[0].pop(current, None)
    after[0].pop(current, None)
    assert after == before


def pytest_addoption(parser):
    """Say what the tests with real browsers and servers take; options can only be told of at the root."""
    group = parser.getgroup("browser engines")
    group.addoption("--examples", type=int, default=1200, help="random policies and requests for each engine")
    group.addoption(
        "--write-docs", action="store_true", help="write the documentation's page of what has passed"
    )
