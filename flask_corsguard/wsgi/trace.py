"""In debug mode: the header that shows, in a browser's network panel, the reason and whose policy it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from flask_corsguard.core.fetch_standard import ACAO
from flask_corsguard.core.reasons import ALLOWED, SAME_ORIGIN, Reason

from .environ import ORIGIN

if TYPE_CHECKING:
    from _typeshed import OptExcInfo
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    from flask_corsguard.core.answer import Header

    from .policy_source import PolicySource

#: The name of the header.
TRACE_HEADER: Final = "X-CorsGuard"

#: How much of the name of a policy's place the header has, in bytes.
MAX_PLACE_LENGTH: Final = 100


class Trace:
    """A ``start_response`` that adds :data:`TRACE_HEADER`.

    :param start_response: the server's.
    :param place: whose the policy is.
    :ivar reason: the reason for which something is refused; ``None`` if nothing is.
    """

    def __init__(self, start_response: StartResponse, place: str) -> None:
        self._start_response = start_response
        self._place = place
        self.reason: Reason | None = None

    def __call__(
        self, status: str, headers: list[Header], exc_info: OptExcInfo | None = None, /
    ) -> Callable[[bytes], object]:
        """Start the response (PEP 3333)."""
        reason = self.reason
        if reason is None:
            # An origin that is not allowed, and is refused nothing, is the application's own.
            reason = ALLOWED if any(name == ACAO for name, _ in headers) else SAME_ORIGIN
        traced = [*headers, (TRACE_HEADER, trace_value(reason, self._place))]
        if exc_info is None:
            return self._start_response(status, traced)
        return self._start_response(status, traced, exc_info)


def trace_value(reason: Reason, place: str) -> str:
    """Return the value of :data:`TRACE_HEADER`."""
    # A name may contain anything, and a header is one line of ASCII.
    return f"{reason}; policy={ascii(place[:MAX_PLACE_LENGTH])[1:-1][:MAX_PLACE_LENGTH]}"


def traced(
    key: str, environ: WSGIEnvironment, start_response: StartResponse, source: PolicySource
) -> StartResponse:
    """Return the ``start_response`` for a request in debug mode, traced, once, if it has an ``Origin``.

    :param key: where the trace is left in *environ*; each layer has its own.
    :param source: where the policy of the request comes from.
    """
    if ORIGIN not in environ or key in environ:
        return start_response
    trace = environ[key] = Trace(start_response, source.place_of(environ))
    return trace


def trace_reason(key: str, environ: WSGIEnvironment, reason: Reason) -> None:
    """Set the reason of the trace in *environ*, if there is one."""
    trace = environ.get(key)
    if trace is not None:
        trace.reason = reason
