"""The rules: paths, origins, answers and guard together, in no engine's language."""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace

from flask_corsguard.core.audiences import AnyCompiled
from flask_corsguard.core.fetch_standard import TAO
from flask_corsguard.core.origin import Origin
from flask_corsguard.core.origin_pattern import OriginPattern
from flask_corsguard.core.policy import Policy
from flask_corsguard.core.problems import Problem, shown

from .answers import Granted, Withheld, granted_by, withheld_by
from .audiences import is_managed, members_of, owned_by
from .guard import Guard, OwnSite, guard_of, own_site
from .losses import loss, refuse
from .origins import Origins, origins_of
from .paths import Exact, Paths, ordered
from .places import Source


@dataclass(frozen=True, slots=True)
class Case:
    """One audience.

    :ivar origins: who it is; ``None``: everyone, with or without an origin.
    :ivar granted: what it is answered.
    :ivar guard: what it may send.
    """

    origins: Origins | None
    granted: Granted
    guard: Guard


@dataclass(frozen=True, slots=True)
class Rule:
    """What applies at one place: the first case that includes the origin, else what is withheld.

    :ivar cases: the audiences.
    :ivar withheld: what everyone else is answered.
    :ivar enforced: whether requests of everyone else are refused.
    :ivar owned: the response headers, in lower case, that are removed from what the application answers.
    :ivar managed: whether anything is done at all; if not, preflights go to the application, too.
    :ivar where: the name of a place that has it, in messages.
    """

    cases: tuple[Case, ...]
    withheld: Withheld
    enforced: bool
    owned: tuple[str, ...]
    managed: bool = True
    where: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules.

    :ivar rules: in the order of their numbers.
    :ivar paths: which one applies.
    :ivar own: the application's own origins; empty: by ``Host``.
    """

    rules: tuple[Rule, ...]
    paths: Paths
    own: tuple[OwnSite, ...] = ()


def rules_of(source: Source, own: Iterable[str] = (), accepted: Collection[str] = ()) -> Rules:
    """Return the rules of *source*.

    :param own: the application's own origins, where an engine has to know them.
    :param accepted: the codes of losses that are accepted.
    :raises PolicyError: with everything that no engine can do.
    """
    problems = list(source.problems)
    sites = _own_sites(own, problems)
    seen: set[Policy] = set()
    for place in source.places:
        for policy in itertools.chain.from_iterable(map(members_of, place.policies)):
            if policy not in seen:
                seen.add(policy)
                problems += _problems_of(policy, place.where)
    refuse(problems, accepted)
    table = _Table()
    if not source.places[0].path:
        whole = table.number(source.places[0].policy, source.places[0].where)
        return Rules(tuple(table.numbers), Paths(whole=whole), tuple(sites))
    paths = _paths(source, table)
    return Rules(tuple(table.numbers), paths, tuple(sites))


class _Table:
    """The rules by number: equal ones have the same."""

    def __init__(self) -> None:
        self.numbers: dict[Rule, int] = {}
        self._known: dict[int, int] = {}

    def number(self, policy: AnyCompiled, where: str) -> int:
        """Return the number of the rule of *policy*, which *where* has."""
        if id(policy) not in self._known:
            self._known[id(policy)] = self.add(_rule(policy, where))
        return self._known[id(policy)]

    def add(self, rule: Rule) -> int:
        """Return the number of *rule*."""
        return self.numbers.setdefault(rule, len(self.numbers))


def _paths(source: Source, table: _Table) -> Paths:
    prefixes = {
        place.path: table.number(place.policy, place.where) for place in source.places if not place.exact
    }
    paths = Paths(ordered(prefixes))
    exact: list[Exact] = []
    for place in source.places:
        if place.exact:
            other = table.number(place.policy, place.where)
            rules = ((method, table.number(each, place.where)) for method, each in place.by_method)
            by_method = tuple((method, rule) for method, rule in rules if rule != other)
            # Most views have the policy of the prefix above them.
            if by_method or paths.prefix_rule(place.path) != other:
                exact.append(Exact(place.path, by_method, other))
    # Other software may take an ambiguous path for that of any rule.
    closed = _rule(source.closed, "ambiguous paths")
    timed = {TAO.lower()} & {name for rule in table.numbers for name in rule.owned}
    closed = replace(closed, owned=tuple(sorted({*closed.owned, *timed})))
    in_order = tuple(sorted(exact, key=lambda each: each.path))
    return Paths(paths.prefixes, in_order, table.add(closed))


def _own_sites(own: Iterable[str], problems: list[Problem]) -> list[OwnSite]:
    sites: list[OwnSite] = []
    for text in own:
        origin = Origin.parse(text)
        if origin is None or origin.scheme not in {"http", "https"}:
            hint = "Write it as a browser sends it, such as https://api.example"
            problems.append(loss("edge.own", "own", text, hint))
        else:
            sites.append(own_site(origin))
    return sorted(sites)


def _rule(policy: AnyCompiled, where: str) -> Rule:
    if not is_managed(policy):
        return Rule((), Withheld((), ()), enforced=False, owned=(), managed=False, where=where)
    members = members_of(policy)
    cases: list[Case] = []
    for each in members:
        granted = granted_by(policy, each)
        if granted is not None:
            cases.append(Case(origins_of(each), granted, guard_of(each)))
    return Rule(
        tuple(cases),
        withheld_by(policy),
        enforced=members[-1].guard == "enforce",
        owned=tuple(sorted(owned_by(policy))),
        where=where,
    )


def _problems_of(policy: Policy, where: str) -> Iterable[Problem]:
    origins = f"{where}.origins"
    for item in policy.origins if policy.origins != "*" else ():
        if isinstance(item, re.Pattern):
            hint = "Write it as exact origins or patterns, such as https://*.app.example"
            yield loss("edge.regex", origins, item, hint)
        elif not isinstance(item, str):
            hint = "Leave these routes to Python, or list the origins."
            yield loss("edge.callable", origins, item, hint)
        elif "*" in item and (pattern := OriginPattern.parse(item)) and not pattern.host:
            yield loss("edge.any-host", origins, item, 'Write "*", or name the hosts.')
    if policy.credentials and policy.methods == "*":
        yield loss("edge.echo", f"{where}.methods", "*", "List the methods.")
    if policy.credentials and "*" in policy.allow_headers:
        yield loss("edge.echo", f"{where}.allow_headers", "*", "List the headers.")
    if policy.private_network and (policy.methods == "*" or "*" in policy.allow_headers):
        hint = "List the methods and the headers."
        yield loss("edge.private-network", f"{where}.private_network", True, hint)
    if policy.guard == "report":
        hint = 'Write guard="enforce" once the log of the application shows that it refuses nobody.'
        yield loss("edge.report", f"{where}.guard", shown(policy.guard), hint)
