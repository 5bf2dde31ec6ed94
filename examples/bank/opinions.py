"""What a policy decides on a request: whether it may reach the bank, and who may read the answer."""

from __future__ import annotations

from typing import NamedTuple

from flask_corsguard import Decision, Policy, Request, decide
from flask_corsguard.core.guard import SAFE_METHODS, judge


class Opinion(NamedTuple):
    """The two decisions of a policy on one request."""

    #: Of the guard: whether it may reach the bank.
    judged: Decision
    #: Of CORS: with which headers it is answered.
    decided: Decision

    @classmethod
    def of(cls, policy: Policy, request: Request) -> Opinion:
        """Ask *policy*."""
        return cls(judge(policy, request), decide(policy, request))

    @property
    def is_refused(self) -> bool:
        """Whether the guard refuses the request."""
        # The bank's guard is on or off, and never only reports.
        return not self.judged.allowed

    @property
    def answer(self) -> Decision:
        """What the answer has to be like."""
        return self.judged if self.is_refused else self.decided

    @property
    def said(self) -> Decision:
        """The decision to show: for a safe method who may read the answer, else whether it may pass."""
        request = self.judged.request
        return self.decided if request and request.method in SAFE_METHODS else self.judged
