"""What came of a row, compared with what ought to come of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from flask_corsguard import Request
from flask_corsguard.testing import Exchange

from .edge import is_of_edge
from .opinions import Opinion
from .policies import Policies
from .row import Row
from .verdict import Judgement

#: What a layer around the policy may add to Vary: Flask does, where a session was read.
_OTHER_VARY: Final = frozenset({"cookie"})
_OTHER_OWNED: Final = frozenset({"timing-allow-origin", "cross-origin-resource-policy"})


@dataclass(frozen=True)
class Outcome:
    """What came of a row."""

    row: Row
    exchanges: tuple[Exchange, ...]
    judgement: Judgement
    #: What was taken from Alice's account, in EUR.
    moved: int
    #: The policies that the bank had meanwhile.
    policies: Policies

    @property
    def decisive(self) -> Exchange:
        """The exchange of the request itself, or of the preflight if the request was not sent after it."""
        return next((each for each in self.exchanges if not each.is_preflight), self.exchanges[-1])

    def opinion_of(self, exchange: Exchange) -> Opinion:
        """Return what the policy of its path decides on the request of *exchange*."""
        request = Request.from_headers(exchange.method, exchange.headers)
        return Opinion.of(self.policies.of_path(urlsplit(exchange.url).path), request)

    @property
    def is_refused(self) -> bool:
        """Whether the guard has refused the request, so that the bank has not seen it."""
        exchange = self.decisive
        is_said = exchange.response_body.startswith(b"Refused") or is_of_edge(exchange)
        return self.opinion_of(exchange).is_refused and is_said

    @property
    def problems(self) -> list[str]:
        """What differs from the row, or from the policy; empty if nothing does."""
        row, statuses = self.row, tuple(exchange.status for exchange in self.exchanges)
        found = [text for each in self.exchanges for text in differences(each, self.opinion_of(each))]
        if statuses != row.statuses:
            found.append(f"answered {_listed(statuses)} instead of {_listed(row.statuses)}")
        if self.is_refused is not row.refused:
            found.append("passed the guard" if row.refused else "refused by the guard")
        if self.judgement.verdict is not row.verdict:
            found.append(f'"{self.judgement.verdict.value}" instead of "{row.verdict.value}"')
        if self.moved != row.moved:
            found.append(f"took {self.moved} from the account instead of {row.moved}")
        return found


def differences(exchange: Exchange, opinion: Opinion) -> list[str]:
    """Return what of the answer's CORS headers is not as the policy decided."""
    decision, headers = opinion.answer, exchange.response_headers
    expected = {name.lower(): value for name, value in decision.headers if name != "Vary"}
    found = sorted((name.lower(), value) for name, value in headers if _is_owned(name.lower()))
    problems = []
    if found != sorted(expected.items()):
        problems.append(f"the answer carries {found}, the policy requires {sorted(expected.items())}")
    missing = _vary(decision.headers) - _vary(headers)
    surplus = _vary(headers) - _vary(decision.headers) - _OTHER_VARY
    if missing or surplus:
        problems.append(f"Vary lacks {sorted(missing)} and has {sorted(surplus)} too much")
    if decision.status not in {None, exchange.status}:
        problems.append(f"the answer is {exchange.status}, the policy requires {decision.status}")
    return problems


def _is_owned(name: str) -> bool:
    return name.startswith("access-control-") or name in _OTHER_OWNED


def _vary(headers: Iterable[tuple[str, str]]) -> set[str]:
    values = [value for name, value in headers if name.lower() == "vary"]
    return {item.strip().lower() for value in values for item in value.split(",")}


def _listed(statuses: tuple[int, ...]) -> str:
    return " and ".join(map(str, statuses))
