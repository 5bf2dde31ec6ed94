"""Thirty minutes of outages, in simulated time, at random: what is never allowed, and what always is."""

from __future__ import annotations

import random
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flask_corsguard import SAME_ORIGIN, Policy
from flask_corsguard.live import LiveOrigins, LivePolicies, questions
from flask_corsguard.testing import OriginSource
from live.asking import allows

TTL, GRACE = 5.0, 60.0
#: Seconds of simulated time.
LONG, SHORT = 1800.0, 200.0
#: Seconds from one moment to the next.
STEPS = (0.05, 0.2, 0.7)
#: Seconds by which the thread comes late, at most.
LATE = 1.5
ORIGINS = [f"https://t{number}.example" for number in range(6)]


class Recorder(OriginSource):
    """A source that writes down itself what it has confirmed, and when."""

    def __init__(self):
        super().__init__(ORIGINS[:3])
        #: When each origin was last among what was returned, by the time at which that was looked up.
        self.confirmed = {}
        #: Since when it neither fails, nor delays, nor has changed.
        self.quiet_since = self.clock()

    def _confirm(self, answer, looked, origins):
        for origin in origins:
            self.confirmed[origin] = max(looked, self.confirmed.get(origin, looked))
        return answer

    def load(self):
        """Return the origins, and write them down."""
        looked, origins = self.clock(), self._origins
        return self._confirm(super().load(), looked, origins)

    def version(self):
        """Return the version, which is the same while the origins are the same."""
        looked, origins = self.clock(), self._origins
        return self._confirm(super().version(), looked, origins)

    def load_policy(self, key):
        """Return the policy of the one key."""
        if key != "key":
            return None
        return {"origins": self.load()} if self._origins else SAME_ORIGIN


def disturb(source, rng):
    """Do one thing to the source, or none."""
    what = rng.random()
    if what < 0.02:
        source.set(rng.sample(ORIGINS, rng.randrange(len(ORIGINS) + 1)))
    elif what < 0.03:
        source.fail(rng.choice([OSError("away"), ValueError("odd"), None]))
    elif what < 0.04:
        # Some answers take longer than grace.
        source.delay(rng.choice([0.5, 3, 20, 59, 61, 300]))
    elif what < 0.055:
        source.recover()
    else:
        return
    source.quiet_since = source.clock()


def simulate(seed, seconds, subject_of):
    """Check at every moment what is allowed; give how often anything was, and how often grace had run out."""
    rng, source = random.Random(seed), Recorder()
    # Otherwise the same schedule would not be the same one the next time.
    with patch.object(questions, "_RANDOM", rng):
        return carry_out(rng, source, seconds, subject_of, seed)


def carry_out(rng, source, seconds, subject_of, seed):
    """Do so with the numbers of *rng*."""
    policy_now, turn = subject_of(source)
    counts = {"allowed": 0, "expired": 0}

    def look():
        now, policy = source.clock(), policy_now()
        # The time goes on in steps, of which the longest one may come on top.
        is_quiet = now - source.quiet_since > TTL + LATE + max(STEPS)
        is_well = is_quiet and source._error is None and not source._delay
        for origin in ORIGINS:
            allowed = allows(policy, origin)
            counts["allowed"] += allowed
            counts["expired"] += not allowed and now - source.confirmed.get(origin, now) >= GRACE
            if allowed:
                assert now - source.confirmed[origin] < GRACE, (seed, origin)
            if is_well:
                assert allowed == (origin in source._origins), (seed, origin)

    def sleep(delay):
        # Requests go on while an answer is awaited, and so does what happens to the source.
        until = source.clock() + delay
        while source.clock() < until and source._delay:
            source.advance(0.5)
            disturb(source, rng)
            look()

    source._sleep = sleep
    end, due = source.clock() + seconds, source.clock()
    while source.clock() < end:
        disturb(source, rng)
        if source.clock() >= due and (rng.random() < 0.8 or source.clock() >= due + LATE):
            due = source.clock() + max(turn(), 0.05)
        look()
        source.advance(rng.choice(STEPS))
    return counts


def of_origins(source):
    """Return a policy with live origins, and what their thread does."""
    tenants = LiveOrigins(source, ttl=TTL, grace=GRACE, clock=source.clock)
    policy = Policy(origins=[tenants])
    return (lambda: policy), tenants._turn


def of_function(source):
    """Return the same without a version."""
    tenants = LiveOrigins(source.load, ttl=TTL, grace=GRACE, clock=source.clock)
    policy = Policy(origins=[tenants])
    return (lambda: policy), tenants._turn


def of_policies(source, **more):
    """Return a policy by key, and what the thread does."""
    policies = LivePolicies(
        source.load_policy, lambda environ: environ, ttl=TTL, grace=GRACE, clock=source.clock, **more
    )
    policies("key")
    return (lambda: policies("key")), policies._turn


def of_policies_with_version(source):
    """Return the same with a version."""
    return of_policies(source, version=source.version)


SUBJECTS = [of_origins, of_function, of_policies, of_policies_with_version]


@pytest.mark.slow
@pytest.mark.parametrize("subject", SUBJECTS)
@pytest.mark.parametrize("seed", range(3))
def test_in_thirty_minutes_of_outages_nobody_is_allowed_who_was_not_confirmed_within_grace(seed, subject):
    """And everybody who is listed is, as soon as the source has been well for as long as ttl."""
    counts = simulate(seed, LONG, subject)

    # The outages were long enough to matter, and were not all there was.
    assert min(counts.values()) > 500


@settings(max_examples=60)
@given(seed=st.integers(0, 2**32), subject=st.sampled_from(SUBJECTS))
def test_no_schedule_of_outages_allows_anybody_for_longer_than_grace(seed, subject):
    """Nor is anybody refused for longer than it lasts."""
    simulate(seed, SHORT, subject)
