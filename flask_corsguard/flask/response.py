"""How the headers get onto a response of Flask's, by the policy of the view that Flask has found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from flask_corsguard.core.guard import OWN_SITES
from flask_corsguard.core.reasons import Reason
from flask_corsguard.wsgi.environ import ORIGIN, REQUEST, SITE
from flask_corsguard.wsgi.response import start_with
from flask_corsguard.wsgi.trace import trace_reason

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from _typeshed import OptExcInfo
    from _typeshed.wsgi import StartResponse, WSGIEnvironment
    from flask import Flask

    from flask_corsguard.core.answer import Answer, Header
    from flask_corsguard.core.compiled import CompiledPolicy
    from flask_corsguard.wsgi.middleware import CorsMiddleware

    from .memory import Memory

    MatchedRequest = tuple[
        StartResponse, "ResponsePolicies", WSGIEnvironment, str, str, object, str | None, CorsMiddleware
    ]


class ResponsePolicies(Protocol):
    """Finds the policy of each response of a Flask application."""

    @property
    def app(self) -> Flask:
        """The application."""
        ...

    @property
    def memory(self) -> Memory:
        """What is remembered of its routes."""
        ...

    def of_response(
        self, environ: WSGIEnvironment, path: str, method: str, earlier: object, origin: str | None, /
    ) -> CompiledPolicy:
        """Return the policy of one response; see :meth:`.RoutedPolicies.of_response`."""
        ...


def start_when_matched(
    request: MatchedRequest,
    status: str,
    headers: list[Header],
    exc_info: OptExcInfo | None = None,
) -> Callable[[bytes], object]:
    """Start a response whose policy is that of the view which Flask has found.

    :param request: the server's ``start_response``, and the object that finds the policy. Then the environ,
        the path, the method, and the request that Werkzeug had left in the environ before Flask ran. Then the
        value of ``Origin``, and the layer that logs what is notable of the response.
    """
    start_response, routes, environ, path, method, earlier, origin, layer = request
    by_policy = None
    try:
        matched: Any = environ[REQUEST]
        rule = matched.url_rule
        known = routes.memory.by_rule.get(id(rule))
        # No rule of another application is remembered there. But an earlier request may be one of this
        # application's, and another view may have been put in since.
        if (
            known is not None
            and matched is not earlier
            and known.view is routes.app.view_functions[rule.endpoint]
        ):
            by_policy = known.by_policy
    except (AttributeError, KeyError):
        # There is no request, or it is another framework's, or its view has gone.
        by_policy = None
    if by_policy is None:
        by_policy = routes.of_response(environ, path, method, earlier, origin)
        if not by_policy.is_managed:
            trace_reason(layer.key, environ, Reason.UNMANAGED)
            return start_response(status, headers, *(() if exc_info is None else (exc_info,)))
    if origin is None:
        answer = by_policy.to_no_origin
    else:
        # Amid all that Flask runs, each call is a cold one, and costs twice what it does in plain WSGI.
        answer = by_policy.to_first if origin == by_policy.first else by_policy.answer_to(origin)
    if answer.is_notable and (answer.error is not None or environ.get(SITE) not in OWN_SITES):
        _note(
            layer, by_policy, answer, environ, {"REQUEST_METHOD": method, "PATH_INFO": path, ORIGIN: origin}
        )
    return start_with((start_response, answer.headers, by_policy.owned, layer), status, headers, exc_info)


def _note(
    layer: CorsMiddleware,
    by_policy: CompiledPolicy,
    answer: Answer,
    environ: WSGIEnvironment,
    asked: Mapping[str, object],
) -> None:
    # A response may be started again, and is reported once. The application may have changed its environ.
    key = f"noted.{layer.key}"
    if key not in environ:
        environ[key] = True
        layer.note(by_policy, answer, {**environ, **asked})
