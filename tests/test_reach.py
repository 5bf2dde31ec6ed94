"""The device that counts how often a property asserts."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reach import met, reaching

NUMBERS = st.sampled_from(range(1000))
MANY = settings(max_examples=2000, derandomize=True, database=None)


def asserting_below(bound):
    """Return a property that asserts about the numbers below *bound*."""

    @reaching
    @MANY
    @given(NUMBERS)
    def about_small_numbers(number):
        if met(number < bound, "small"):
            assert number < bound

    return about_small_numbers


def test_a_property_that_often_asserts_passes():
    """A half of its examples is more than a tenth."""
    asserting_below(500)()


def test_a_property_that_rarely_asserts_fails():
    """The message contains how often it has asserted, and what."""
    with pytest.raises(AssertionError, match=r"small: in \d+ of \d+ examples"):
        asserting_below(10)()


def test_a_property_that_never_asks_for_its_condition_fails():
    """Nobody would know whether it asserts."""

    @reaching
    @MANY
    @given(NUMBERS)
    def silent(number):
        assert number < 1000

    with pytest.raises(AssertionError, match="has asked"):
        silent()


def test_each_condition_of_a_property_is_counted():
    """One that is always met does not hide one that never is."""

    @reaching
    @MANY
    @given(NUMBERS)
    def of_two(number):
        assert met(number >= 0, "often")
        assert not met(number > 1000, "never")

    with pytest.raises(AssertionError, match="never: in 0 of"):
        of_two()


def test_a_condition_that_an_example_meets_twice_counts_once():
    """A loop in one example does not count as many examples."""

    @reaching
    @MANY
    @given(NUMBERS)
    def looping(number):
        for _ in range(100):
            if met(number < 10, "small"):
                assert number < 10

    with pytest.raises(AssertionError, match="small: in"):
        looping()


def test_a_property_that_fails_shows_its_own_reason():
    """What it asserts comes before how often."""

    @reaching
    @MANY
    @given(NUMBERS)
    def wrong(number):
        if met(number > 900):
            raise LookupError("too large")

    with pytest.raises(LookupError, match="too large"):
        wrong()


def test_every_property_with_a_condition_counts_how_often_it_asserts():
    """None assumes, leaves early or asserts in a branch without the device."""
    silent = []
    for module in sorted(Path(__file__).parent.rglob("test_*.py")):
        for node in ast.walk(ast.parse(module.read_text())):
            if isinstance(node, ast.FunctionDef) and _is_property(node) and _has_a_condition(node):
                silent += [] if {"met", "reaching"} <= _names_in(node) else [f"{module.name}: {node.name}"]

    assert silent == []


def _is_property(node):
    return any(isinstance(each, ast.Call) and _names_in(each) >= {"given"} for each in node.decorator_list)


def _has_a_condition(node):
    conditional = [each for each in ast.walk(node) if isinstance(each, ast.If)]
    return "assume" in _names_in(node) or any(
        isinstance(inner, (ast.Assert, ast.Return)) for each in conditional for inner in ast.walk(each)
    )


def _names_in(node):
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
