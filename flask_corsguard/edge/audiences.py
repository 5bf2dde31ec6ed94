"""The policies of several audiences on one URL: the first that allows the origin applies, else the last."""

from __future__ import annotations

from dataclasses import replace

from flask_corsguard.core.compiled import Header, Headers, compiled
from flask_corsguard.core.decision import Decision, decide
from flask_corsguard.core.guard import judge
from flask_corsguard.core.policy import SAME_ORIGIN, Policy
from flask_corsguard.core.reasons import ALLOWED
from flask_corsguard.core.request import Request

#: The policies of one URL, in their order.
Audiences = tuple[Policy, ...]

CLOSED: Audiences = (SAME_ORIGIN,)

_VARY: Header = ("Vary", "Origin")


def decided(audiences: Audiences, request: Request) -> Decision:
    """Return what :func:`~flask_corsguard.decide` decides."""
    return _shared(audiences, decide(audience_of(audiences, request.origin), request))


def judged(audiences: Audiences, request: Request) -> Decision:
    """Return what :func:`~flask_corsguard.judge` decides."""
    return _shared(audiences, judge(audience_of(audiences, request.origin), request))


def owned_by(audiences: Audiences) -> frozenset[str]:
    """Return the names, in lower case, of the response headers that the policies replace."""
    return frozenset(name for policy in audiences for name in compiled(policy).owned)


def audience_of(audiences: Audiences, origin: str | None) -> Policy:
    """Return the policy for *origin*."""
    asked = Request(method="GET", origin=origin)
    return next((each for each in audiences if decide(each, asked).reason is ALLOWED), audiences[-1])


def _shared(audiences: Audiences, decision: Decision) -> Decision:
    # Between several audiences, every answer depends on the origin.
    if len(audiences) == 1 or any(name == "Vary" for name, _ in decision.headers):
        return decision
    headers: Headers = (*decision.headers, _VARY)
    return replace(decision, headers=headers)
