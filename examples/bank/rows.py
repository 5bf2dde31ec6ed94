"""The rows of the table: who asks what, and what ought to come of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask_corsguard import Policy

from .browser import PageRequest, Verdict
from .policies import Policies
from .sites import Sites

STATEMENT: Final = "/partners/statement"
ORDER: Final = "/partners/standing-orders/7"
LOGO: Final = "/brand/logo.svg"

_JSON: Final = ("application/json", '{"amount": 25}')
_FORM: Final = ("application/x-www-form-urlencoded", "to=Mallory&amount=100")


@dataclass(frozen=True)
class Row:
    """One line of the story, with its end."""

    title: str
    request: PageRequest
    #: The policy by which the bank ought to answer.
    policy: Policy
    #: The statuses of the answers: one, or two if a preflight comes first.
    statuses: tuple[int, ...]
    verdict: Verdict
    #: What is taken from Alice's account.
    moved: int = 0


def rows_for(sites: Sites, policies: Policies) -> list[Row]:
    """Give all rows."""
    return [*_reading(sites, policies), *_preflights(sites, policies), *_around(sites, policies)]


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
            change("null"),
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
            PageRequest("GET", STATEMENT, lookalike),
            policies.partners,
            (401,),
            Verdict.HIDDEN,
        ),
        Row(
            "the attacker shows the bank's logo as a plain image",
            PageRequest("GET", LOGO, attacker, mode="no-cors"),
            brand,
            (200,),
            Verdict.SHOWN,
        ),
        Row(
            "the attacker reads the logo's pixels",
            PageRequest("GET", LOGO, attacker),
            brand,
            (200,),
            Verdict.HIDDEN,
        ),
        Row(
            "the attacker has a form send a transfer, with Alice's cookie",
            PageRequest("POST", "/transfer", attacker, mode="navigate", credentials=True, body=_FORM),
            policies.application,
            (200,),
            Verdict.HIDDEN,
            moved=100,
        ),
    ]
