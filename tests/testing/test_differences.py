"""Differences between engines and the standard."""

from __future__ import annotations

import pytest

from flask_corsguard.testing import DIFFERENCES, Browser
from flask_corsguard.testing.differences import ENGINES, PREFLIGHT_CACHE_LIMITS, Quirks
from testing.scripted import answering


@pytest.mark.parametrize("difference", DIFFERENCES, ids=lambda difference: difference.code)
def test_a_difference_is_one(difference):
    """Whoever deviates says something else than the standard, and somebody does."""
    said = {engine: getattr(difference, engine) for engine in ENGINES}

    assert difference.deviating
    assert {engine for engine in ENGINES if said[engine] != difference.standard} == difference.deviating
    for text in (difference.sentence, difference.standard, *said.values()):
        assert text.endswith(".")
    for engine in ENGINES:
        assert Quirks(engine).has(difference.code) is (engine in difference.deviating)
    assert not Quirks(None).has(difference.code)


def test_every_difference_has_a_code_of_its_own():
    """And a code that is none is a mistake of the model."""
    codes = [difference.code for difference in DIFFERENCES]

    assert len(set(codes)) == len(codes)
    with pytest.raises(KeyError):
        Quirks("firefox").has("anything")


def test_the_numbers_are_those_that_are_said():
    """The text of the difference, and the limits that are used."""
    said = next(each for each in DIFFERENCES if each.code == "preflight-cache-limit")

    for engine, limit in PREFLIGHT_CACHE_LIMITS.items():
        assert f"{limit} s" in getattr(said, engine or "standard")


def test_an_engine_has_to_be_known():
    """The error lists them."""
    assert Browser(answering()).engine is None
    assert [Browser(answering(), engine=engine).engine for engine in ENGINES] == list(ENGINES)
    with pytest.raises(
        ValueError, match="engine is 'safari'; it can be None or one of chromium, firefox, webkit"
    ):
        Browser(answering(), engine="safari")
