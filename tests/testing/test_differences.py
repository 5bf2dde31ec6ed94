"""Differences between engines and the standard."""

from __future__ import annotations

import pytest

from flask_corsguard.testing import DIFFERENCES, Browser
from flask_corsguard.testing.differences import ENGINES, PREFLIGHT_CACHE_LIMITS, Quirks
from testing.scripted import answering


@pytest.mark.parametrize("difference", DIFFERENCES, ids=lambda difference: difference.code)
def test_a_difference_deviates_from_the_standard(difference):
    """At least one engine deviates, and its text is not that of the standard."""
    texts = {engine: getattr(difference, engine) for engine in ENGINES}

    assert difference.deviating
    assert {engine for engine in ENGINES if texts[engine] != difference.standard} == difference.deviating
    for text in (difference.sentence, difference.standard, *texts.values()):
        assert text.endswith(".")
    for engine in ENGINES:
        assert Quirks(engine).has(difference.code) is (engine in difference.deviating)
    assert not Quirks(None).has(difference.code)


def test_every_difference_has_a_code_of_its_own():
    """An unknown code raises a KeyError, because it is a mistake in the model."""
    codes = [difference.code for difference in DIFFERENCES]

    assert len(set(codes)) == len(codes)
    with pytest.raises(KeyError):
        Quirks("firefox").has("anything")


def test_the_limits_in_the_text_are_those_of_the_model():
    """The text of the difference names each limit."""
    difference = next(each for each in DIFFERENCES if each.code == "preflight-cache-limit")

    for engine, limit in PREFLIGHT_CACHE_LIMITS.items():
        assert f"{limit} s" in getattr(difference, engine or "standard")


def test_an_engine_has_to_be_known():
    """The error lists all engines."""
    assert Browser(answering()).engine is None
    assert [Browser(answering(), engine=engine).engine for engine in ENGINES] == list(ENGINES)
    with pytest.raises(
        ValueError, match="engine is 'safari'; it can be None or one of chromium, firefox, webkit"
    ):
        Browser(answering(), engine="safari")
