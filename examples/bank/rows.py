"""The rows of the table: who asks what, and what ought to come of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from .browser import PageRequest, Verdict
from .guard_rows import guard_rows
from .policies import Policies
from .row import Row
from .sites import Sites

STATEMENT: Final = "/partners/statement"
ORDER: Final = "/partners/standing-orders/7"
LOGO: Final = "/brand/logo.svg"

_JSON: Final = ("application/json", '{"amount": 25}')


def rows_for(sites: Sites, policies: Policies) -> list[Row]:
    """Give all rows."""
    return [
        *_reading(sites, policies),
        *_preflights(sites, policies),
        *_around(sites, policies),
        *guard_rows(sites, policies),
    ]


def _reading(sites: Sites, policies: Policies) -> list[Row]:
    partner, attacker = sites.partner.origin, sites.attacker.origin
    public, partners, readable, hidden = policies.public, policies.partners, Verdict.READABLE, Verdict.HIDDEN
    statement = PageRequest("GET", STATEMENT, partner, credentials=True)
    return [
        Row("the partner reads the rates", PageRequest("GET", "/rates", partner), public, (200,), readable),
        Row(
            "the attacker reads the rates, which are public",
            PageRequest("GET", "/rates", attacker),
            public,
            (200,),
            readable,
        ),
        Row("the partner reads Alice's statement, with her cookie", statement, partners, (200,), readable),
        Row(
            "the attacker reads Alice's statement, with her cookie",
            PageRequest("GET", STATEMENT, attacker, credentials=True),
            partners,
            (200,),
            hidden,
        ),
        Row(
            "the partner reads Alice's account, which is for the bank's own page",
            PageRequest("GET", "/account", partner, credentials=True),
            policies.application,
            (200,),
            hidden,
        ),
        Row(
            "a program that is no browser reads the statement, with her cookie",
            PageRequest("GET", STATEMENT, mode="none", credentials=True),
            partners,
            (200,),
            Verdict.UNCHECKED,
        ),
        Row(
            "the partner asks for what does not exist",
            PageRequest("GET", "/partners/nothing", partner, credentials=True),
            partners,
            (404,),
            readable,
        ),
    ]


def _preflights(sites: Sites, policies: Policies) -> list[Row]:
    partner, attacker, partners = sites.partner.origin, sites.attacker.origin, policies.partners
    names = ("content-type", "x-request-id")

    def change(origin: str, method: str = "PUT") -> PageRequest:
        return PageRequest(method, ORDER, origin, credentials=True, unsafe_headers=names, body=_JSON)

    return [
        Row(
            "the partner changes a standing order",
            change(partner),
            partners,
            (204, 200),
            Verdict.READABLE,
        ),
        Row(
            "the attacker changes a standing order",
            change(attacker),
            partners,
            (403,),
            Verdict.NOT_SENT,
        ),
        Row(
            "the partner sends a header that the policy does not list",
            PageRequest("GET", STATEMENT, partner, credentials=True, unsafe_headers=("x-debug",)),
            partners,
            (204,),
            Verdict.NOT_SENT,
        ),
        Row(
            "the partner uses a method that the policy does not list",
            change(partner, "DELETE"),
            partners,
            (204,),
            Verdict.NOT_SENT,
        ),
        Row(
            "a page whose origin is null (a sandboxed frame) changes a standing order",
            replace(change("null"), site="cross-site"),
            partners,
            (403,),
            Verdict.NOT_SENT,
        ),
    ]


def _around(sites: Sites, policies: Policies) -> list[Row]:
    attacker, brand = sites.attacker.origin, policies.brand
    # Of another site, so that a browser would not send the cookie along.
    lookalike = f"http://{sites.partner.host}.evil.example"
    return [
        Row(
            "a page whose name only begins like the partner's reads the statement",
            PageRequest("GET", STATEMENT, lookalike, site="cross-site"),
            policies.partners,
            (401,),
            Verdict.HIDDEN,
        ),
        Row(
            "the attacker shows the bank's logo as a plain image",
            PageRequest("GET", LOGO, attacker, mode="no-cors", dest="image"),
            brand,
            (200,),
            Verdict.SHOWN,
        ),
        Row(
            "the attacker reads the logo's pixels",
            PageRequest("GET", LOGO, attacker, dest="image"),
            brand,
            (200,),
            Verdict.HIDDEN,
        ),
    ]
