"""The policies that a callable gives, one for each request: their answers vary with the origin."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Final

from flask_corsguard.core.audiences import AnyPolicy, closed_policy, varying
from flask_corsguard.core.policy import Policy
from flask_corsguard.core.policy_argument import policy_from

logger: Final = logging.getLogger("flask_corsguard")

#: How many policies are remembered in the form in which they vary. A callable that makes a new policy for
#: each request has each of them compiled anew.
MAX_VARYING: Final = 1024


class VaryingPolicies:
    """Policies that a callable has given, and the closed one for requests for which it fails.

    :ivar closed: the closed policy, with the strictest ``resource_policy`` that was given so far.
    """

    def __init__(self) -> None:
        self.closed: AnyPolicy = closed_policy([])
        # By the id of what was given, which stays beside it, so that its id is not given to another one.
        self._known: dict[int, tuple[AnyPolicy, AnyPolicy]] = {}

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
        if not isinstance(policy, (Policy, list, tuple)):
            raise TypeError(f"{policy_of!r} returned {type(policy).__name__}, not a Policy")
        given = policy_from(policy, "policy")
        known = self._known.get(id(given))
        if known is not None:
            return known[1]
        found = varying(given)
        self.closed = closed_policy([found, self.closed])
        if len(self._known) >= MAX_VARYING:
            self._known = {}
        self._known[id(given)] = given, found
        return found
