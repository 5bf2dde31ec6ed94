"""The rows of the guard: who may change something, and what becomes of a forged transfer."""

from __future__ import annotations

from dataclasses import replace

from .row import Program, Row
from .sites import Sites
from .verdict import Verdict


def guard_rows(sites: Sites) -> list[Row]:
    """Return the rows with the guard on, and then the forged ones with the guard off."""
    forged = _forged(sites)
    return [
        *_welcome(sites),
        *(
            replace(row, title=f"{row.title}; the guard is on", statuses=(403,), refused=True)
            for row in forged
        ),
        *(replace(row, title=f"{row.title}; the guard is off", moved=100, guard=False) for row in forged),
        _switch(sites),
    ]


def _welcome(sites: Sites) -> list[Row]:
    own = sites.bank.origin
    fields = {"to": "Bob", "amount": "100", "back": "home"}
    return [
        Row(
            "the bank's own page makes a transfer with a form",
            lambda browser: browser.open(own).submit("/transfer", fields),
            (303, 200),
            Verdict.OPENED,
            moved=100,
        ),
        Row(
            "a program that is not a browser reports a payment to the bank, as webhooks do",
            Program("POST", "/notices", (("Content-Type", "application/json"),), b'{"payment": 1}'),
            (202,),
            Verdict.UNCHECKED,
        ),
    ]


def _forged(sites: Sites) -> list[Row]:
    transfer, attacker = f"{sites.bank.origin}/transfer", sites.attacker.origin
    fields, text = {"to": "Mallory", "amount": "100"}, "to=Mallory&amount=100"
    return [
        Row(
            "the attacker sends a transfer by form",
            lambda browser: browser.open(attacker).submit(transfer, fields, target="frame"),
            (200,),
            Verdict.OPAQUE,
        ),
        Row(
            "the attacker sends a transfer by script (a no-cors fetch)",
            lambda browser: browser.open(attacker).fetch(
                transfer, "POST", data=text, mode="no-cors", credentials="include"
            ),
            (200,),
            Verdict.OPAQUE,
        ),
    ]


def _switch(sites: Sites) -> Row:
    switch, attacker = f"{sites.bank.origin}/guard", sites.attacker.origin
    return Row(
        "the attacker wants to leave the guard off, but its switch has a policy of its own",
        lambda browser: browser.open(attacker).submit(switch, {"guard": "off"}, target="frame"),
        (403,),
        Verdict.OPAQUE,
        refused=True,
        guard=False,
    )
