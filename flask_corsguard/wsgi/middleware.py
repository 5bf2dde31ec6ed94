"""CORS for any WSGI application: a layer that answers preflights, completes every response, and guards.

It holds for whatever is inside of it: error pages, redirects, static files, other layers. It
belongs outside of anything that authenticates or limits, because a preflight carries no credentials
(https://fetch.spec.whatwg.org/#cors-protocol-and-credentials); only what rewrites ``Host``, the
scheme, the path or the method of requests belongs outside of it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from types import MethodType
from typing import TYPE_CHECKING, Any, Final, cast

from flask_corsguard.core.compiled import Header
from flask_corsguard.core.decision import NO_CONTENT, Decision, answer_plainly, decide, is_preflight
from flask_corsguard.core.errors import PolicyError, problem, shown
from flask_corsguard.core.guard import (
    TO_STRANGERS,
    answer_to_refused,
    is_known_to_pass,
    is_refused,
    judge,
    passes_under_any_policy,
    refuses_plainly,
)
from flask_corsguard.core.origin import MAX_ORIGIN_LENGTH
from flask_corsguard.core.policy import SAME_ORIGIN, Policy

from .answering import answer_error, answer_text, text_headers
from .environ import ACRH, ACRM, COOKIE, ORIGIN, REQUEST, SITE, UPGRADE, request_of
from .log import log_failed_check, log_refused_preflight, log_refused_request
from .merging import merge
from .path_rules import PathRules
from .policy_source import OnePolicy, PolicyPerRequest
from .proxy_fix import as_seen_inside, proxy_fixes
from .response import ask, headers_to, start_with

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from .policy_source import PolicyOf, PolicySource

    PolicyArgument = Policy | Mapping[str, Policy] | PolicyOf
    OnRefusal = Callable[[WSGIEnvironment, Decision], object]

logger = logging.getLogger("flask_corsguard")

_REFUSED_PREFLIGHT: Final = b"Refused: the CORS policy of this server does not allow this origin.\n"
_REFUSED_PREFLIGHT_HEADERS: Final = text_headers(_REFUSED_PREFLIGHT)
_REFUSED: Final = {reason: (text_headers(text), text) for reason, text in TO_STRANGERS.items()}


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
        self._listeners: Mapping[Any, Any] = {}
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
        answers = source.answers
        if answers is None:
            return self._call_by_request(source, environ, start_response)
        method = environ["REQUEST_METHOD"]
        if method == "OPTIONS" and ACRM in environ:
            answer = self._answer_preflight(source, environ, start_response)
            if answer is not None:
                return answer
        origin = environ.get(ORIGIN)
        if origin is None:
            ours = answers.to_none
        elif origin == answers.first:
            ours = answers.to_first
        elif answers.to_all is not None:
            ours = answers.to_all
        elif len(origin) > MAX_ORIGIN_LENGTH:
            ours = answers.to_others
        else:
            ours = answers.known.get(origin) or ask(answers, origin)
        # Whether it passes the guard by look-ups alone. Who is inside of the policy need not be asked
        # by what site it was sent.
        if ((method != "GET" and method != "HEAD") or UPGRADE in environ) and (  # noqa: PLR1714 - equal strings are told sooner than found
            ours is answers.to_others
            or method not in answers.methods
            or (COOKIE in environ and not answers.credentials)
        ):
            _, answer = self._judge(source, environ, start_response)
            if answer is not None:
                return answer
        try:
            return self.app(environ, MethodType(start_with, (start_response, ours, answers, self)))
        except Exception as error:
            # Only to a page that could read the answer: everyone else gets what the server, or a
            # debugger around this layer, makes of the exception.
            if origin is not None and ours is not answers.to_others and self._answers_errors():
                return answer_error(error, ours, start_response, head=method == "HEAD")
            raise

    def _call_by_request(
        self, source: PolicySource, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Do the same where each request has a policy of its own."""
        if source.prepare is not None:
            start_response = source.prepare(environ, start_response)
        method, origin = environ["REQUEST_METHOD"], environ.get(ORIGIN)
        judged: Policy | None = None
        if (method != "GET" and method != "HEAD") or UPGRADE in environ:  # noqa: PLR1714 - likewise
            if method == "OPTIONS" and ACRM in environ:
                answer = self._answer_preflight(source, environ, start_response)
                if answer is not None:
                    return answer
            judged, answer = self._judge(source, environ, start_response)
            if answer is not None:
                return answer
        policy = None if source.beforehand is None else source.beforehand(environ, judged)
        path, before = environ.get("PATH_INFO", ""), environ.get(REQUEST)
        given = start_response, source, environ, path, method, before, policy, origin, self
        try:
            return self.app(environ, MethodType(source.start, given))
        except Exception as error:
            if origin is not None and self._answers_errors():
                answers = source.for_response(given).answers
                ours = headers_to(answers, origin)
                if ours is not answers.to_others:
                    return answer_error(error, ours, start_response, head=method == "HEAD")
            raise

    def _judge(
        self, source: PolicySource, environ: WSGIEnvironment, start_response: StartResponse
    ) -> tuple[Policy | None, Iterable[bytes] | None]:
        """Give the policy if it was looked up, and the answer if it refuses the request."""
        # First of all the most of them, which a page of the application's own has sent.
        if environ.get(SITE) == "same-origin":
            return None, None
        if source.policy is not None:
            answer = self._refuse_unheard(source.policy, environ, start_response)
            if answer is not None:
                return None, answer
        request = request_of(environ)
        if passes_under_any_policy(request):
            return None, None
        seen = as_seen_inside(self._fixes, environ)
        policy = source.for_method(seen, request.method)
        if source.answers is None and is_known_to_pass(policy.answers, request):
            return policy, None
        decision = judge(policy, request_of(seen) if self._fixes else request)
        if decision.allowed:
            return policy, None
        if logger.isEnabledFor(logging.WARNING):
            log_refused_request(decision, seen)
        self._notify(decision, seen)
        if not is_refused(decision):
            return policy, None
        if decision.error is not None and source.answers is None:
            # Elsewhere the response has said, or will say, that the check failed.
            log_failed_check(decision.error, request.origin)
        start = MethodType(start_with, (start_response, [*decision.headers], policy.answers, self))
        return policy, self._refuse(decision, seen, start)

    def _refuse_unheard(
        self, policy: Policy, environ: WSGIEnvironment, start_response: StartResponse, /
    ) -> Iterable[bytes] | None:
        """Refuse a request where nobody would hear why; ``None`` says nothing."""
        if self.on_refusal is not None or self.debug or logger.isEnabledFor(logging.WARNING):
            return None
        reason = refuses_plainly(policy, environ["REQUEST_METHOD"], environ.get(SITE), environ.get(ORIGIN))
        if reason is None:
            return None
        headers, text = _REFUSED[reason]
        start_response("403 Forbidden", headers + policy.answers.to_others)
        return [text]

    def _refuse(self, decision: Decision, _environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        text = answer_to_refused(decision, debug=self._answers_errors())
        head = decision.request is not None and decision.request.method == "HEAD"
        return answer_text("403 Forbidden", [], text, start, head=head)

    def _merge(self, theirs: Iterable[Header], ours: Iterable[Header], owned: frozenset[str]) -> list[Header]:
        merged, replaced = merge(theirs, ours, owned)
        if replaced and not self._warned:
            # Once: it is a fact about the application and not about the request.
            self._warned = True
            self._tell_replaced(shown(", ".join(replaced)))
        return merged

    def _answer_preflight(
        self, source: PolicySource, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes] | None:
        """Give the answer; ``None`` if this is no preflight."""
        origin, requested = environ.get(ORIGIN), environ[ACRM]
        policy = source.policy
        if policy is None:
            if not is_preflight("OPTIONS", origin, requested):
                return None
            policy = source.for_method(as_seen_inside(self._fixes, environ), requested)
        if self.on_refusal is None and not self._listeners and not logger.isEnabledFor(logging.INFO):
            # Nobody would hear what this preflight asks for, so it is only answered.
            plain = answer_plainly(policy.answers, origin, requested, environ.get(ACRH))
            if plain is not None and plain is not policy.answers.preflight_refusal:
                start_response("204 No Content", [*plain])
                return []
            if plain is not None and not self._answers_errors():
                start_response("403 Forbidden", [*plain, *_REFUSED_PREFLIGHT_HEADERS])
                return [_REFUSED_PREFLIGHT]
        request = request_of(environ)
        if not request.is_preflight:
            return None
        decision = decide(policy, request)
        if decision.error is not None:
            log_failed_check(decision.error, request.origin)
        if not decision.allowed:
            if logger.isEnabledFor(logging.INFO):
                log_refused_preflight(decision, environ)
            self._notify(decision, environ)
        headers = [*decision.headers]
        if decision.status == NO_CONTENT:
            start_response("204 No Content", headers)
            return []
        text = f"{decision.explain()}\n" if self._answers_errors() else _REFUSED_PREFLIGHT.decode()
        return answer_text("403 Forbidden", headers, text, start_response)

    def _notify(self, decision: Decision, environ: WSGIEnvironment) -> None:
        try:
            self._tell(environ, decision)
        except Exception:
            # The answer does not depend on who listens.
            logger.exception("on_refusal raised; the answer stays as it is")

    def _tell(self, environ: WSGIEnvironment, decision: Decision) -> None:
        if self.on_refusal is not None:
            self.on_refusal(environ, decision)

    def _tell_replaced(self, names: str) -> None:
        logger.warning(
            "the application, or a layer inside of this one, sets %s itself; "
            "the policy's headers replace that. Remove it there. This is said once",
            names,
        )

    def _answers_errors(self) -> bool:
        return self.debug
