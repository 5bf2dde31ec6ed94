"""What the rules mean: an engine in a few lines of Python, which the real ones are compared with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask_corsguard.core.answer import Header
from flask_corsguard.core.request import Request

from .answers import ORIGIN, UNREAD_LENGTH, Granted
from .guard import OWN, SAFE, asks_for_socket, is_own_by_host, is_own_site
from .outcome import Outcome, outcome
from .paths import path_of
from .rules import Case, Rule, Rules


@dataclass(frozen=True, slots=True)
class Interpreter:
    """An engine.

    :ivar rules: its configuration.
    """

    rules: Rules

    def outcome(self, target: str, request: Request) -> Outcome:
        """Return what becomes of *request*, whose target is *target*."""
        is_preflight = request.is_preflight
        method = request.requested_method or "" if is_preflight else request.method
        rule = self.rules.rules[self.rules.paths.rule_for(path_of(target), method)]
        case = _case_of(rule, request)
        if is_preflight and rule.managed:
            if case is None:
                return outcome(False, 403, _told(rule.withheld.preflight, request))
            return outcome(False, 204, _told(_preflight(case.granted, request), request))
        headers = _told(rule.withheld.response if case is None else case.granted.response, request)
        if self._refuses(rule, case, request):
            return outcome(False, 403, headers)
        return outcome(True, None, headers)

    def _refuses(self, rule: Rule, case: Case | None, request: Request) -> bool:
        if request.method in SAFE and not asks_for_socket(request.upgrade or ""):
            return False
        if request.fetch_site:
            if request.fetch_site in OWN:
                return False
        elif request.origin is None or self._is_own(request):
            return False
        if case is None:
            return rule.enforced
        inside = case.guard.lets_pass(request.method, has_cookie=request.has_cookie)
        return case.guard.enforced and not inside

    def _is_own(self, request: Request) -> bool:
        origin, scheme, host = request.origin or "", request.scheme, request.host or ""
        if self.rules.own:
            return is_own_site(self.rules.own, origin, scheme, host)
        return is_own_by_host(origin, scheme, host)


def _case_of(rule: Rule, request: Request) -> Case | None:
    for case in rule.cases:
        if case.origins is None or (request.origin is not None and case.origins.allow(request.origin)):
            return case
    return None


def _preflight(granted: Granted, request: Request) -> Sequence[Header]:
    names = request.requested_headers or ""
    if len(names) > UNREAD_LENGTH:
        return granted.unread
    private = granted.private
    asks = private is not None and request.private_network == "true"
    if private is not None and asks and private.grants(request.requested_method or "", names):
        return private.headers
    return granted.preflight


def _told(headers: Iterable[Header], request: Request) -> list[Header]:
    return [(name, (request.origin or "") if value == ORIGIN else value) for name, value in headers]
