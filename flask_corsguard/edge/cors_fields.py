"""What a format for CORS alone gets of a rule: the fields that such formats have in common."""

from __future__ import annotations

from dataclasses import dataclass

from flask_corsguard.core import fetch_standard as fetch
from flask_corsguard.core.answer import Headers
from flask_corsguard.core.origin_pattern import OriginPattern

from .rules import Rule


@dataclass(frozen=True, slots=True)
class CorsFields:
    """A rule for one audience, as the fields of a format.

    :ivar where: the name of the rule in messages.
    :ivar everyone: whether all origins are allowed.
    :ivar exact: the origins that are allowed.
    :ivar patterns: origins with a wildcard that are allowed.
    :ivar methods: the methods that a preflight is granted; ``*`` may be one.
    :ivar headers: the request headers that a preflight is granted; ``*`` may be one.
    :ivar exposed: the response headers that a page may read; ``*`` may be one.
    :ivar credentials: whether a page may send cookies and read the answer.
    :ivar max_age: for how many seconds browsers cache a preflight; ``None``: browsers decide.
    """

    where: str
    everyone: bool = False
    exact: tuple[str, ...] = ()
    patterns: tuple[OriginPattern, ...] = ()
    methods: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    exposed: tuple[str, ...] = ()
    credentials: bool = False
    max_age: int | None = None

    @property
    def allows_nobody(self) -> bool:
        """Whether no origin is allowed."""
        return not (self.everyone or self.exact or self.patterns)


def fields_of(rule: Rule) -> CorsFields:
    """Return the fields of *rule*.

    Precondition: it has one case at most.
    """
    if not rule.cases:
        return CorsFields(rule.where)
    case = rule.cases[0]
    told = dict(case.granted.preflight)
    age = told.get(fetch.ACMA)
    return CorsFields(
        rule.where,
        everyone=case.origins is None,
        exact=() if case.origins is None else case.origins.exact,
        patterns=() if case.origins is None else case.origins.patterns,
        methods=_names(case.granted.preflight, fetch.ACAM),
        headers=_names(case.granted.preflight, fetch.ACAH),
        exposed=_names(case.granted.response, fetch.ACEH),
        credentials=fetch.ACAC in told,
        max_age=None if age is None else int(age),
    )


def _names(headers: Headers, name: str) -> tuple[str, ...]:
    values = (value.split(",") for field, value in headers if field == name)
    return tuple(each.strip() for value in values for each in value if each.strip())
