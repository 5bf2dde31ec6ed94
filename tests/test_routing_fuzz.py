"""Random applications: whose policy a request gets, beside the view that really runs."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import settings

from routing_fuzz.exchanges import fuzz

pytestmark = pytest.mark.slow

#: Two requests for each example that a property has: 2,000 in `make test`, 40,000 in the nightly run.
REQUESTS = max(2 * settings.default.max_examples, 2000)
PARTS = 4


@pytest.mark.parametrize("part", range(PARTS))
def test_a_request_and_its_preflight_get_the_policy_of_the_view_that_runs(part):
    """Whatever the marks, blueprints, converters, hosts, redirects, mounts and proxies of the application."""
    counts = Counter()

    found = fuzz(part * 10_000, REQUESTS // PARTS, counts)

    assert not found, "\n\n".join(map(str, found[:3]))
    # What is compared does happen.
    assert counts["views"] >= counts["requests"] / 10, counts
    assert min(counts[each] for each in ("status 308", "status 405", "cached methods")) > 0, counts
