"""The rows of the guard: who may change something, and what becomes of a forged transfer."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from .browser import PageRequest, Verdict
from .policies import Policies
from .row import Row
from .sites import Sites

TRANSFER: Final = "/transfer"

_FORM: Final = "application/x-www-form-urlencoded"
_FORGED: Final = "to=Mallory&amount=100"


def guard_rows(sites: Sites, policies: Policies) -> list[Row]:
    """Give the rows with the guard on, and then the forged ones with the guard off."""
    return [*_on(sites, policies), *_off(sites, policies)]


def _on(sites: Sites, policies: Policies) -> list[Row]:
    own = PageRequest(
        "POST",
        TRANSFER,
        sites.bank.origin,
        mode="navigate",
        credentials=True,
        body=(_FORM, "to=Bob&amount=100&back=home"),
        site="same-origin",
        dest="document",
    )
    notice = PageRequest("POST", "/notices", mode="none", body=("application/json", '{"payment": 1}'))
    form, script = _forged(sites, policies)
    return [
        Row(
            "the bank's own page makes a transfer with a form",
            own,
            policies.application,
            (303,),
            Verdict.READABLE,
            moved=100,
        ),
        Row(
            "a program that is no browser reports a payment to the bank, as webhooks do",
            notice,
            policies.application,
            (202,),
            Verdict.UNCHECKED,
        ),
        replace(form, title=f"{form.title}; the guard is on", statuses=(403,), refused=True),
        replace(script, title=f"{script.title}; the guard is on", statuses=(403,), refused=True),
    ]


def _off(sites: Sites, policies: Policies) -> list[Row]:
    open_policy = policies.application.replace(guard="off")
    switch = PageRequest(
        "POST",
        "/guard",
        sites.attacker.origin,
        mode="navigate",
        credentials=True,
        body=(_FORM, "guard=off"),
        dest="iframe",
    )
    return [
        *(
            replace(row, title=f"{row.title}; the guard is off", policy=open_policy, moved=100, guard=False)
            for row in _forged(sites, policies)
        ),
        Row(
            "the attacker wants to keep the guard off, but its switch has a policy of its own",
            switch,
            policies.switch,
            (403,),
            Verdict.HIDDEN,
            refused=True,
            guard=False,
        ),
    ]


def _forged(sites: Sites, policies: Policies) -> tuple[Row, Row]:
    form = PageRequest(
        "POST",
        TRANSFER,
        sites.attacker.origin,
        mode="navigate",
        credentials=True,
        body=(_FORM, _FORGED),
        dest="iframe",
    )
    script = replace(form, mode="no-cors", body=("text/plain", _FORGED), dest="empty")
    return (
        Row("the attacker sends a transfer by form", form, policies.application, (200,), Verdict.HIDDEN),
        Row(
            "the attacker sends a transfer by script (a no-cors fetch)",
            script,
            policies.application,
            (200,),
            Verdict.OPAQUE,
        ),
    )
