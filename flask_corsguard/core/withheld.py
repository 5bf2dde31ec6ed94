"""Is a response withheld from a page of another origin? Then the operator of the server may want to know."""

from __future__ import annotations

from .answer import Answer
from .compiled import CompiledPolicy
from .decision import Decision, decide_by
from .guard import is_own_request, is_websocket, reason_to_pass
from .reasons import ALLOWED, NO_ORIGIN
from .request import Request


def withheld_by(by_policy: CompiledPolicy, request: Request, answer: Answer) -> Decision | None:
    """Return the decision by which a page of another origin may not read the response to *request*.

    :param answer: the policy's answer to the origin.
    :returns: ``None`` if the page may read it, or if the application's own page asks, which CORS does not
        concern. Also ``None`` for a preflight or a handshake, whose answer no page reads, and if the guard
        refuses, or reports, the request itself.
    """
    if answer.reason is ALLOWED or answer.reason is NO_ORIGIN or request.is_preflight:
        return None
    if is_own_request(request) or (request.upgrade and is_websocket(request.upgrade)):
        return None
    is_judged = reason_to_pass(request.method, None, request.fetch_site, request.origin) is None
    if is_judged and by_policy.policy.guard != "off":
        # The origin is not allowed, and the method is unsafe: the guard reports it.
        return None
    return decide_by(by_policy, request, answer)
