"""One line of an inventory."""

from __future__ import annotations

from dataclasses import dataclass

from flask_corsguard.core.findings import Finding
from flask_corsguard.core.policy import Policy

#: What an entry has as its policy.
Given = Policy | tuple[Policy, ...] | None

#: The method of an entry that means any method.
ANY: str = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """The policy of one method of one rule; or that of the URLs below a path that no rule matches.

    :ivar rule: the rule, as the URL map has it; or the path below which no rule matches.
    :ivar method: the method; ``"*"`` for any.
    :ivar endpoint: the endpoint of the rule; ``None`` where no rule matches.
    :ivar policy: the policy; a tuple of policies where a list of them was given; ``None`` if a callable gives
        it for each request.
    :ivar source: whose policy it is: ``"view"``, ``"blueprint api.v1"``, ``"path /api"``, ``"application"``;
        or ``"closed"`` where the closed policy applies because there is no other one.
    :ivar where: the line of the mark, or of the call, that gave the policy, as ``file:line``; empty if it is
        not known.
    :ivar notes: what deserves a look about it, each with a stable code.
    :ivar host: the host, or the subdomain, that the rule is for; empty if it is for any.
    """

    __module__ = "flask_corsguard"

    rule: str
    method: str
    endpoint: str | None
    policy: Given
    source: str
    where: str
    notes: tuple[Finding, ...] = ()
    host: str = ""
