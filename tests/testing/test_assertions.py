"""Assertions: what they return, and the text of their failure."""

from __future__ import annotations

import pytest

from flask_corsguard.testing import FetchRefused, assert_can_fetch, assert_cannot_fetch
from testing.scripted import ALLOWED, API, APP, answering, page_of


def test_an_assertion_that_fails_shows_the_reason():
    """Its text is that of the refusal."""
    with pytest.raises(AssertionError) as failed:
        assert_can_fetch(page_of(answering()), API, method="PUT")

    assert str(failed.value).startswith(f"A browser does not allow a page of {APP} to fetch PUT {API}")
    assert "CORS-preflight fetch, step 7 (CORS check)" in str(failed.value)
    assert failed.value.__suppress_context__


def test_a_failed_assertion_of_a_refusal_shows_all_exchanges():
    """Each exchange has its body."""
    page = page_of(answering(ALLOWED, {**ALLOWED, "Access-Control-Allow-Methods": "PUT"}))
    with pytest.raises(AssertionError) as failed:
        assert_cannot_fetch(page, f"{API}/x", method="PUT", data="y")

    text = str(failed.value)
    assert text.startswith(f"A browser allows {APP} to fetch {API}/x:\n\n> OPTIONS /x HTTP/1.1\n")
    assert "\n\n> PUT /x HTTP/1.1\n" in text
    assert text.endswith("\n<\n< hello")


def test_an_assertion_returns_the_response_or_the_refusal():
    """A test can check more of it."""
    assert assert_can_fetch(page_of(answering(ALLOWED)), API).text == "hello"
    assert isinstance(assert_cannot_fetch(page_of(answering()), API), FetchRefused)


def test_an_assertion_takes_the_method_as_fetch_does():
    """By its name or by its place."""
    page = page_of(answering())

    by_place, by_name = assert_cannot_fetch(page, API, "PUT"), assert_cannot_fetch(page, API, method="PUT")
    with pytest.raises(AssertionError, match="to fetch PUT"):
        assert_can_fetch(page, API, "PUT")

    assert str(by_place) == str(by_name)
