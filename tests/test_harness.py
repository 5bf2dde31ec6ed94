"""The devices of the tests measure what they are made for, and nothing else."""

from __future__ import annotations

import gc

from harness import count_calls


def test_calls_of_the_garbage_collector_are_not_counted():
    """They would be those of another test's objects, and different ones each time."""
    collected, seen = [], []

    def note(phase, info):
        collected.append(phase)

    def act():
        # Before and after it, objects of the test itself may have the collector run.
        seen.append(len(collected))
        _made = [[index] for index in range(10_000)]
        seen.append(len(collected))

    gc.callbacks.append(note)
    try:
        count = count_calls(act)
    finally:
        gc.callbacks.remove(note)

    before, after = seen
    assert before == after
    assert count < 10
    assert gc.isenabled()
