"""The rows carried out over real sockets, and compared with what ought to come of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from flask_corsguard import Request

from .browser import (
    Headers,
    Judgement,
    Verdict,
    actual_headers,
    judge_answer,
    judge_preflight,
    preflight_headers,
)
from .client import Answer, ask, sign_in, turn_guard
from .opinions import Opinion
from .row import Row
from .sites import Site

#: What a layer around the policy may add to Vary: Flask does, where a session was read.
_OTHER_VARY: Final = frozenset({"cookie"})
_OTHER_OWNED: Final = frozenset({"timing-allow-origin", "cross-origin-resource-policy"})


@dataclass(frozen=True)
class Exchange:
    """One request, its answer, and what the policy says of it."""

    method: str
    headers: Headers
    answer: Answer
    opinion: Opinion


@dataclass(frozen=True)
class Outcome:
    """What came of a row."""

    row: Row
    exchanges: tuple[Exchange, ...]
    judgement: Judgement
    moved: int

    @property
    def is_refused(self) -> bool:
        """Whether the guard has refused the request, so that the bank has not seen it."""
        last = self.exchanges[-1]
        return last.opinion.is_refused and last.answer.body.startswith(b"Refused")

    @property
    def problems(self) -> list[str]:
        """What is not as the row, or the policy, says; empty if all is."""
        row, statuses = self.row, tuple(exchange.answer.status for exchange in self.exchanges)
        found = [problem for exchange in self.exchanges for problem in differences(exchange)]
        if statuses != row.statuses:
            found.append(f"answered {_listed(statuses)} instead of {_listed(row.statuses)}")
        if self.is_refused is not row.refused:
            found.append("passed the guard" if row.refused else "refused by the guard")
        if self.judgement.verdict is not row.verdict:
            found.append(f'"{self.judgement.verdict.value}" instead of "{row.verdict.value}"')
        if self.moved != row.moved:
            found.append(f"took {self.moved} from the account instead of {row.moved}")
        return found


def run(rows: list[Row], bank: Site) -> Iterator[Outcome]:
    """Carry the *rows* out one after the other, each as soon as it is asked for."""
    cookie, guard = sign_in(bank), True
    for row in rows:
        if row.guard is not guard:
            guard = row.guard
            turn_guard(bank, cookie, on=guard)
        before = _balance(bank, cookie)
        exchanges, judgement = _carry_out(row, bank, cookie)
        yield Outcome(row, exchanges, judgement, before - _balance(bank, cookie))
    turn_guard(bank, cookie, on=True)


def differences(exchange: Exchange) -> list[str]:
    """Give what of the answer's CORS headers is not as the policy decided."""
    decision, headers = exchange.opinion.answer, exchange.answer.headers
    expected = {name.lower(): value for name, value in decision.headers if name != "Vary"}
    found = sorted((name.lower(), value) for name, value in headers if _is_owned(name.lower()))
    problems = []
    if found != sorted(expected.items()):
        problems.append(f"the answer carries {found}, the policy says {sorted(expected.items())}")
    missing = _vary(decision.headers) - _vary(headers)
    surplus = _vary(headers) - _vary(decision.headers) - _OTHER_VARY
    if missing or surplus:
        problems.append(f"Vary lacks {sorted(missing)} and has {sorted(surplus)} too much")
    if decision.status not in {None, exchange.answer.status}:
        problems.append(f"the answer is {exchange.answer.status}, the policy says {decision.status}")
    return problems


def _carry_out(row: Row, bank: Site, cookie: str) -> tuple[tuple[Exchange, ...], Judgement]:
    request, exchanges = row.request, []
    if request.needs_preflight:
        # Without a cookie: a preflight never has one.
        first = _exchange(row, bank, "OPTIONS", preflight_headers(request))
        exchanges.append(first)
        judgement = judge_preflight(request, first.answer.status, first.answer.headers)
        if judgement.verdict is Verdict.NOT_SENT:
            return tuple(exchanges), judgement
    body = request.body and request.body[1]
    last = _exchange(row, bank, request.method, actual_headers(request, cookie), body)
    exchanges.append(last)
    return tuple(exchanges), judge_answer(request, last.answer.headers)


def _exchange(row: Row, bank: Site, method: str, headers: Headers, body: str | None = None) -> Exchange:
    answer = ask(bank, method, row.request.path, headers, body)
    seen = Request.from_headers(method, [("Host", bank.authority), *headers])
    return Exchange(method, headers, answer, Opinion.of(row.policy, seen))


def _balance(bank: Site, cookie: str) -> int:
    answer = ask(bank, "GET", "/account", (("Cookie", cookie),))
    return int(json.loads(answer.body)["balance"])


def _is_owned(name: str) -> bool:
    return name.startswith("access-control-") or name in _OTHER_OWNED


def _vary(headers: Headers) -> set[str]:
    values = [value for name, value in headers if name.lower() == "vary"]
    return {item.strip().lower() for value in values for item in value.split(",")}


def _listed(statuses: tuple[int, ...]) -> str:
    return " and ".join(map(str, statuses))
