"""What a test is told: exchanges, refusals, assertions."""

from __future__ import annotations

import dataclasses

import pytest

from flask_corsguard.testing import (
    DIFFERENCES,
    Browser,
    Exchange,
    FetchRefused,
    assert_can_fetch,
    assert_cannot_fetch,
)
from flask_corsguard.testing.differences import ENGINES, PREFLIGHT_CACHE_LIMITS, Quirks
from testing.scripted import ALLOWED, API, APP, answering, page_of

ACAO = "Access-Control-Allow-Origin"
ACAC = "Access-Control-Allow-Credentials"

EXCHANGE = Exchange(
    method="OPTIONS",
    url=f"{API}/x?y",
    headers=(("Host", "api.example"), ("Origin", APP), ("Access-Control-Request-Method", "PUT")),
    body=b"",
    status=204,
    response_headers=(("Vary", "Origin"), ("X-Any", ""), ("vary", "Accept")),
    response_body=b"",
)


def test_an_exchange_is_readable_http():
    """What was sent, and what came back."""
    assert str(EXCHANGE) == "\n".join(
        [
            "> OPTIONS /x?y HTTP/1.1",
            "> Host: api.example",
            f"> Origin: {APP}",
            "> Access-Control-Request-Method: PUT",
            "< HTTP/1.1 204",
            "< Vary: Origin",
            "< X-Any:",
            "< vary: Accept",
        ]
    )


def test_an_exchange_shows_the_beginning_of_its_bodies():
    """Line by line, as far as two hundred bytes."""
    exchange = dataclasses.replace(EXCHANGE, body=b"a\r\nb\xff", response_body=b"x" * 201)

    assert "> Access-Control-Request-Method: PUT\n>\n> a\n> b\ufffd\n< HTTP/1.1 204" in str(exchange)
    assert str(exchange).endswith(f"\n<\n< {'x' * 200}\n< ... and 1 bytes more")
    assert "more" not in str(dataclasses.replace(EXCHANGE, response_body=b"x" * 200))


def test_an_exchange_can_be_asked_for_its_headers():
    """In any case; response headers that are repeated are joined."""
    assert EXCHANGE.get("origin") == EXCHANGE.origin == APP
    assert EXCHANGE.get("Cookie") is None
    assert EXCHANGE.answered("VARY") == "Origin, Accept"
    assert EXCHANGE.answered("Server") is None


@pytest.mark.parametrize(
    "change",
    [
        {"method": "GET"},
        {"headers": EXCHANGE.headers[:2]},
        {"headers": (EXCHANGE.headers[0], EXCHANGE.headers[2])},
    ],
)
def test_a_preflight_is_options_with_two_headers(change):
    """Anything else is the request itself."""
    assert EXCHANGE.is_preflight
    assert not dataclasses.replace(EXCHANGE, **change).is_preflight


def test_an_exchange_stays_as_it_was():
    """It is evidence."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        EXCHANGE.status = 200


def test_a_refusal_says_everything_that_a_stranger_needs():
    """Who asked what, the step, the reason, what would help, and what went over the wire."""
    headers = [*ALLOWED.items(), ("Content-Type", "text/plain"), ("X-Noise", "1"), ("Vary", "Origin")]
    refused = assert_cannot_fetch(page_of(answering(headers)), f"{API}/x", credentials="include")

    assert str(refused) == "\n".join(
        [
            f"A browser does not let a page of {APP} fetch GET {API}/x",
            "",
            "Step:    CORS check",
            f'Because: a request with credentials needs {ACAC} to be exactly "true", and it is missing.',
            f'Needed:  {ACAO}: {APP} and {ACAC}: true (a policy with origins=["{APP}"], credentials=True)',
            "",
            "The request itself was sent, so the server may have executed it:",
            "",
            "> GET /x HTTP/1.1",
            "> Host: api.example",
            "> Accept: */*",
            "> Accept-Language: en",
            f"> Referer: {APP}/",
            f"> Origin: {APP}",
            "> Sec-Fetch-Dest: empty",
            "> Sec-Fetch-Mode: cors",
            "> Sec-Fetch-Site: cross-site",
            "> User-Agent: Mozilla/5.0 (flask_corsguard.testing)",
            "< HTTP/1.1 200",
            f"< Access-Control-Allow-Origin: {APP}",
            "< Content-Type: text/plain",
            "< Vary: Origin",
        ]
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"method": "PUT"}, "\nOnly the preflight was sent:\n\n> OPTIONS / HTTP/1.1\n"),
        ({"method": "TRACE"}, "\nNothing was sent."),
        ({}, "\nThe request itself was sent, so the server may have executed it:\n"),
    ],
)
def test_a_refusal_says_how_far_the_request_got(arguments, said):
    """Whether the server may have executed it is what matters most."""
    assert said in str(assert_cannot_fetch(page_of(answering()), API, **arguments))


def test_a_refusal_is_an_exception_with_a_traceback_of_its_own():
    """The inner one would say the same again."""
    with pytest.raises(FetchRefused) as refused:
        page_of(answering()).fetch(API)

    assert refused.value.__suppress_context__


def test_an_assertion_that_fails_shows_the_reason():
    """Without the model's own frames."""
    with pytest.raises(AssertionError) as failed:
        assert_can_fetch(page_of(answering()), API, method="PUT")

    assert str(failed.value).startswith(f"A browser does not let a page of {APP} fetch PUT {API}")
    assert "CORS-preflight fetch, step 7 (CORS check)" in str(failed.value)
    assert failed.value.__suppress_context__


def test_an_assertion_that_something_is_refused_shows_what_took_place():
    """All exchanges, whole."""
    page = page_of(answering(ALLOWED, {**ALLOWED, "Access-Control-Allow-Methods": "PUT"}))
    with pytest.raises(AssertionError) as failed:
        assert_cannot_fetch(page, f"{API}/x", method="PUT", data="y")

    text = str(failed.value)
    assert text.startswith(f"A browser lets {APP} fetch {API}/x:\n\n> OPTIONS /x HTTP/1.1\n")
    assert "\n\n> PUT /x HTTP/1.1\n" in text
    assert text.endswith("\n<\n< hello")


def test_an_assertion_gives_what_it_saw():
    """For further questions."""
    assert assert_can_fetch(page_of(answering(ALLOWED)), API).text == "hello"
    assert isinstance(assert_cannot_fetch(page_of(answering()), API), FetchRefused)


def test_a_response_can_be_shown():
    """Without everything that went over the wire."""
    text = repr(page_of(answering(ALLOWED)).fetch(API))

    assert text.startswith("Response(type='cors', status=200,")
    assert "exchange" not in text


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
