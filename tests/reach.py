"""How often a property reaches what it guards: one whose condition is rarely met proves little."""

from __future__ import annotations

from collections import Counter
from functools import wraps

#: Of this many examples of a property, each of its conditions is met by one at least.
ONE_IN = 10
#: Fewer examples do not show how often a condition is met: `make test` draws 200, and the gate 2,500.
FEWEST = 1000

#: Of the property that runs: by condition, the examples that met it; and all examples.
_met: Counter[str] = Counter()
_met_by_example: set[str] = set()
_EXAMPLES = "examples"


def met(condition: object, name: str = "asserts") -> bool:
    """Return whether *condition*, without which the running example asserts nothing, is met; count it.

    :param name: what is asserted then; a property can have several conditions, and each is counted.
    """
    _met.setdefault(name, 0)
    if condition:
        _met_by_example.add(name)
    return bool(condition)


def reaching(property_):
    """Have a property fail if one of its conditions is met in fewer than a tenth of its examples.

    Write it above ``given`` and above settings. The property asks :func:`met` for each condition.
    """
    inner = property_.hypothesis.inner_test

    @wraps(inner)
    def counted(*args, **kwargs):
        _met_by_example.clear()
        try:
            return inner(*args, **kwargs)
        finally:
            _met.update([_EXAMPLES, *_met_by_example])

    # The documented place for a test that something is done around: "Custom function execution".
    property_.hypothesis.inner_test = counted

    @wraps(property_)
    def checked(*args, **kwargs):
        _met.clear()
        property_(*args, **kwargs)
        assert_reached(dict(_met))

    return checked


def assert_reached(counts: dict[str, int]) -> None:
    """Assert that every condition was asked for, and met by a tenth of the examples."""
    examples = counts.pop(_EXAMPLES, 0)
    assert counts, "no example has asked whether a condition is met"
    for name, times in counts.items():
        assert examples < FEWEST or times * ONE_IN >= examples, f"{name}: in {times} of {examples} examples"
