"""The rows of the table: who asks what, and what ought to come of it."""

from __future__ import annotations

from typing import Final

from .guard_rows import guard_rows
from .row import Attempt, Program, Row
from .sites import Sites
from .verdict import Verdict

STATEMENT: Final = "/partners/statement"
ORDER: Final = "/partners/standing-orders/7"
LOGO: Final = "/brand/logo.svg"


def rows_for(sites: Sites) -> list[Row]:
    """Return all rows."""
    return [*_reading(sites), *_preflights(sites), *_around(sites), *guard_rows(sites)]


def _reading(sites: Sites) -> list[Row]:
    bank, partner, attacker = (site.origin for site in sites)
    readable, hidden = Verdict.READABLE, Verdict.HIDDEN

    def rates(origin: str) -> Attempt:
        return lambda browser: browser.open(origin).fetch(f"{bank}/rates")

    def with_cookie(origin: str, path: str) -> Attempt:
        return lambda browser: browser.open(origin).fetch(f"{bank}{path}", credentials="include")

    return [
        Row("the partner reads the rates", rates(partner), (200,), readable),
        Row("the attacker reads the rates, which are public", rates(attacker), (200,), readable),
        Row(
            "the partner reads Alice's statement, with her cookie",
            with_cookie(partner, STATEMENT),
            (200,),
            readable,
        ),
        Row(
            "the attacker reads Alice's statement, with her cookie",
            with_cookie(attacker, STATEMENT),
            (200,),
            hidden,
        ),
        Row(
            "the partner reads Alice's account, which is for the bank's own page",
            with_cookie(partner, "/account"),
            (200,),
            hidden,
        ),
        Row(
            "a program that is not a browser reads the statement, with her cookie",
            Program("GET", STATEMENT, has_cookie=True),
            (200,),
            Verdict.UNCHECKED,
        ),
        Row(
            "the partner asks for what does not exist",
            with_cookie(partner, "/partners/nothing"),
            (404,),
            readable,
        ),
    ]


def _preflights(sites: Sites) -> list[Row]:
    bank, partner, attacker = (site.origin for site in sites)

    def change(origin: str, method: str = "PUT", *, sandboxed: bool = False) -> Attempt:
        return lambda browser: browser.open(origin, sandboxed=sandboxed).fetch(
            f"{bank}{ORDER}",
            method,
            json={"amount": 25},
            headers={"X-Request-ID": "demo-1"},
            credentials="include",
        )

    def debug(origin: str) -> Attempt:
        return lambda browser: browser.open(origin).fetch(
            f"{bank}{STATEMENT}", headers={"X-Debug": "1"}, credentials="include"
        )

    return [
        Row("the partner changes a standing order", change(partner), (204, 200), Verdict.READABLE),
        Row("the attacker changes a standing order", change(attacker), (403,), Verdict.NOT_SENT),
        Row(
            "the partner sends a header that the policy does not list",
            debug(partner),
            (204,),
            Verdict.NOT_SENT,
        ),
        Row(
            "the partner uses a method that the policy does not list",
            change(partner, "DELETE"),
            (204,),
            Verdict.NOT_SENT,
        ),
        Row(
            "a page whose origin is null (a sandboxed frame) changes a standing order",
            change(attacker, sandboxed=True),
            (403,),
            Verdict.NOT_SENT,
        ),
    ]


def _around(sites: Sites) -> list[Row]:
    bank, attacker = sites.bank.origin, sites.attacker.origin
    # Of another site, so that the browser does not send the cookie along.
    lookalike = f"http://{sites.partner.host}.evil.example"
    return [
        Row(
            "a page whose name only begins like the partner's reads the statement",
            lambda browser: browser.open(lookalike).fetch(f"{bank}{STATEMENT}", credentials="include"),
            (401,),
            Verdict.HIDDEN,
        ),
        Row(
            "the attacker shows the bank's logo as a plain image",
            lambda browser: browser.open(attacker).image(f"{bank}{LOGO}"),
            (200,),
            Verdict.SHOWN,
        ),
        Row(
            "the attacker reads the logo's pixels",
            lambda browser: browser.open(attacker).image(f"{bank}{LOGO}", "anonymous"),
            (200,),
            Verdict.HIDDEN,
        ),
    ]
