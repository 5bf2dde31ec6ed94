"""The rules: paths, origins, answers and guard together, in no engine's language."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from flask_corsguard.core.fetch_standard import CORP
from flask_corsguard.core.origin import Origin
from flask_corsguard.core.origin_pattern import OriginPattern
from flask_corsguard.core.policy import Policy
from flask_corsguard.core.problems import Problem, shown

from .answers import Granted, Withheld, granted_by, withheld_by
from .audiences import CLOSED, Audiences, owned_by
from .guard import Guard, OwnSite, guard_of, own_site
from .losses import loss, refuse
from .origins import Origins, origins_of
from .paths import Exact, Paths, ordered
from .source import Place, Source


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
    """

    cases: tuple[Case, ...]
    withheld: Withheld
    enforced: bool
    owned: tuple[str, ...]


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
    numbers: dict[Audiences, int] = {}
    whole = next((place for place in source.places if not place.path), None)
    for place in source.places:
        for audiences in (place.audiences, *(each for _, each in place.by_method)):
            if audiences not in numbers:
                numbers[audiences] = len(numbers)
                for policy in audiences:
                    problems += _problems_of(policy, place.where)
    refuse(problems, accepted)
    rules = [_rule(audiences) for audiences in numbers]
    if whole is not None:
        return Rules(tuple(rules), Paths(whole=0), tuple(sites))
    paths = _paths(source.places, numbers, closed=len(rules))
    return Rules((*rules, _ambiguous(rules)), paths, tuple(sites))


def _ambiguous(rules: Iterable[Rule]) -> Rule:
    """Return the closed rule for a path that other software may take for that of any other rule."""
    owned = {name for rule in rules for name in rule.owned} - {CORP.lower()}
    return replace(_rule(CLOSED), owned=tuple(sorted(owned)))


def _paths(places: Iterable[Place], numbers: dict[Audiences, int], closed: int) -> Paths:
    exact = [
        Exact(
            place.path,
            tuple((method, numbers[each]) for method, each in place.by_method),
            numbers[place.audiences],
        )
        for place in places
        if place.exact
    ]
    prefixes = {place.path: numbers[place.audiences] for place in places if not place.exact}
    return Paths(ordered(prefixes), tuple(sorted(exact, key=lambda each: each.path)), closed)


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


def _rule(audiences: Audiences) -> Rule:
    cases: list[Case] = []
    for policy in audiences:
        granted = granted_by(audiences, policy)
        if granted is not None:
            cases.append(Case(origins_of(policy), granted, guard_of(policy)))
    return Rule(
        tuple(cases),
        withheld_by(audiences),
        audiences[-1].guard == "enforce",
        tuple(sorted(owned_by(audiences))),
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
