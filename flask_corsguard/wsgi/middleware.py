"""CORS for any WSGI application: answers preflights, adds the headers to every response, and guards.

The policy applies to everything inside the middleware: error pages, redirects, static files, other layers.
Put it outside of whatever authenticates or limits, because a preflight carries no credentials
(https://fetch.spec.whatwg.org/#cors-protocol-and-credentials). Only what rewrites ``Host``, the scheme, the
path or the method of requests belongs outside of it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from types import MethodType
from typing import TYPE_CHECKING, Any, Final

from flask_corsguard.core.answer import Answer
from flask_corsguard.core.compiled import CompiledPolicy
from flask_corsguard.core.decision import NO_CONTENT, Decision, decide_by
from flask_corsguard.core.guard import (
    OWN_SITES,
    is_own_request,
    is_refused,
    judge_by,
    reason_by_policy,
    reason_to_pass,
)
from flask_corsguard.core.problems import shown
from flask_corsguard.core.reasons import ALLOWED, Reason
from flask_corsguard.core.request import is_preflight
from flask_corsguard.core.withheld import withheld_by

from .application import check_application
from .caller import line_of_caller
from .environ import ACRH, ACRM, COOKIE, ORIGIN, SITE, UPGRADE, asks_to_read, request_of
from .log import log_failed_check, log_refused_preflight, log_refused_request, log_withheld_answer
from .policy_source import EachPolicy, PolicySource, source_of
from .proxy_fix import as_seen_inside, proxy_fixes
from .refusal import PREFLIGHT_REFUSAL_TEXT, refusal_headers_from, refusal_text
from .response import answer_error, answer_text, start_with
from .trace import trace_reason, traced

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from .policy_source import PolicyArgument

    OnRefusal = Callable[[WSGIEnvironment, Decision], object]

logger: Final = logging.getLogger("flask_corsguard")


class CorsMiddleware:
    """A WSGI application around another one, to which it applies a policy.

    The middleware answers preflights, and refuses requests that the policy's guard does not allow. Every
    other request goes to *app*. Its response gets the headers of the policy, which replace any CORS header
    that it had; nothing else of the response is touched.

    :param app: the WSGI application (PEP 3333).
    :param policy: a :class:`.Policy`, a list of policies, a mapping from path to these, or a callable. Of a
        list, the first policy that allows the origin of a request applies to it, else the last one. Of a
        mapping, the first path that covers that of the request applies; without one, the closed policy. A
        callable gets the WSGI environ and returns one of these. If it fails, the closed policy applies.
    :param debug: whether an allowed origin gets a 500 that names an exception of *app*, and everyone the
        whole reason of a refusal. Refusals then also appear on the console, and responses have
        ``X-CorsGuard``. For development only.
    :param on_refusal: called with the environ and the :class:`.Decision` for every refused preflight and
        every refused request, also one that ``guard="report"`` only reports. It is also called for every
        answer that is withheld from a page, because its origin is not allowed.
    :param refusal_headers: headers of the answer to a request that the guard refuses, such as
        ``{"Content-Security-Policy": "default-src 'none'"}``. No page reads the answer to a preflight, so
        that has none of them.
    :raises PolicyError: if the policy, or a path, is not valid.
    :raises TypeError: if *app* cannot be called, or *refusal_headers* are not headers.
    :raises ValueError: if a header of *refusal_headers* cannot be sent.
    """

    __module__ = "flask_corsguard"

    def __init__(
        self,
        app: WSGIApplication,
        policy: PolicyArgument,
        *,
        debug: bool = False,
        on_refusal: OnRefusal | None = None,
        refusal_headers: Mapping[str, str] | Iterable[tuple[str, str]] = (),
    ) -> None:
        check_application(app)
        self.app = app
        self._debug = debug
        self.on_refusal = on_refusal
        self._refusal_headers = refusal_headers_from(refusal_headers)
        #: Where this layer, and no other one, leaves its trace of a request in the environ.
        self.key = f"flask_corsguard.{id(self):x}"
        self._warned = False
        self._listeners: Mapping[Any, Any] = {}
        self._fixes = proxy_fixes(app)
        self.policy = policy

    @property
    def policy(self) -> PolicyArgument:
        """The policy. It may be replaced at any time: a request uses the old one or the new one."""
        return self._policy

    @policy.setter
    def policy(self, policy: PolicyArgument) -> None:
        self._source = self._source_of(policy)
        self._policy = policy
        #: The line that gave the policy, as ``file:line``.
        self.where = line_of_caller()

    @property
    def source(self) -> PolicySource:
        """The object that finds the policy of each request."""
        return self._source

    @property
    def debug(self) -> bool:
        """Whether the layer is in debug mode."""
        return self._debug

    @debug.setter
    def debug(self, debug: bool) -> None:
        self._debug = debug
        self._source = self._source_of(self._policy)

    def _source_of(self, policy: object) -> PolicySource:
        source = source_of(policy, self._fixes)
        return EachPolicy(source) if self._debug else source

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request (PEP 3333); see "The way of a request" in docs/design.md."""
        # Read once: another policy may be assigned while this request runs.
        source = self._source
        by_policy = source.one
        if by_policy is None:
            by_policy = source.find(environ)
            if self._debug:
                start_response = traced(self.key, environ, start_response, source)
            if not by_policy.is_managed:
                trace_reason(self.key, environ, Reason.UNMANAGED)
                return self.app(environ, start_response)
        method, origin = environ["REQUEST_METHOD"], environ.get(ORIGIN)
        answer = by_policy.to_no_origin if origin is None else by_policy.answer_to(origin)
        if answer.is_notable:
            self.note(by_policy, answer, environ)
        if (method != "GET" and method != "HEAD") or UPGRADE in environ:  # noqa: PLR1714 - a tuple costs more
            if method == "OPTIONS" and ACRM in environ and is_preflight(method, origin, environ[ACRM]):
                return self._answer_preflight(by_policy, answer, environ, start_response)
            # A request inside the policy passes, from every origin.
            if reason_by_policy(by_policy, answer, method, COOKIE in environ) is not ALLOWED:
                refusal = self._refuse(by_policy, answer, environ, start_response)
                if refusal is not None:
                    return refusal
        # Bound to a name first: Python looks an attribute that is called up as a method, which costs more.
        app = self.app
        try:
            return app(
                environ, MethodType(start_with, (start_response, answer.headers, by_policy.owned, self))
            )
        except Exception as error:
            if answer.reason is ALLOWED and origin is not None and self._answers_errors():
                return answer_error(error, answer.headers, start_response, head=method == "HEAD")
            # Every other client gets the answer of the server, or of a debugger around this layer.
            raise

    def _answer_preflight(
        self,
        by_policy: CompiledPolicy,
        answer: Answer,
        environ: WSGIEnvironment,
        start_response: StartResponse,
    ) -> Iterable[bytes]:
        # Without a log line or a callback for refusals, nobody needs the exact reason of one.
        if (
            self.on_refusal is None
            and not self._listeners
            and not self._debug
            and not logger.isEnabledFor(logging.INFO)
        ):
            headers = answer.preflight
            if by_policy.any_header:
                headers = by_policy.preflight_headers(answer, environ.get(ACRH))
            if headers is not None and answer.reason is ALLOWED:
                start_response("204 No Content", [*headers])
                return []
            if headers is not None:
                return answer_text("403 Forbidden", [*headers], PREFLIGHT_REFUSAL_TEXT, start_response)
        decision = decide_by(by_policy, request_of(environ), answer)
        if not decision.allowed:
            self._tell_of(decision, environ, logging.INFO, log_refused_preflight)
        if decision.status == NO_CONTENT:
            start_response("204 No Content", [*decision.headers])
            return []
        text = f"{decision.explain()}\n" if self._answers_errors() else PREFLIGHT_REFUSAL_TEXT
        return answer_text("403 Forbidden", [*decision.headers], text, start_response)

    def _refuse(
        self,
        by_policy: CompiledPolicy,
        answer: Answer,
        environ: WSGIEnvironment,
        start_response: StartResponse,
    ) -> Iterable[bytes] | None:
        """Return the answer to a request that the guard refuses; ``None`` if the request passes."""
        # Most requests pass under any policy: those from the application's own pages.
        if (
            reason_to_pass(
                environ["REQUEST_METHOD"], environ.get(UPGRADE), environ.get(SITE), environ.get(ORIGIN)
            )
            is not None
        ):
            return None
        seen = as_seen_inside(self._fixes, environ)
        decision = judge_by(by_policy, request_of(seen), answer)
        if decision.allowed:
            return None
        decision = self._limited(decision)
        self._tell_of(decision, seen, logging.WARNING, log_refused_request)
        if not is_refused(decision):
            return None
        start = MethodType(start_with, (start_response, [*decision.headers], by_policy.owned, self))
        return self._answer_refusal(decision, seen, start)

    def _limited(self, decision: Decision) -> Decision:
        return decision

    def _answer_refusal(
        self, decision: Decision, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        text = refusal_text(decision, debug=self._answers_errors())
        head = environ["REQUEST_METHOD"] == "HEAD"
        return answer_text("403 Forbidden", [*self._refusal_headers], text, start_response, head=head)

    def note(self, by_policy: CompiledPolicy, answer: Answer, environ: WSGIEnvironment) -> None:
        """Log that an origin callable raised, and report a response that is withheld from a page.

        :param by_policy: the policy of the response.
        :param answer: its answer to the origin, which is notable.
        :param environ: the environ of the request.
        """
        if answer.error is not None:
            log_failed_check(answer.error, environ.get(ORIGIN))
        elif environ.get(SITE) in OWN_SITES:
            # Most are answers to pages of the application's own.
            return
        is_heard = self.on_refusal is not None or self._listeners or logger.isEnabledFor(logging.INFO)
        if not is_heard and not self._debug:
            return
        seen = as_seen_inside(self._fixes, environ)
        request = request_of(seen)
        if self._debug and answer.reason is not ALLOWED and not is_own_request(request):
            trace_reason(self.key, environ, by_policy.reason(answer, request.origin))
        decision = withheld_by(by_policy, request, answer) if asks_to_read(environ) else None
        if decision is not None:
            self._tell_of(decision, seen, logging.INFO, log_withheld_answer)

    def _tell_of(
        self, decision: Decision, environ: WSGIEnvironment, level: int, log: Callable[..., None]
    ) -> None:
        if self._debug:
            trace_reason(self.key, environ, decision.reason)
        if self._debug or logger.isEnabledFor(level):
            log(decision, environ, debug=self._debug)
        self._notify(decision, environ)

    def note_replaced(self, names: list[str]) -> None:
        """Warn, once, that the policy replaces headers of the application.

        :param names: the names of the headers.
        """
        # Once, because it is a fact about the application and not about the request.
        if not self._warned:
            self._warned = True
            self._warn_of_replaced(shown(", ".join(names)))

    def _warn_of_replaced(self, names: str) -> None:
        logger.warning(
            "the application, or a layer inside of this one, sets %s itself; "
            "the policy's headers replace that. Remove it there. This is logged once",
            names,
        )

    def _notify(self, decision: Decision, environ: WSGIEnvironment) -> None:
        try:
            self._tell(environ, decision)
        except Exception:
            # The answer does not depend on who listens.
            logger.exception("on_refusal raised; the answer stays as it is")

    def _tell(self, environ: WSGIEnvironment, decision: Decision) -> None:
        if self.on_refusal is not None:
            self.on_refusal(environ, decision)

    def _answers_errors(self) -> bool:
        return self._debug
