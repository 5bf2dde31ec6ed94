"""The policies that a callable gives, one for each request: their answers vary with the origin."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Final

from flask_corsguard.core.audiences import AnyPolicy, Audiences, closed_policy, policies_of, varying
from flask_corsguard.core.policy import Policy, strictest
from flask_corsguard.core.policy_argument import policy_from

logger: Final = logging.getLogger("flask_corsguard")


class VaryingPolicies:
    """Policies that a callable has given, and the closed one for requests for which it fails.

    :ivar closed: the closed policy, with the strictest ``resource_policy`` that was given so far.
    """

    def __init__(self) -> None:
        self.closed = closed_policy([])

    def ask(self, policy_of: Callable[[Any], object], request: object) -> AnyPolicy:
        """Return the policy that *policy_of* gives for *request*, else the closed one; the log shows why.

        :param policy_of: the callable.
        :param request: what it takes, such as a WSGI environ.
        """
        try:
            return self.of(policy_of(request), policy_of)
        except Exception:
            logger.exception("no policy for this request; the closed policy applies")
            return self.closed

    def of(self, policy: object, policy_of: object) -> AnyPolicy:
        """Return *policy* in the form in which it varies with the origin.

        :param policy_of: the callable that has given it, for a message.
        :raises TypeError: if *policy* is neither a policy nor a list.
        :raises PolicyError: if it is a list that cannot be used.
        """
        if not isinstance(policy, (Policy, Audiences, list, tuple)):
            raise TypeError(f"{policy_of!r} returned {type(policy).__name__}, not a Policy")
        found = varying(policy_from(policy, "policy"))
        for each in policies_of(found):
            if (
                each.resource_policy is not None
                and strictest((each, self.closed)) != self.closed.resource_policy
            ):
                self.closed = closed_policy([each, self.closed])
        return found
