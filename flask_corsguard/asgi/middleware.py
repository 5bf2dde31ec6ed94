"""CORS for any ASGI application: answers preflights, adds the headers to every response, and guards.

The policy applies to everything inside the middleware: error pages, redirects, static files, mounted
applications, WebSockets. Make it the outermost layer: what is outside of it answers without it. Only what
rewrites ``Host``, the scheme, the path or the method of requests belongs outside of it.
"""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Iterable, Mapping
from types import MethodType
from typing import TYPE_CHECKING, Final

from flask_corsguard.core.answer import Answer
from flask_corsguard.core.compiled import CompiledPolicy
from flask_corsguard.core.decision import FORBIDDEN, NO_CONTENT, Decision, decide_by
from flask_corsguard.core.guard import OWN_SITES, is_own_request, is_refused, judge_by, reason_by_policy
from flask_corsguard.core.problems import shown
from flask_corsguard.core.reasons import ALLOWED, SAME_ORIGIN, Reason
from flask_corsguard.core.withheld import withheld_by
from flask_corsguard.wsgi.log import log_failed_check, log_refused_preflight
from flask_corsguard.wsgi.refusal import PREFLIGHT_REFUSAL_TEXT, refusal_headers_from, refusal_text

from .application import check_application, root_of
from .log import log_refused_request, log_withheld_answer
from .policy_source import place_of, source_of
from .response import STARTS, answer_error, answer_granted, answer_text, refuse_handshake, send_with
from .scope import (
    environ_for_log,
    header_of,
    may_ask_to_read,
    origin_of,
    request_of,
)
from .trace import Trace, trace_reason

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from flask_corsguard.core.request import Request

    from .policy_source import PolicyArgument
    from .scope import ASGIApplication, Message, Receive, Scope, Send

    OnRefusal = Callable[[Scope, Decision], object]

logger: Final = logging.getLogger("flask_corsguard")


