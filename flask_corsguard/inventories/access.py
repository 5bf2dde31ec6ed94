"""What a page of one origin may do where an entry of the inventory applies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from flask_corsguard.core.decision import Decision, decide_by
from flask_corsguard.core.fetch_standard import SAFELISTED_METHODS
from flask_corsguard.core.guard import SAFE_METHODS, is_refused, judge_by
from flask_corsguard.core.policy_argument import policy_for_origin
from flask_corsguard.core.request import Request

from .entry import ANY, Entry
from .words import grouped, guard_of

#: How much a page may do: read the answer; send a safe request, whose answer it cannot read; send an unsafe
#: one, as a forged form does; or nothing.
Level = Literal["read", "hidden", "run", "nothing", "unknown", "unmanaged"]

_WORDS: Final = {
    "read": "reads",
    "hidden": "cannot read",
    "run": "runs, cannot read",
    "unknown": "decided per request",
    "unmanaged": "unmanaged",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What a page may do.

    :ivar level: ``"read"`` if the page reads the answer. ``"hidden"`` if the application gets a safe request,
        such as that of a link, but the page cannot read the answer. ``"run"`` if it gets an unsafe one, whose
        answer the page cannot read. ``"nothing"`` if the application never gets the request, ``"unknown"`` if
        a callable decides, and ``"unmanaged"`` if that part manages its CORS itself.
    :ivar with_cookies: whether the page reads what the user who is signed in may see.
    :ivar reason: the reason of the decision.
    """

    level: Level
    with_cookies: bool
    reason: str

    def __str__(self) -> str:
        if self.level == "nothing":
            return f"no: {self.reason}"
        return f"{_WORDS[self.level]}{', with cookies' if self.with_cookies else ''}"


def access_of(entry: Entry, origin: str) -> Access:
    """Return what a page of *origin* may do where *entry* applies.

    The decisions are those of ``decide()`` and ``judge()``. The page is taken to be of another site, and to
    set no headers.

    :param entry: an entry of an inventory.
    :param origin: an origin that is not the application's own.
    """
    if entry.policy is None:
        return Access(level="unknown", with_cookies=False, reason="")
    method = "GET" if entry.method == ANY else entry.method
    by_policy = policy_for_origin(entry.policy, origin).for_methods((method,))
    policy = by_policy.policy
    if policy.is_unmanaged:
        return Access(level="unmanaged", with_cookies=False, reason="unmanaged")
    if method not in SAFELISTED_METHODS:
        asked = Request(method="OPTIONS", origin=origin, requested_method=method)
        preflight = decide_by(by_policy, asked)
        if not preflight.allowed:
            return _nothing(preflight)
    request = Request(method=method, origin=origin, fetch_site="cross-site")
    verdict = judge_by(by_policy, request)
    if is_refused(verdict) and guard_of(entry) != "report":
        return _nothing(verdict)
    decision = decide_by(by_policy, request)
    if decision.allowed:
        return Access(level="read", with_cookies=policy.credentials, reason=str(decision.reason))
    level: Level = "hidden" if method in SAFE_METHODS else "run"
    return Access(level=level, with_cookies=False, reason=str(decision.reason))


def _nothing(decision: Decision) -> Access:
    detail = f": {decision.detail}" if decision.detail else ""
    return Access(level="nothing", with_cookies=False, reason=f"{decision.reason}{detail}")


def by_access(entries: Iterable[Entry], origin: str) -> Iterator[tuple[Access, list[Entry]]]:
    """Yield entries in groups that differ in their methods alone, and in what a page may do not at all."""
    # Most entries share a few policies.
    known: dict[tuple[int, str], Access] = {}
    for group in grouped(entries):
        found: dict[Access, list[Entry]] = {}
        for each in group:
            key = id(each.policy), each.method
            if key not in known:
                known[key] = access_of(each, origin)
            found.setdefault(known[key], []).append(each)
        yield from found.items()
