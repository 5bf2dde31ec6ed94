"""The log lines of refusals: one for each, and none where the level is off."""

from __future__ import annotations

import logging

import pytest

from cases import EVIL, LISTED, A
from flask_corsguard import SAME_ORIGIN, CorsMiddleware, Reason
from guard_cases import BEHIND_PROXY, CROSS_SITE, OPEN_TO_A
from harness import SpyApp, call, preflight


def test_a_refused_preflight_is_logged_in_one_line_at_info(caplog):
    """What is allowed is not logged at all."""
    caplog.set_level(logging.DEBUG, "flask_corsguard")
    layer = CorsMiddleware(SpyApp(), LISTED)

    preflight(layer, A, "GET", "/")
    call(layer, headers={"Origin": EVIL})
    preflight(layer, A, "PUT", "/x\ny", "x-a")

    (record,) = caplog.records
    assert record.levelname == "INFO"
    assert record.getMessage() == (
        "preflight refused: method-not-allowed: 'PUT' "
        "origin='https://app.example' method='PUT' headers='x-a' path='/x\\ny'"
    )


def test_a_refused_preflight_formats_nothing_where_the_level_is_off(monkeypatch, caplog):
    """Without INFO no value of the request is escaped or cut."""
    caplog.set_level(logging.WARNING, "flask_corsguard")
    monkeypatch.setattr("flask_corsguard.wsgi.log.shown", lambda value: pytest.fail("formatted"))

    layer = CorsMiddleware(SpyApp(), LISTED, on_refusal=lambda *args: None)

    assert preflight(layer, EVIL).code == 403


@pytest.mark.parametrize(
    ("guard", "code", "word"), [("enforce", 403, "refused"), ("report", 200, "would be refused")]
)
def test_a_refused_request_is_logged_in_one_line_and_notified_once(guard, code, word, caplog):
    """A guard that only reports does the same, and the line differs in one word."""
    told = []
    app = CorsMiddleware(SpyApp(), OPEN_TO_A.replace(guard=guard), on_refusal=lambda *args: told.append(args))

    result = call(app, "POST", "/x\ny", {**CROSS_SITE, "Host": "api.example"})

    assert result.code == code
    ((environ, decision),) = told
    assert (environ["PATH_INFO"], decision.reason) == ("/x\ny", Reason.ORIGIN_NOT_ALLOWED)
    (record,) = caplog.records
    assert record.levelname == "WARNING"
    assert record.getMessage() == (
        f"request {word}: origin-not-allowed origin='https://evil.example' site='cross-site' "
        "method='POST' host='api.example' path='/x\\ny'"
    )


def test_the_log_names_the_method_that_is_not_allowed(caplog):
    """Its control characters are escaped."""
    call(CorsMiddleware(SpyApp(), OPEN_TO_A), "P\nUT", "/", {"Origin": A})

    assert r"method-not-allowed: 'P\nUT' origin=" in caplog.records[0].getMessage()


def test_a_refused_request_formats_nothing_where_the_level_is_off(monkeypatch, caplog):
    """Without WARNING no value of the request is escaped or cut."""
    caplog.set_level("ERROR", "flask_corsguard")
    monkeypatch.setattr("flask_corsguard.wsgi.log.shown", lambda value: pytest.fail("formatted"))

    assert call(CorsMiddleware(SpyApp(), OPEN_TO_A), "POST", "/", CROSS_SITE).code == 403


@pytest.mark.parametrize(
    ("headers", "scheme", "words"),
    [
        (
            {**BEHIND_PROXY, "Origin": "https://bank.example"},
            "http",
            "X-Forwarded-Host: is a ProxyFix missing",
        ),
        ({"Host": "bank.example", "Origin": "http://bank.example"}, "https", "only the scheme differs"),
        ({"Host": "bank.example:8000", "Origin": "https://bank.example"}, "http", "only the port differs"),
        ({"Host": "bank.example", "Origin": "null"}, "http", "Referrer-Policy: no-referrer"),
    ],
)
def test_the_log_names_the_proxy_setting_that_may_have_caused_a_refusal(headers, scheme, words, caplog):
    """``X-Forwarded-Host``, which anyone can send, decides nothing; it only helps whoever reads the log."""
    app = CorsMiddleware(SpyApp(), SAME_ORIGIN)

    assert call(app, "POST", "/", headers, **{"wsgi.url_scheme": scheme}).code == 403
    assert words in caplog.records[0].getMessage()
