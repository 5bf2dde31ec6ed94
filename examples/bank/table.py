"""The table: the rows carried out, one after the other, against the bank."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from flask_corsguard.testing import Browser, Exchange, FetchRefused

from .client import ask
from .customer import Customer
from .outcome import Outcome
from .policies import Policies
from .row import Program, Row
from .sites import Site
from .verdict import Judgement


def carry_out(
    rows: Iterable[Row],
    browser: Browser,
    bank: Site,
    policies: Policies,
    follow: Callable[[], None] = lambda: None,
) -> Iterator[Outcome]:
    """Carry out the *rows*, each as soon as it is asked for.

    :param browser: reaches the bank; Alice signs in there.
    :param policies: those of the bank with the guard on.
    :param follow: has an engine in front of the bank follow the switch of the guard.
    """
    alice, guard = Customer(browser, bank), True
    for row in rows:
        if row.guard is not guard:
            guard = row.guard
            alice.turn_guard(on=guard)
            follow()
        before = alice.balance
        exchanges, judgement = _attempt(row, browser, bank, alice)
        moved = before - alice.balance
        yield Outcome(row, exchanges, judgement, moved, policies.with_guard(on=guard))
    alice.turn_guard(on=True)
    follow()


def _attempt(
    row: Row, browser: Browser, bank: Site, alice: Customer
) -> tuple[tuple[Exchange, ...], Judgement]:
    attempt = row.attempt
    if isinstance(attempt, Program):
        cookie = (("Cookie", alice.cookie),) if attempt.has_cookie else ()
        exchange = ask(bank, attempt.method, attempt.path, (*attempt.headers, *cookie), attempt.body)
        return (exchange,), Judgement.of_program()
    try:
        result = attempt(browser)
    except FetchRefused as refused:
        return refused.exchange, Judgement.of_refusal(refused)
    return result.exchange, Judgement.of_result(result)
