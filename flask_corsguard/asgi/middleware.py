"""CORS for any ASGI application: answers preflights, adds the headers to every response, and guards.

The policy applies to everything inside the middleware: error pages, redirects, static files, mounted
applications, WebSockets. Make it the outermost layer: what stands outside of it answers without it.
"""

from __future__ import annotations

import inspect
import logging
import traceback
from collections.abc import Awaitable, Callable, Mapping
from types import MethodType
from typing import TYPE_CHECKING, Any, Final

from flask_corsguard.core.answer import Answer
from flask_corsguard.core.compiled import CompiledPolicy
from flask_corsguard.core.decision import NO_CONTENT, Decision, decide_by
from flask_corsguard.core.guard import is_refused, judge_by
from flask_corsguard.core.problems import shown
from flask_corsguard.core.reasons import ALLOWED
from flask_corsguard.wsgi.log import log_failed_check, log_refused_preflight, log_refused_request
from flask_corsguard.wsgi.refusal import PREFLIGHT_REFUSAL_TEXT, refusal_text

from .policy_source import source_of
from .response import answer_granted, answer_text, refuse_handshake, send_with
from .scope import header_of, origin_of, path_of, request_of

if TYPE_CHECKING:
    from .policy_source import PolicyArgument
    from .scope import ASGIApplication, Message, Receive, Scope, Send

    OnRefusal = Callable[[Scope, Decision], object]

logger: Final = logging.getLogger("flask_corsguard")