class CorsMiddleware:
    """An ASGI application around another one, to which it applies a policy.

    The middleware answers preflights. It refuses the requests that the policy's guard does not allow, and the
    handshakes of WebSockets before they are accepted. Every other request goes to *app*. Its response gets
    the headers of the policy, which replace any CORS header that it had. Nothing else is touched, and no part
    of a response waits for another. The lifespan goes to *app* as it is. A connection of a protocol that the
    specification does not name is judged as a handshake is, and one that is refused gets no answer.

    :param app: the ASGI application (version 3 of the specification).
    :param policy: a :class:`.Policy`, a list of policies, a mapping from path to these, or a callable. Of a
        list, the first policy that allows the origin of a request applies to it, else the last one. Of a
        mapping, the first path that covers that of the request applies; without one, the closed policy. A
        callable, plain or asynchronous, gets the scope and returns one of these. If it fails, the closed
        policy applies.
    :param debug: whether an allowed origin gets a 500 that names an exception of *app*, and everyone the
        whole reason of a refusal. Refusals then also appear on the console, and responses have
        ``X-CorsGuard``. For development only.
    :param on_refusal: called with the scope and the :class:`.Decision` for every refused preflight and every
        refused request, also one that ``guard="report"`` only reports. It is also called for every answer
        that is withheld from a page, because its origin is not allowed. It may be asynchronous.
    :param refusal_headers: headers of the answer to a request that the guard refuses, such as
        ``{"Content-Security-Policy": "default-src 'none'"}``. No page reads the answer to a preflight, so
        that has none of them.
    :raises PolicyError: if the policy, or a path, is not valid.
    :raises TypeError: if *app* is not an ASGI application, or *refusal_headers* are not headers.
    :raises ValueError: if a header of *refusal_headers* cannot be sent.
    """

    __module__ = "flask_corsguard.asgi"

    def __init__(
        self,
        app: ASGIApplication,
        policy: PolicyArgument,
        *,
        debug: bool = False,
        on_refusal: OnRefusal | None = None,
        refusal_headers: Mapping[str, str] | Iterable[tuple[str, str]] = (),
    ) -> None:
        check_application(app)
        self.app = app
        self.debug = debug
        self.on_refusal = on_refusal
        self._refusal_headers = refusal_headers_from(refusal_headers)
        self._warned = False
        self.policy = policy

    @property
    def policy(self) -> PolicyArgument:
        """The policy. It may be replaced at any time: a request uses the old one or the new one."""
        return self._policy

    @policy.setter
    def policy(self, policy: PolicyArgument) -> None:
        self._source = source_of(policy, root_of(self.app))
        self._policy = policy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse a handshake."""
        kind = scope["type"]
        # The lifespan has no headers. A scope with headers comes from a client, in any protocol.
        if kind != "http" and kind != "websocket" and "headers" not in scope:  # noqa: PLR1714 - costs less
            await self.app(scope, receive, send)
            return
        # Read once: another policy may be assigned while this request runs.
        source = self._source
        by_policy = source if isinstance(source, CompiledPolicy) else await source.find(scope)
        origin, is_plain, has_cookie = origin_of(scope)
        if not by_policy.is_managed:
            if self.debug and origin is not None:
                send = Trace(send, Reason.UNMANAGED, place_of(source, scope))
            await self.app(scope, receive, send)
            return
        answer = by_policy.to_no_origin if origin is None else by_policy.answer_to(origin)
        if self.debug and origin is not None:
            # A request that is not refused is allowed, or the application's own.
            reason = ALLOWED if answer.reason is ALLOWED else SAME_ORIGIN
            send = Trace(send, reason, place_of(source, scope))
        if answer.is_notable:
            await self._note(by_policy, answer, scope, send)
        # Most methods are safe, and judge() allows every safe method that asks for no upgrade.
        if (
            not is_plain
            and not _is_inside(by_policy, answer, scope, has_cookie)
            and await self._answers(by_policy, answer, scope, receive, send)
        ):
            return
        with_headers = MethodType(send_with, (send, answer.headers, by_policy.owned, self))
        if self.debug and answer.reason is ALLOWED and kind == "http":
            await self._answer_errors(answer, scope, receive, with_headers, send)
        else:
            await self.app(scope, receive, with_headers)

    async def _answers(
        self, by_policy: CompiledPolicy, answer: Answer, scope: Scope, receive: Receive, send: Send
    ) -> bool:
        """Answer a preflight, or a request that the guard refuses; return whether there was an answer."""
        request = request_of(scope)
        if request.is_preflight:
            await self._answer_preflight(by_policy, answer, request, scope, send)
            return True
        decision = judge_by(by_policy, request, answer)
        if decision.allowed:
            return False
        await self._tell_of(decision, scope, send, logging.WARNING, log_refused_request)
        if not is_refused(decision):
            return False
        headers = [*self._refusal_headers, *decision.headers]
        text = refusal_text(decision, debug=self.debug)
        if scope["type"] == "http":
            await answer_text(send, FORBIDDEN, headers, text, head=request.method == "HEAD")
        elif scope["type"] == "websocket":
            await refuse_handshake(scope, receive, send, headers, text)
        # Nobody knows how to answer another protocol. The server ends a connection without an answer.
        return True

    async def _answer_preflight(
        self, by_policy: CompiledPolicy, answer: Answer, request: Request, scope: Scope, send: Send
    ) -> None:
        # Without a log line or a callback for refusals, nobody needs the exact reason of one.
        if answer.reason is ALLOWED and not self._is_heard():
            headers = by_policy.preflight_headers(answer, request.requested_headers)
            if headers is not None:
                await answer_granted(send, headers)
                return
        decision = decide_by(by_policy, request, answer)
        if not decision.allowed:
            await self._tell_of(decision, scope, send, logging.INFO, log_refused_preflight)
        if decision.status == NO_CONTENT:
            await answer_granted(send, decision.headers)
            return
        text = f"{decision.explain()}\n" if self.debug else PREFLIGHT_REFUSAL_TEXT
        await answer_text(send, FORBIDDEN, decision.headers, text)

    async def _answer_errors(
        self, answer: Answer, scope: Scope, receive: Receive, with_headers: Send, send: Send
    ) -> None:
        has_started = False

        def watched(message: Message) -> Awaitable[None]:
            nonlocal has_started
            has_started = has_started or message["type"] in STARTS
            return with_headers(message)

        try:
            await self.app(scope, receive, watched)
        except Exception as error:
            if has_started:
                raise
            await answer_error(send, error, answer.headers, head=scope["method"] == "HEAD")

    def _is_heard(self) -> bool:
        return self.debug or self.on_refusal is not None or logger.isEnabledFor(logging.INFO)

    async def _note(self, by_policy: CompiledPolicy, answer: Answer, scope: Scope, send: Send) -> None:
        """Log that an origin callable raised, and report a response that is withheld from a page."""
        if answer.error is not None:
            log_failed_check(answer.error, header_of(scope, b"origin"))
        elif header_of(scope, b"sec-fetch-site") in OWN_SITES:
            # Most are answers to pages of the application's own.
            return
        if not self._is_heard():
            return
        request = request_of(scope)
        if self.debug and answer.reason is not ALLOWED and not is_own_request(request):
            trace_reason(send, by_policy.reason(answer, request.origin))
        decision = withheld_by(by_policy, request, answer) if may_ask_to_read(scope) else None
        if decision is not None:
            await self._tell_of(decision, scope, send, logging.INFO, log_withheld_answer)

    async def _tell_of(
        self, decision: Decision, scope: Scope, send: Send, level: int, log: Callable[..., None]
    ) -> None:
        trace_reason(send, decision.reason)
        if self.debug or logger.isEnabledFor(level):
            log(decision, environ_for_log(scope), debug=self.debug)
        if self.on_refusal is None:
            return
        try:
            outcome = self.on_refusal(scope, decision)
            if inspect.isawaitable(outcome):
                await outcome
        except Exception:
            # The answer does not depend on who listens.
            logger.exception("on_refusal raised; the answer stays as it is")

    def note_replaced(self, names: list[str]) -> None:
        """Warn, once, that the policy replaces headers of the application.

        :param names: the names of the headers.
        """
        # Once, because it is a fact about the application and not about the request.
        if not self._warned:
            self._warned = True
            logger.warning(
                "the application, or a layer inside of this one, sets %s itself; "
                "the policy's headers replace that. Remove it there. This is logged once",
                shown(", ".join(names)),
            )


def _is_inside(by_policy: CompiledPolicy, answer: Answer, scope: Scope, has_cookie: bool) -> bool:  # noqa: FBT001
    """Whether the policy allows a request, or a handshake, of any sender; a preflight is neither."""
    method = scope["method"] if scope["type"] == "http" else "GET"
    return method != "OPTIONS" and reason_by_policy(by_policy, answer, method, has_cookie) is ALLOWED
