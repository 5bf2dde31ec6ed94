"""What is exported of random applications, beside what they answer themselves."""

from __future__ import annotations

import logging
import warnings
from collections import Counter
from random import Random

import pytest
from hypothesis import settings

from edge.random_applications import application, outcome_in, requests, targets
from flask_corsguard import PolicyError
from flask_corsguard.core.fetch_standard import SAFELISTED_METHODS
from flask_corsguard.edge.interpreter import Interpreter
from flask_corsguard.edge.levels import grants
from flask_corsguard.edge.rules import rules_of
from flask_corsguard.edge.source import source_of

pytestmark = pytest.mark.slow

#: Applications: 40 in `make test`, 500 in the gate.
APPLICATIONS = max(settings.default.max_examples // 5, 40)
PARTS = 4
#: What a browser sends without a grant.
NEEDS_NONE = frozenset(f"method {method}" for method in SAFELISTED_METHODS)


@pytest.fixture(autouse=True)
def silent():
    """Such applications have much to be warned of, and refuse much."""
    logger = logging.getLogger("flask_corsguard")
    before, logger.level = logger.level, logging.CRITICAL + 1
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
    logger.level = before


def more_than(seen: frozenset[str], wanted: frozenset[str]) -> list[str]:
    """Return what is seen and not wanted; "*" is every name."""
    return sorted(each for each in seen - wanted if f"{each.rpartition(' ')[0]} *" not in wanted)


@pytest.mark.parametrize("part", range(PARTS))
def test_an_engine_grants_no_more_than_the_application_itself(part):
    """Whatever its rules, marks, blueprints, slashes and redirects; it reads no part of the export."""
    counts: Counter[str] = Counter()
    for seed in range(part, APPLICATIONS, PARTS):
        random = Random(seed)
        try:
            app = application(random)
            engine = Interpreter(rules_of(source_of(app)))
        except (ValueError, PolicyError) as error:
            counts[type(error).__name__] += 1
            continue
        counts["exported"] += 1
        for target in dict.fromkeys(targets(random, app)):
            for request in requests():
                seen, itself = engine.outcome(target, request), outcome_in(app, target, request)
                more = more_than(grants(seen, request) - NEEDS_NONE, grants(itself, request))
                assert not more, f"seed {seed}: {request} of {target}: {more}"
                counts["granted"] += bool(grants(seen, request))

    assert counts["exported"] >= APPLICATIONS / PARTS / 3, counts
    assert counts["granted"] >= counts["exported"], counts