class CorsMiddleware:
    """An ASGI application around another one, to which it applies a policy.

    The middleware answers preflights, and refuses what the policy's guard does not let pass: requests, and
    handshakes of WebSockets before they are accepted. Every other request goes to *app*. Its response gets
    the headers of the policy, which replace any CORS header that it had; nothing else is touched, and no
    part of a response waits for another. The lifespan goes to *app* as it is.

    :param app: the ASGI application (version 3 of the specification).
    :param policy: a :class:`.Policy`; or a mapping from path to policy, where the first path that covers the
        request's counts and no path means the closed policy; or a callable, plain or asynchronous, that gets
        the scope and returns a policy. If it fails, the closed policy applies.
    :param debug: whether an exception of *app* is answered, to allowed origins, with a 500 that names it, and
        a refusal with the whole reason, to everyone. For development only.
    :param on_refusal: called with the scope and the :class:`.Decision` for every refused preflight and every
        refused request, also those that ``guard="report"`` lets pass. It may be asynchronous.
    :raises PolicyError: if the policy, or a path, cannot be used as it stands.
    :raises TypeError: if *app* is not an ASGI application.
    """

    __module__ = "flask_corsguard.asgi"

    def __init__(
        self,
        app: ASGIApplication,
        policy: PolicyArgument,
        *,
        debug: bool = False,
        on_refusal: OnRefusal | None = None,
    ) -> None:
        _check_application(app)
        self.app = app
        self.debug = debug
        self.on_refusal = on_refusal
        self._warned = False
        self.policy = policy

    @property
    def policy(self) -> PolicyArgument:
        """The policy. It may be replaced at any time: a request uses the old one or the new one."""
        return self._policy

    @policy.setter
    def policy(self, policy: PolicyArgument) -> None:
        self._source = source_of(policy)
        self._policy = policy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse a handshake."""
        if scope["type"] not in {"http", "websocket"}:
            # The lifespan, and whatever else the specification will name.
            await self.app(scope, receive, send)
            return
        # Read once: another policy may be assigned while this request runs.
        source = self._source
        by_policy = source if isinstance(source, CompiledPolicy) else await source.find(scope)
        origin, is_plain = origin_of(scope)
        answer = by_policy.answer_to(origin)
        if answer.error is not None:
            log_failed_check(answer.error, origin)
        # Most requests are safe, and judge() lets a safe method pass that asks for no upgrade.
        if not is_plain and await self._answers(by_policy, answer, scope, receive, send):
            return
        if scope["type"] == "websocket":
            # No browser reads a header of the answer to a handshake.
            await self.app(scope, receive, send)
        elif self.debug and origin is not None and answer.reason is ALLOWED:
            await self._debug(answer, by_policy, scope, receive, send)
        else:
            response = send, answer.headers, by_policy.owned, self
            await self.app(scope, receive, MethodType(send_with, response))

    async def _answers(
        self, by_policy: CompiledPolicy, answer: Answer, scope: Scope, receive: Receive, send: Send
    ) -> bool:
        """Answer a preflight, or a request that the guard refuses; return whether there was an answer."""
        request = request_of(scope)
        if request.is_preflight:
            await self._answer_preflight(decide_by(by_policy, request, answer), scope, send)
            return True
        decision = judge_by(by_policy, request, answer)
        if decision.allowed:
            return False
        if logger.isEnabledFor(logging.WARNING):
            log_refused_request(decision, _logged(scope))
        await self._notify(decision, scope)
        if not is_refused(decision):
            return False
        text = refusal_text(decision, debug=self.debug)
        if scope["type"] == "websocket":
            await refuse_handshake(scope, receive, send, text)
        else:
            await answer_text(send, 403, decision.headers, text, head=request.method == "HEAD")
        return True

    async def _answer_preflight(self, decision: Decision, scope: Scope, send: Send) -> None:
        if not decision.allowed:
            if logger.isEnabledFor(logging.INFO):
                log_refused_preflight(decision, _logged(scope))
            await self._notify(decision, scope)
        if decision.status == NO_CONTENT:
            await answer_granted(send, decision.headers)
            return
        text = f"{decision.explain()}\n" if self.debug else PREFLIGHT_REFUSAL_TEXT
        await answer_text(send, 403, decision.headers, text)

    async def _debug(
        self, answer: Answer, by_policy: CompiledPolicy, scope: Scope, receive: Receive, send: Send
    ) -> None:
        has_started = False

        def start(message: Message) -> Awaitable[None]:
            nonlocal has_started
            has_started = True
            return send_with((send, answer.headers, by_policy.owned, self), message)

        try:
            await self.app(scope, receive, start)
        except Exception as error:
            if has_started:
                raise
            logger.exception("the application raised; answered with a 500 that names it")
            # Tempting: str(error). But that is the application's code, and may raise, too.
            text = "".join(traceback.format_exception_only(error))
            await answer_text(send, 500, answer.headers, text, head=scope["method"] == "HEAD")

    def note_replaced(self, names: list[str]) -> None:
        """Warn, once, that the policy replaces headers of the application.

        :param names: the names of the headers.
        """
        # Once, because it is a fact about the application and not about the request.
        if not self._warned:
            self._warned = True
            logger.warning(
                "the application, or a layer inside of this one, sets %s itself; "
                "the policy's headers replace that. Remove it there. This is said once",
                shown(", ".join(names)),
            )

    async def _notify(self, decision: Decision, scope: Scope) -> None:
        if self.on_refusal is None:
            return
        try:
            outcome = self.on_refusal(scope, decision)
            if inspect.isawaitable(outcome):
                await outcome
        except Exception:
            # The answer does not depend on who listens.
            logger.exception("on_refusal raised; the answer stays as it is")


def _check_application(app: object) -> None:
    if hasattr(app, "wsgi_app"):
        raise TypeError(
            f"{app!r} is a WSGI application: write flask_corsguard.CorsGuard(app, policy) for Flask, and "
            "flask_corsguard.CorsMiddleware(application, policy) for any other."
        )
    if isinstance(app, Mapping) or not callable(app):
        raise TypeError(f"{app!r} is not an ASGI application: write CorsMiddleware(application, policy).")


def _logged(scope: Scope) -> dict[str, Any]:
    return {"PATH_INFO": path_of(scope), "HTTP_X_FORWARDED_HOST": header_of(scope, b"x-forwarded-host")}
