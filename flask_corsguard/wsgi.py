"""CORS for any WSGI application: a layer that answers preflights, completes every response, and guards.

It holds for whatever is inside of it: error pages, redirects, static files, other layers. It
belongs outside of anything that authenticates or limits, because a preflight carries no credentials
(https://fetch.spec.whatwg.org/#cors-protocol-and-credentials); only what rewrites ``Host``, the
scheme, the path or the method of requests belongs outside of it.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, cast

from .core.decision import NO_CONTENT, Decision, Request, decide
from .core.errors import PolicyError, problem, shown
from .core.guard import answer_to_refused, hint_of_proxy, is_refused, judge, passes_under_any_policy
from .core.paths import PathRules
from .core.policy import SAME_ORIGIN, Policy
from .core.reasons import Kind
from .merging import merge
from .proxies import as_seen_inside, proxy_fixes
from .sources import OnePolicy, PolicyPerRequest

if TYPE_CHECKING:
    from _typeshed import OptExcInfo
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from .sources import PolicyOf, PolicySource

    PolicyArgument = Policy | Mapping[str, Policy] | PolicyOf
    OnRefusal = Callable[[WSGIEnvironment, Decision], object]

logger = logging.getLogger("flask_corsguard")

_ACRM = "HTTP_ACCESS_CONTROL_REQUEST_METHOD"
_REFUSED_PREFLIGHT = "Refused: the CORS policy of this server does not allow this origin.\n"


class CorsMiddleware:
    """A WSGI application around another one that makes a policy true for it.

    Preflights are answered here, and so is what the policy's guard refuses. Every other request
    goes to *app*, and its response gets the headers of the policy, in place of any CORS header that
    it had; nothing else of it is touched.

    :param app: the WSGI application (PEP 3333).
    :param policy: a :class:`.Policy`; or a mapping from path to policy, where the first path that
        covers the request's counts and no path means the closed policy; or a callable that gets
        the WSGI environ and returns a policy. If it fails, the closed policy holds.
    :param debug: whether an exception of *app* is answered, to allowed origins, with a 500 that
        names it, and what is refused with the whole reason, to everyone. For development only.
    :param on_refusal: called with the environ and the :class:`.Decision` for every refused
        preflight and every refused request, also those that ``guard="report"`` lets pass.
    :raises PolicyError: if the policy, or a path, cannot be used as it stands.
    :raises TypeError: if *app* cannot be called.
    """

    def __init__(
        self,
        app: WSGIApplication,
        policy: PolicyArgument,
        *,
        debug: bool = False,
        on_refusal: OnRefusal | None = None,
    ) -> None:
        if not callable(app):
            raise TypeError(f"{app!r} is no WSGI application: write CorsMiddleware(application, policy).")
        self.app = app
        self.debug = debug
        self.on_refusal = on_refusal
        self._warned = False
        self._fixes = proxy_fixes(app)
        self.policy = policy

    @property
    def policy(self) -> PolicyArgument:
        """The policy; it may be replaced at any time, and no request sees half of each."""
        return self._policy

    @policy.setter
    def policy(self, policy: PolicyArgument) -> None:
        self._source: PolicySource = self._source_of(policy)
        self._policy = policy

    def _source_of(self, policy: object) -> PolicySource:
        if isinstance(policy, Policy):
            return OnePolicy(policy)
        if isinstance(policy, Mapping):
            rules = PathRules(policy, "policy")
            # A path is the same on either side of a ProxyFix, which only moves the prefix before it.
            return PolicyPerRequest(
                lambda environ: rules.find(environ.get("PATH_INFO", "")) or SAME_ORIGIN, ()
            )
        if callable(policy):
            return PolicyPerRequest(cast("PolicyOf", policy), self._fixes)
        hint = 'Give Policy(origins=["https://app.example"]), a mapping of paths, or a callable.'
        raise PolicyError([problem("policy.type", "policy", policy, hint)])

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a preflight, or let the application answer and complete its response (PEP 3333)."""
        # Read once: whatever is assigned to .policy meanwhile is for later requests.
        source = self._source
        request = request_of(environ)
        if request.is_preflight:
            seen = as_seen_inside(self._fixes, environ)
            decision = decide(source.for_method(seen, request.requested_method or ""), request)
            return self._answer_preflight(decision, environ, start_response)
        judged, seen = None, environ
        if not passes_under_any_policy(request):
            seen = as_seen_inside(self._fixes, environ)
            judged = self._judge(source, seen)
        policy_of_response = source.for_response(environ, judged and judged.policy)
        started = False

        def start(
            status: str, headers: list[tuple[str, str]], exc_info: OptExcInfo | None = None
        ) -> Callable[[bytes], object]:
            nonlocal started
            started = True
            merged = self._complete(policy_of_response(), request, headers)
            if exc_info is None:
                return start_response(status, merged)
            return start_response(status, merged, exc_info)

        if judged is not None and judged.policy is not None and is_refused(judged):
            policy_of_response = partial(_same, judged.policy)
            return self._refuse(judged, seen, start)
        try:
            return self.app(environ, start)
        except Exception as error:
            if self._answers_errors():
                decision = decide(policy_of_response(), request)
                # Only to a page that could read the answer: everyone else gets what the server, or
                # a debugger around this layer, makes of the exception.
                if decision.kind is Kind.ACTUAL and decision.allowed:
                    return _answer_error(error, decision, start_response, started=started)
            raise

    def _judge(self, source: PolicySource, environ: WSGIEnvironment) -> Decision:
        request = request_of(environ)
        decision = judge(source.for_method(environ, request.method), request)
        if not decision.allowed:
            if logger.isEnabledFor(logging.WARNING):
                _log_refused_request(decision, environ)
            self._notify(decision, environ)
        return decision

    def _refuse(self, decision: Decision, _environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        text = answer_to_refused(decision, debug=self._answers_errors())
        return _answer_text("403 Forbidden", [], text, start, head=_is_head(decision))

    def _complete(
        self, policy: Policy, request: Request, headers: list[tuple[str, str]]
    ) -> list[tuple[str, str]]:
        decision = decide(policy, request)
        if decision.error is not None:
            _log_failed_check(decision)
        merged, replaced = merge(headers, decision.headers, policy.answers.owned)
        if replaced and not self._warned:
            # Once: it is a fact about the application and not about the request.
            self._warned = True
            self._tell_replaced(shown(", ".join(replaced)))
        return merged

    def _answer_preflight(
        self, decision: Decision, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        if decision.error is not None:
            _log_failed_check(decision)
        if not decision.allowed:
            if logger.isEnabledFor(logging.INFO):
                _log_refused_preflight(decision, environ)
            self._notify(decision, environ)
        headers = list(decision.headers)
        if decision.status == NO_CONTENT:
            start_response("204 No Content", headers)
            return []
        text = f"{decision.explain()}\n" if self._answers_errors() else _REFUSED_PREFLIGHT
        return _answer_text("403 Forbidden", headers, text, start_response)

    def _notify(self, decision: Decision, environ: WSGIEnvironment) -> None:
        if self.on_refusal is not None:
            try:
                self.on_refusal(environ, decision)
            except Exception:
                # The answer does not depend on who listens.
                logger.exception("on_refusal raised; the answer stays as it is")

    def _tell_replaced(self, names: str) -> None:
        logger.warning(
            "the application, or a layer inside of this one, sets %s itself; "
            "the policy's headers replace that. Remove it there. This is said once",
            names,
        )

    def _answers_errors(self) -> bool:
        return self.debug


def _same(policy: Policy) -> Policy:
    return policy


def request_of(environ: WSGIEnvironment) -> Request:
    """Read from *environ* what of the request matters to CORS."""
    get = environ.get
    return Request(
        get("REQUEST_METHOD", ""),
        get("HTTP_ORIGIN"),
        get(_ACRM),
        get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS"),
        get("HTTP_ACCESS_CONTROL_REQUEST_PRIVATE_NETWORK"),
        get("HTTP_SEC_FETCH_SITE"),
        get("HTTP_HOST"),
        get("wsgi.url_scheme", "http"),
        get("HTTP_UPGRADE"),
        "HTTP_COOKIE" in environ,
    )


def _log_refused_preflight(decision: Decision, environ: WSGIEnvironment) -> None:
    request = decision.request or Request("")
    logger.info(
        "preflight refused: %s origin=%s method=%s headers=%s path=%s",
        _reason(decision),
        *map(shown, (request.origin, request.requested_method, request.requested_headers)),
        shown(environ.get("PATH_INFO", "")),
    )


def _log_refused_request(decision: Decision, environ: WSGIEnvironment) -> None:
    request = decision.request or Request("")
    hint = hint_of_proxy(request, environ.get("HTTP_X_FORWARDED_HOST"))
    logger.warning(
        "request %s: %s origin=%s site=%s method=%s host=%s path=%s%s",
        "refused" if is_refused(decision) else "would be refused",
        _reason(decision),
        *map(shown, (request.origin, request.fetch_site, request.method, request.host)),
        shown(environ.get("PATH_INFO", "")),
        f" ({hint})" if hint else "",
    )


def _reason(decision: Decision) -> str:
    return f"{decision.reason}: {shown(decision.detail)}" if decision.detail else str(decision.reason)


def _is_head(decision: Decision) -> bool:
    return decision.request is not None and decision.request.method == "HEAD"


def _log_failed_check(decision: Decision) -> None:
    origin = decision.request.origin if decision.request else None
    logger.error("an origin check raised for %s; that means no", shown(origin), exc_info=decision.error)


def _answer_error(
    error: Exception, decision: Decision, start_response: StartResponse, *, started: bool
) -> Iterable[bytes]:
    logger.error("the application raised; answered with a 500 that names it", exc_info=error)
    # Not str(error), which is the application's and may raise, too.
    text = "".join(traceback.format_exception_only(error))
    headers = list(decision.headers)
    # A response that has begun may only be begun anew with exc_info, and a server that has sent
    # its headers then raises the exception again (PEP 3333, "The start_response() Callable").
    exc_info = sys.exc_info() if started else None
    return _answer_text(
        "500 Internal Server Error", headers, text, start_response, exc_info, head=_is_head(decision)
    )


def _answer_text(
    status: str,
    headers: list[tuple[str, str]],
    text: str,
    start_response: StartResponse,
    exc_info: OptExcInfo | None = None,
    *,
    head: bool = False,
) -> Iterable[bytes]:
    # An exception may name what is no Unicode, such as a file.
    body = text.encode("utf-8", "backslashreplace")
    headers += [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))]
    if exc_info is None:
        start_response(status, headers)
    else:
        start_response(status, headers, exc_info)
    # RFC 9110, section 9.3.2: the length of what is not sent.
    return [] if head else [body]
