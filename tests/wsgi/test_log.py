"""The log lines of refusals: one for each, and none where the level is off."""

from __future__ import annotations

import logging

import pytest

from cases import EVIL, LISTED, A
from flask_corsguard import SAME_ORIGIN, CorsMiddleware, Reason
from guard_cases import BEHIND_PROXY, CROSS_SITE, OPEN_TO_A
from harness import SpyApp, call, preflight


def test_a_refused_preflight_is_logged_in_one_line_at_info(caplog):
    """What is allowed is not logged at all, nor is a request without ``Origin``."""
    caplog.set_level(logging.DEBUG, "flask_corsguard")
    layer = CorsMiddleware(SpyApp(), LISTED)

    preflight(layer, A, "GET", "/")
    call(layer)
    call(layer, headers={"Origin": A})
    preflight(layer, A, "PUT", "/x\ny", "x-a")

    (record,) = caplog.records
    assert record.levelname == "INFO"
    assert record.getMessage() == (
        "preflight refused: method-not-allowed: 'PUT' "
        "origin='https://app.example' method='PUT' headers='x-a' path='/x\\ny'"
    )


def test_an_answer_that_is_withheld_is_logged_in_one_line_at_info(caplog):
    """The page of an origin that is not allowed cannot read it."""
    caplog.set_level(logging.INFO, "flask_corsguard")

    call(CorsMiddleware(SpyApp(), LISTED), "GET", "/x\ny", {"Origin": EVIL, "Host": "api.example"})

    (record,) = caplog.records
    assert record.levelname == "INFO"
    assert record.getMessage() == (
        "answer withheld: origin-not-allowed origin='https://evil.example' site=None method='GET' "
        "host='api.example' path='/x\\ny'"
    )


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://api.example", "Sec-Fetch-Site": "same-origin"},
        {"Origin": "https://api.example"},
        {"Origin": EVIL, "Sec-Fetch-Mode": "navigate"},
        {"Origin": EVIL, "Sec-Fetch-Mode": "no-cors"},
        {"Origin": EVIL, "Upgrade": "h2c, websocket"},
    ],
    ids=str,
)
def test_an_answer_that_no_page_of_another_origin_asks_to_read_is_not_withheld(headers, caplog):
    """It is for an own page, a frame, an image or a socket."""
    caplog.set_level(logging.INFO, "flask_corsguard")
    told = []
    layer = CorsMiddleware(SpyApp(), LISTED.replace(guard="off"), on_refusal=lambda *args: told.append(args))

    call(layer, "GET", "/", {"Host": "api.example", **headers})

    assert caplog.records == told == []


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("GET", {"Origin": EVIL}),
        ("POST", {"Origin": EVIL}),
        ("OPTIONS", {"Origin": EVIL, "Access-Control-Request-Method": "GET"}),
        ("OPTIONS", {"Origin": A, "Access-Control-Request-Method": "PUT"}),
    ],
)
@pytest.mark.parametrize("guard", ["enforce", "report"])
def test_each_refusal_is_logged_once_and_its_record_has_the_decision(guard, method, headers, caplog):
    """A request that the guard refuses is not a withheld answer, too."""
    caplog.set_level(logging.INFO, "flask_corsguard")
    told = []
    layer = CorsMiddleware(
        SpyApp(), LISTED.replace(guard=guard), on_refusal=lambda environ, decision: told.append(decision)
    )

    call(layer, method, "/", headers)

    (record,) = caplog.records
    assert [record.decision] == told


def test_a_withheld_answer_formats_nothing_where_the_level_is_off(monkeypatch, caplog):
    """Without INFO no value of the request is escaped or cut."""
    caplog.set_level(logging.WARNING, "flask_corsguard")
    monkeypatch.setattr("flask_corsguard.wsgi.log.shown", lambda value: pytest.fail("formatted"))

    assert call(CorsMiddleware(SpyApp(), LISTED), headers={"Origin": EVIL}).code == 200


def test_nobody_asks_why_an_answer_is_withheld_where_nobody_listens(monkeypatch, caplog):
    """The decision is only made for somebody."""
    caplog.set_level(logging.WARNING, "flask_corsguard")
    monkeypatch.setattr("flask_corsguard.wsgi.middleware.withheld_by", lambda *args: pytest.fail("asked"))

    assert call(CorsMiddleware(SpyApp(), LISTED), headers={"Origin": EVIL}).code == 200


def test_the_text_of_an_exception_is_escaped_and_cut_in_the_log(caplog):
    """A request that an exception quotes cannot write lines of its own."""

    def ask(environ):
        raise LookupError(f"no tenant {environ['PATH_INFO']}") from ValueError("a\nb")

    formatter = logging.Formatter()
    layer = CorsMiddleware(SpyApp(), ask)

    call(layer, path="/x\n2026-01-01 CRITICAL forged" + "y" * 10_000)

    (record,) = caplog.records
    lines = formatter.format(record).splitlines()
    assert "LookupError: no tenant /x\\n2026-01-01 CRITICAL forged" in "\n".join(lines)
    assert not any(line.startswith("2026") for line in lines)
    assert "ValueError: a\\nb" in lines
    assert max(map(len, lines)) < 600
    assert record.exc_info[1].args[0].startswith("no tenant")


def test_a_chain_of_exceptions_is_cut(caplog):
    """A group of many, or a chain that is a circle, is shown in part."""
    first, second = LookupError("first"), LookupError("second")
    first.__cause__, second.__context__ = second, first
    many = ValueError("many")
    many.exceptions = [ValueError(f"member {number}") for number in range(100)]
    logger = logging.getLogger("flask_corsguard")

    logger.error("x", exc_info=first)
    logger.error("x", exc_info=many)
    logger.error("x", exc_info=(None, None, None))

    texts = [record.exc_text for record in caplog.records]
    assert texts[0] == (
        "LookupError: first\nThe exception above was raised from this one:\nLookupError: second"
    )
    assert texts[1].count("member") == 9
    assert texts[2] == "NoneType: None"


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
    """``X-Forwarded-Host``, which anyone can send, decides nothing; it only helps readers of the log."""
    app = CorsMiddleware(SpyApp(), SAME_ORIGIN)

    assert call(app, "POST", "/", headers, **{"wsgi.url_scheme": scheme}).code == 403
    assert words in caplog.records[0].getMessage()
