"""What goes to the log: one line for each refusal, with nothing in it as it was sent."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from flask_corsguard.core.decision import Decision, Request
from flask_corsguard.core.errors import shown
from flask_corsguard.core.guard import hint_of_proxy, is_refused

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

logger = logging.getLogger("flask_corsguard")


def log_refused_preflight(decision: Decision, environ: WSGIEnvironment) -> None:
    """Say which preflight was refused, or not granted all of what it asked for."""
    request = decision.request or Request("")
    logger.info(
        "preflight refused: %s origin=%s method=%s headers=%s path=%s",
        _reason(decision),
        *map(shown, (request.origin, request.requested_method, request.requested_headers)),
        shown(environ.get("PATH_INFO", "")),
    )


def log_refused_request(decision: Decision, environ: WSGIEnvironment) -> None:
    """Say which request the guard has refused, or would, and what may be wrong in front of the server."""
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


def log_failed_check(error: Exception, origin: str | None) -> None:
    """Say that an origin callable raised *error*, and about whom it was asked."""
    logger.error("an origin check raised for %s; that means no", shown(origin), exc_info=error)
