"""CORS for any WSGI application: a layer that answers preflights and completes every response.

It holds for whatever is inside of it: error pages, redirects, static files, other layers. It
belongs outside of anything that authenticates or limits, because a preflight carries no credentials
(https://fetch.spec.whatwg.org/#cors-protocol-and-credentials); only what rewrites ``Host``, the
scheme or the path of every request belongs outside of it.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Protocol, cast

from .core.answers import Headers
from .core.decision import NO_CONTENT, Decision, Request, decide
from .core.errors import PolicyError, problem, shown
from .core.paths import PathRules
from .core.policy import SAME_ORIGIN, Policy
from .core.reasons import Kind

if TYPE_CHECKING:
    from _typeshed import OptExcInfo
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    PolicyOf = Callable[[WSGIEnvironment], Policy]
    PolicyArgument = Policy | Mapping[str, Policy] | PolicyOf
    OnRefusal = Callable[[WSGIEnvironment, Decision], object]

logger = logging.getLogger("flask_corsguard")

_ACRM = "HTTP_ACCESS_CONTROL_REQUEST_METHOD"
_REFUSED_PREFLIGHT = "Refused: the CORS policy of this server does not allow this origin.\n"


class PolicySource(Protocol):
    """Where a layer gets the policy of a request from."""

    def for_preflight(self, environ: WSGIEnvironment, request: Request, /) -> Policy:
        """Give the policy by which the preflight is answered."""
        ...

    def for_response(self, environ: WSGIEnvironment, /) -> Callable[[], Policy]:
        """Before the application runs, give a function that says by which policy it is answered.

        The function is called when the application starts its response.
        """
        ...


class CorsMiddleware:
    """A WSGI application around another one that makes a policy true for it.

    Preflights are answered here. Every other request goes to *app*, and its response gets the
    headers of the policy, in place of any CORS header that it had; nothing else of it is touched.

    :param app: the WSGI application (PEP 3333).
    :param policy: a :class:`.Policy`; or a mapping from path to policy, where the first path that
        covers the request's counts and no path means the closed policy; or a callable that gets
        the WSGI environ and returns a policy. If it fails, the closed policy holds.
    :param debug: whether an exception of *app* is answered, to allowed origins, with a 500 that
        names it, and a refused preflight with the reason. For development only.
    :param on_refusal: called with the environ and the :class:`.Decision` for every refused
        preflight.
    :raises PolicyError: if the policy, or a path, cannot be used as it stands.
    """

    def __init__(
        self,
        app: WSGIApplication,
        policy: PolicyArgument,
        *,
        debug: bool = False,
        on_refusal: OnRefusal | None = None,
    ) -> None:
        self.app = app
        self.debug = debug
        self.on_refusal = on_refusal
        self._warned = False
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
            return _OnePolicy(policy)
        if isinstance(policy, Mapping):
            rules = PathRules(policy, "policy")
            return _PolicyPerRequest(lambda environ: rules.find(environ.get("PATH_INFO", "")) or SAME_ORIGIN)
        if callable(policy):
            return _PolicyPerRequest(cast("PolicyOf", policy))
        hint = 'Give Policy(origins=["https://app.example"]), a mapping of paths, or a callable.'
        raise PolicyError([problem("policy.type", "policy", policy, hint)])

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a preflight, or let the application answer and complete its response (PEP 3333)."""
        # Read once: whatever is assigned to .policy meanwhile is for later requests.
        source = self._source
        request = request_of(environ)
        if request.is_preflight:
            decision = decide(source.for_preflight(environ, request), request)
            return self._answer_preflight(decision, environ, start_response)
        policy_of_response = source.for_response(environ)
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
            logger.warning(
                "the application, or a layer inside of this one, sets %s itself; "
                "the policy's headers replace that. Remove it there. This is said once",
                shown(", ".join(replaced)),
            )
        return merged

    def _answer_preflight(
        self, decision: Decision, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        if decision.error is not None:
            _log_failed_check(decision)
        if not decision.allowed:
            self._report_refusal(decision, environ)
        headers = list(decision.headers)
        if decision.status == NO_CONTENT:
            start_response("204 No Content", headers)
            return []
        text = f"{decision.explain()}\n" if self._answers_errors() else _REFUSED_PREFLIGHT
        return _answer_text("403 Forbidden", headers, text, start_response)

    def _report_refusal(self, decision: Decision, environ: WSGIEnvironment) -> None:
        if logger.isEnabledFor(logging.INFO):
            request = decision.request or Request("")
            logger.info(
                "preflight refused: %s%s origin=%s method=%s headers=%s path=%s",
                decision.reason,
                f": {shown(decision.detail)}" if decision.detail else "",
                *map(shown, (request.origin, request.requested_method, request.requested_headers)),
                shown(environ.get("PATH_INFO", "")),
            )
        self._notify(decision, environ)

    def _notify(self, decision: Decision, environ: WSGIEnvironment) -> None:
        if self.on_refusal is not None:
            try:
                self.on_refusal(environ, decision)
            except Exception:
                # The answer does not depend on who listens.
                logger.exception("on_refusal raised; the answer stays as it is")

    def _answers_errors(self) -> bool:
        return self.debug


class _OnePolicy:
    def __init__(self, policy: Policy) -> None:
        self._policy = policy

    def for_preflight(self, _environ: WSGIEnvironment, _request: Request) -> Policy:
        return self._policy

    def for_response(self, _environ: WSGIEnvironment) -> Callable[[], Policy]:
        return self._give

    def _give(self) -> Policy:
        return self._policy


class _PolicyPerRequest:
    """The policy that a callable gives, once per request and before the application runs."""

    def __init__(self, policy_of: PolicyOf) -> None:
        self._policy_of = policy_of

    def for_preflight(self, environ: WSGIEnvironment, _request: Request) -> Policy:
        return self._ask(environ)

    def for_response(self, environ: WSGIEnvironment) -> Callable[[], Policy]:
        # Now and not later: layers further in shift PATH_INFO to SCRIPT_NAME in the same environ.
        policy = self._ask(environ)
        return lambda: policy

    def _ask(self, environ: WSGIEnvironment) -> Policy:
        try:
            policy: object = self._policy_of(environ)
            if isinstance(policy, Policy):
                return policy
            raise TypeError(f"{self._policy_of!r} returned {type(policy).__name__}, not a Policy")
        except Exception:
            logger.exception("no policy for this request; the closed one holds")
            return SAME_ORIGIN


def request_of(environ: WSGIEnvironment) -> Request:
    """Read from *environ* what of the request matters to CORS."""
    get = environ.get
    return Request(
        get("REQUEST_METHOD", ""),
        get("HTTP_ORIGIN"),
        get(_ACRM),
        get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS"),
        get("HTTP_ACCESS_CONTROL_REQUEST_PRIVATE_NETWORK"),
    )


def merge(
    theirs: Iterable[tuple[str, str]], ours: Headers, owned: frozenset[str]
) -> tuple[list[tuple[str, str]], list[str]]:
    """Put *ours* onto *theirs* and leave both as they are.

    :param theirs: the headers of the application.
    :param ours: the headers of the policy; ``Vary`` joins the application's.
    :param owned: in lower case, the names that the application does not set.
    :returns: all headers, and the names of the application's that were left out.
    """
    merged: list[tuple[str, str]] = []
    replaced: list[str] = []
    vary: list[str] = []
    for header in theirs:
        name = header[0].lower()
        if name in owned:
            replaced.append(header[0])
        elif name == "vary":
            vary.append(header[1])
        else:
            merged.append(header)
    for header in ours:
        if header[0] == "Vary":
            vary.append(header[1])
        else:
            merged.append(header)
    if vary:
        merged.append(("Vary", _merge_vary(vary)))
    return merged, replaced


def _merge_vary(values: list[str]) -> str:
    # RFC 9110, section 12.5.5: names in any case, or "*", which says more than any name.
    names: dict[str, str] = {}
    for value in values:
        for element in value.split(","):
            name = element.strip()
            if name:
                names.setdefault(name.lower(), name)
    return "*" if "*" in names else ", ".join(names.values())


def _log_failed_check(decision: Decision) -> None:
    origin = decision.request.origin if decision.request else None
    logger.error("an origin check raised for %s; that means no", shown(origin), exc_info=decision.error)


def _answer_error(
    error: Exception, decision: Decision, start_response: StartResponse, *, started: bool
) -> Iterable[bytes]:
    logger.error("the application raised; answered with a 500 that names it", exc_info=error)
    text = f"{type(error).__name__}: {error}\n"
    headers = list(decision.headers)
    # A response that has begun may only be begun anew with exc_info, and a server that has sent
    # its headers then raises the exception again (PEP 3333, "The start_response() Callable").
    exc_info = sys.exc_info() if started else None
    return _answer_text("500 Internal Server Error", headers, text, start_response, exc_info)


def _answer_text(
    status: str,
    headers: list[tuple[str, str]],
    text: str,
    start_response: StartResponse,
    exc_info: OptExcInfo | None = None,
) -> Iterable[bytes]:
    body = text.encode("utf-8")
    headers += [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))]
    if exc_info is None:
        start_response(status, headers)
    else:
        start_response(status, headers, exc_info)
    return [body]
