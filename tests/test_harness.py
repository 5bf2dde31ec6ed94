"""The devices of the tests measure what they are made for, and nothing else."""

from __future__ import annotations

import gc

from harness import count_calls


def test_calls_of_the_garbage_collector_are_not_counted():
    """They would be those of another test's objects, and different ones each time."""
    collected = []

    def note(phase, info):
        collected.append(phase)

    gc.callbacks.append(note)
    try:
        count = count_calls(lambda: [[index] for index in range(10_000)])
        during = list(collected)
    finally:
        gc.callbacks.remove(note)

    assert during == []
    assert count < 10
    assert gc.isenabled()
