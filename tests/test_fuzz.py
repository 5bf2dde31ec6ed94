"""The targets of `make fuzz`, on bytes that need no fuzzer: they run, and none of them fails."""

from __future__ import annotations

import random
import warnings

import pytest

from fuzz.targets import SEEDS, TARGETS

#: What has failed once, by target.
FAILED: dict[str, list[bytes]] = {
    # A segment that is dots and a line feed counted as dots.
    "paths": [b"/a/.\n\x00\x00\x00c\x00"],
}


@pytest.mark.parametrize("name", TARGETS)
def test_no_bytes_make_a_target_fail(name):
    """Those that a fuzzer begins with, those that have failed once, and random ones near them."""
    numbers = random.Random(name)
    inputs = [b"", *SEEDS, *FAILED.get(name, ())]
    for _ in range(100):
        data = bytearray(numbers.choice(inputs) + numbers.choice(SEEDS))
        for _ in range(numbers.randrange(6)):
            data.insert(numbers.randrange(len(data) + 1), numbers.randrange(256))
        inputs.append(bytes(data))

    with warnings.catch_warnings():
        # The applications of a target set headers that the policy replaces.
        warnings.simplefilter("ignore")
        for data in inputs:
            TARGETS[name](data)
