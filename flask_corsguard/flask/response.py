"""How the headers get onto a response of Flask's, by the policy of the view that Flask has found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask_corsguard.wsgi.environ import REQUEST
from flask_corsguard.wsgi.log import log_failed_check
from flask_corsguard.wsgi.response import ReplacedHeaders, start_with

from .routing import RoutedPolicies

if TYPE_CHECKING:
    from collections.abc import Callable

    from _typeshed import OptExcInfo
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    from flask_corsguard.core.compiled import Header

    MatchedRequest = tuple[
        StartResponse, RoutedPolicies, WSGIEnvironment, str, str, object, str | None, ReplacedHeaders
    ]


def start_when_matched(
    request: MatchedRequest,
    status: str,
    headers: list[Header],
    exc_info: OptExcInfo | None = None,
) -> Callable[[bytes], object]:
    """Start a response whose policy is that of the view which Flask has found.

    :param request: the server's ``start_response``; what finds the policy; the environ, the path, the method
        and the request that Werkzeug had left in it before Flask ran; the value of ``Origin``; what takes
        note of headers that the policy replaces.
    """
    start_response, routes, environ, path, method, earlier, origin, layer = request
    matched: Any = environ.get(REQUEST)
    try:
        known = routes.memory.by_rule.get(id(matched.url_rule))
    except AttributeError:
        # There is no request, or it is another framework's.
        known = None
    # No rule of another application is remembered here; but an earlier request may be one of this
    # application's.
    if known is None or matched is earlier:
        by_policy = routes.of_response(environ, path, method, earlier)
    else:
        _, by_policy = known
    if origin is None:
        answer = by_policy.to_no_origin
    else:
        # Amid all that Flask runs, each call is a cold one, and costs twice what it does in plain WSGI.
        answer = by_policy.to_first if origin == by_policy.first else by_policy.answer_to(origin)
    if answer.error is not None:
        log_failed_check(answer.error, origin)
    return start_with((start_response, answer.headers, by_policy.owned, layer), status, headers, exc_info)
