"""Where a layer gets the policy of a request from."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from flask_corsguard.core.compiled import Answers
from flask_corsguard.core.policy import SAME_ORIGIN, Policy

from .proxy_fix import as_seen_inside
from .response import start_found

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    from .response import Given

    PolicyOf = Callable[[WSGIEnvironment], Policy]
    Prepare = Callable[[WSGIEnvironment, StartResponse], StartResponse]

logger = logging.getLogger("flask_corsguard")


class PolicySource(Protocol):
    """Gives each request its policy.

    :ivar policy: that of every request, where there is but one.
    :ivar answers: those of the policy of every response, where that is but one; :attr:`start` and what it
        asks are for the others.
    :ivar prepare: finds out about the application what is not known yet, and gives what is to start this
        response; ``None`` once all is known.
    """

    policy: Policy | None
    answers: Answers | None
    prepare: Prepare | None

    @property
    def beforehand(self) -> Callable[[WSGIEnvironment, Policy | None], Policy] | None:
        """Gives the policy of a response before the application runs; ``None`` where it is found later.

        By the environ and by what :meth:`for_method` gave for this request, if it was asked.
        """
        ...

    @property
    def start(self) -> Callable[..., Callable[[bytes], object]]:
        """What stands in for ``start_response``, bound to what is given; see :mod:`.starting`."""
        ...

    def for_method(self, environ: WSGIEnvironment, method: str, /) -> Policy:
        """Give the policy by which a request with *method* to this URL is judged.

        For a preflight that is the requested method, for the guard the request's own.
        """
        ...

    def for_response(self, given: Given[Any], /) -> Policy:
        """Give the policy by which a request is answered, when the application starts its response."""
        ...


class OnePolicy:
    """The same policy for every request."""

    prepare: Prepare | None = None
    beforehand = None
    start = staticmethod(start_found)

    def __init__(self, policy: Policy) -> None:
        self.policy: Policy | None = policy
        self.answers: Answers | None = policy.answers
        self._policy = policy

    def for_method(self, *_: object) -> Policy:
        """Give it."""
        return self._policy

    for_response = for_method


class PolicyPerRequest:
    """The policy that a callable gives, once per request and before the application runs."""

    policy: Policy | None = None
    answers: Answers | None = None
    prepare: Prepare | None = None
    start = staticmethod(start_found)

    def __init__(self, policy_of: PolicyOf, fixes: tuple[Any, ...]) -> None:
        self._policy_of = policy_of
        self._fixes = fixes

    def for_method(self, environ: WSGIEnvironment, _method: str) -> Policy:
        """Ask the callable."""
        try:
            policy: object = self._policy_of(environ)
            if isinstance(policy, Policy):
                return policy
            raise TypeError(f"{self._policy_of!r} returned {type(policy).__name__}, not a Policy")
        except Exception:
            logger.exception("no policy for this request; the closed one holds")
            return SAME_ORIGIN

    def beforehand(self, environ: WSGIEnvironment, judged: Policy | None) -> Policy:
        """Ask the callable, unless it has been asked."""
        # Now and not later: layers further in shift PATH_INFO to SCRIPT_NAME in the same environ.
        return judged or self.for_method(as_seen_inside(self._fixes, environ), "")

    def for_response(self, given: Given[Any]) -> Policy:
        """Give what it said."""
        return given[6] or SAME_ORIGIN
