"""The log lines: one for each refusal, with every value of the request escaped and cut."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from flask_corsguard.core.decision import Decision
from flask_corsguard.core.guard import is_refused
from flask_corsguard.core.problems import shown
from flask_corsguard.core.request import Request

from .refusal import proxy_hint

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

logger: Final = logging.getLogger("flask_corsguard")

_UNKNOWN: Final = Request(method="")


def log_refused_preflight(decision: Decision, environ: WSGIEnvironment) -> None:
    """Log at INFO a preflight that was refused, or that was not granted all of what it requested."""
    request = decision.request or _UNKNOWN
    logger.info(
        "preflight refused: %s origin=%s method=%s headers=%s path=%s",
        _reason(decision),
        *map(shown, (request.origin, request.requested_method, request.requested_headers)),
        shown(environ.get("PATH_INFO", "")),
    )


def log_refused_request(decision: Decision, environ: WSGIEnvironment) -> None:
    """Log at WARNING a request that the guard refuses, or would refuse, with a hint at the proxy in front."""
    request = decision.request or _UNKNOWN
    hint = proxy_hint(request, environ.get("HTTP_X_FORWARDED_HOST"))
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


def log_failed_check(error: Exception, origin: str | None) -> None:
    """Log at ERROR that an origin callable raised *error* when it was asked about *origin*."""
    logger.error("an origin check raised for %s; that means no", shown(origin), exc_info=error)
