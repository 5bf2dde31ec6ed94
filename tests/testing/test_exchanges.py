"""Exchanges: the requests and responses that a test can look at."""

from __future__ import annotations

import dataclasses

import pytest

from flask_corsguard.testing import Exchange
from testing.scripted import API, APP

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
    """It shows the request and the response."""
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
    """It shows two hundred bytes, line by line."""
    exchange = dataclasses.replace(EXCHANGE, body=b"a\r\nb\xff", response_body=b"x" * 201)

    assert "> Access-Control-Request-Method: PUT\n>\n> a\n> b\ufffd\n< HTTP/1.1 204" in str(exchange)
    assert str(exchange).endswith(f"\n<\n< {'x' * 200}\n< ... and 1 bytes more")
    assert "more" not in str(dataclasses.replace(EXCHANGE, response_body=b"x" * 200))


def test_an_exchange_returns_its_headers_by_name():
    """Names are case-insensitive, and repeated response headers are joined."""
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
    """Any other request is not a preflight."""
    assert EXCHANGE.is_preflight
    assert not dataclasses.replace(EXCHANGE, **change).is_preflight


def test_an_exchange_cannot_be_changed():
    """It is evidence."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        EXCHANGE.status = 200
