"""The log lines: one for each refusal, with every value of the request escaped and cut.

In debug mode a line ends with the whole reason, and appears on the console whatever the log is set to.
"""

from __future__ import annotations

import logging
import sys
import time
from typing import TYPE_CHECKING, Final

from flask_corsguard.core.decision import Decision
from flask_corsguard.core.guard import is_refused
from flask_corsguard.core.problems import shown
from flask_corsguard.core.request import Request

from .refusal import PROXY_FIX, ProxyAdvice, proxy_hint
from .traceback_text import escape_exception

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

logger: Final = logging.getLogger("flask_corsguard")

# A filter of the logger sees every record of this package, before any handler does.
logger.addFilter(escape_exception)

_UNKNOWN: Final = Request(method="")


def log_refused_preflight(decision: Decision, environ: WSGIEnvironment, *, debug: bool = False) -> None:
    """Log at INFO a preflight that was refused, or that was not granted all of what it requested.

    :param debug: whether the line has the whole reason, and is for the console, too.
    """
    request = decision.request or _UNKNOWN
    line = (
        "preflight refused: %s origin=%s method=%s headers=%s path=%s",
        _reason(decision),
        *map(shown, (request.origin, request.requested_method, request.requested_headers)),
        shown(environ.get("PATH_INFO", "")),
    )
    _log(logging.INFO, line, decision, environ, debug=debug)


def log_withheld_answer(
    decision: Decision, environ: WSGIEnvironment, *, debug: bool = False, advice: ProxyAdvice = PROXY_FIX
) -> None:
    """Log at INFO an answer that a page cannot read, because its origin is not allowed.

    :param debug: whether the line has the whole reason, and is for the console, too.
    :param advice: what to do about a proxy in front.
    """
    line = _line_of_actual("answer withheld", decision, environ, advice)
    _log(logging.INFO, line, decision, environ, debug=debug)


def log_refused_request(
    decision: Decision, environ: WSGIEnvironment, *, debug: bool = False, advice: ProxyAdvice = PROXY_FIX
) -> None:
    """Log at WARNING a request that the guard refuses, or would refuse, with a hint at the proxy in front.

    :param debug: whether the line has the whole reason, and is for the console, too.
    :param advice: what to do about a proxy in front.
    """
    what = "request refused" if is_refused(decision) else "request would be refused"
    line = _line_of_actual(what, decision, environ, advice)
    _log(logging.WARNING, line, decision, environ, debug=debug)


def _line_of_actual(
    what: str, decision: Decision, environ: WSGIEnvironment, advice: ProxyAdvice
) -> tuple[str, ...]:
    request = decision.request or _UNKNOWN
    hint = proxy_hint(request, environ.get("HTTP_X_FORWARDED_HOST"), advice)
    return (
        f"{what}: %s origin=%s site=%s method=%s host=%s path=%s%s",
        _reason(decision),
        *map(shown, (request.origin, request.fetch_site, request.method, request.host)),
        shown(environ.get("PATH_INFO", "")),
        f" ({hint})" if hint else "",
    )


def _reason(decision: Decision) -> str:
    return f"{decision.reason}: {shown(decision.detail)}" if decision.detail else str(decision.reason)


def _log(
    level: int, line: tuple[str, ...], decision: Decision, environ: WSGIEnvironment, *, debug: bool
) -> None:
    if debug:
        line = (f"{line[0]}: %s", *line[1:], decision.explain())
        if not _reaches_a_handler(level):
            text = line[0] % line[1:]
            print(f"flask_corsguard: {text}", file=environ.get("wsgi.errors", sys.stderr), flush=True)
            if not logger.hasHandlers():
                return  # logging.lastResort would print a warning a second time
    # Structured logs find the decision in the record.
    logger.log(level, *line, extra={"decision": decision})


def _reaches_a_handler(level: int) -> bool:
    each: logging.Logger | None = logger if logger.isEnabledFor(level) else None
    while each is not None:
        if any(handler.level <= level for handler in each.handlers):
            return True
        each = each.parent if each.propagate else None
    return False


#: Seconds between two lines about the same callable and the same kind of exception.
FAILED_CHECK_PAUSE: Final = 60.0
#: How many of these are distinguished. A program has a few.
_MAX_FAILED_CHECKS: Final = 64

#: By the code of the callable and the type of its exception: until when it is not logged again, and how often
#: it has been raised since.
_failed_checks: dict[tuple[object, type[Exception]], tuple[float, int]] = {}


def log_failed_check(error: Exception, origin: str | None) -> None:
    """Log at ERROR that an origin callable raised *error* when it was asked about *origin*: once a minute.

    Anyone can send requests for which it is asked. The line after a minute contains how often it has raised.
    """
    # The first frame is that of the caller.
    frame = error.__traceback__ and error.__traceback__.tb_next
    key = (frame and frame.tb_frame.f_code, type(error))
    now = time.monotonic()
    until, count = _failed_checks.get(key, (now, 0))
    if now < until:
        _failed_checks[key] = until, count + 1
        return
    if len(_failed_checks) >= _MAX_FAILED_CHECKS:
        _failed_checks.clear()
    _failed_checks[key] = now + FAILED_CHECK_PAUSE, 0
    more = f"; so it did {count} times more since the last line of this kind" if count else ""
    logger.error("an origin check raised for %s; that means no%s", shown(origin), more, exc_info=error)
