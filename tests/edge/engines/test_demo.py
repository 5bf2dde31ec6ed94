"""The demo with nginx in front of the bank: the same table, row for row."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import partial

from examples.bank.client import Relay, ask
from examples.bank.customer import Customer
from examples.bank.edge import is_of_edge
from examples.bank.policies import policies_for
from examples.bank.rows import rows_for
from examples.bank.servers import follow, serving
from examples.bank.table import carry_out
from flask_corsguard.testing import Browser
from interop.launch import ROOT
from live.asking import eventually

#: Seconds after which a demo that should have ended is taken to hang.
BOUND = 600


def table_of(*arguments: str) -> str:
    """Run the demo, and return its table; ports and times differ each time."""
    command = [sys.executable, "-m", "examples.bank", "--once", *arguments]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=BOUND, check=True)
    assert told.stderr == ""
    table, _, _ = told.stdout.partition("And while the bank runs")
    return re.sub(r":[0-9]{4,5}", ":PORT", table)


def test_the_table_is_the_same_with_nginx_in_front_of_the_bank():
    """Line for line, the reasons and the commands included."""
    assert table_of("--edge", "nginx").split("\n") == table_of().split("\n")


def test_nginx_answers_preflights_and_refuses_forged_transfers_by_itself():
    """And nothing else; with the switch turned off, the forged transfers reach the bank."""
    with serving((0, 0, 0), plain=False, edge=True) as (sites, children):
        after = partial(follow, children[-1])
        after()
        browser = Browser({sites.bank.origin: Relay(sites.bank)})
        outcomes = list(carry_out(rows_for(sites), browser, sites.bank, policies_for(sites), after))
        own = ask(sites.bank, "GET", "/rates")

    assert not is_of_edge(own)
    assert [outcome.problems for outcome in outcomes if outcome.problems] == []
    answered = [each for outcome in outcomes for each in outcome.exchanges if is_of_edge(each)]
    refused = [outcome.decisive for outcome in outcomes if outcome.row.refused]
    preflights = [each for outcome in outcomes for each in outcome.exchanges if each.is_preflight]
    assert {id(each) for each in answered} == {id(each) for each in (*refused, *preflights)}
    assert len(refused) == 3


def test_nginx_follows_the_switch_by_itself_and_no_request_is_lost():
    """As when somebody presses the button: the page that answers comes through nginx, too."""
    with serving((0, 0, 0), plain=False, edge=True) as (sites, children):
        follow(children[-1])
        alice = Customer(Browser({sites.bank.origin: Relay(sites.bank)}), sites.bank)
        forged = (("Origin", sites.attacker.origin), ("Sec-Fetch-Site", "cross-site"))
        for on in (False, True, False):
            alice.turn_guard(on=on)
            eventually(lambda on=on: is_of_edge(ask(sites.bank, "POST", "/transfer", forged)) is on)
