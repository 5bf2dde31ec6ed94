"""How a policy's headers get onto a response, and the responses that the layer writes itself.

:func:`start_with` replaces ``start_response``. Its first argument is what belongs to one request, bound with
``MethodType``: a bound method costs half of what a closure does (docs/performance.md).
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Protocol

from flask_corsguard.core.answer import Header

if TYPE_CHECKING:
    from _typeshed import OptExcInfo
    from _typeshed.wsgi import StartResponse

logger: Final = logging.getLogger("flask_corsguard")

#: Header names, as applications and frameworks spell them, that no policy owns and that are not ``Vary``.
#: Headers with these names need no comparison in lower case.
PLAIN_NAMES: Final = frozenset(
    {
        "Accept-Ranges",
        "Age",
        "Allow",
        "Cache-Control",
        "Clear-Site-Data",
        "Connection",
        "Content-Disposition",
        "Content-Encoding",
        "Content-Language",
        "Content-Length",
        "Content-Location",
        "Content-Range",
        "Content-Security-Policy",
        "Content-Type",
        "Cross-Origin-Opener-Policy",
        "Date",
        "ETag",
        "Expires",
        "Last-Modified",
        "Link",
        "Location",
        "Permissions-Policy",
        "Pragma",
        "Referrer-Policy",
        "Retry-After",
        "Server",
        "Server-Timing",
        "Set-Cookie",
        "Strict-Transport-Security",
        "Transfer-Encoding",
        "WWW-Authenticate",
        "X-Content-Type-Options",
        "X-Frame-Options",
        "X-Request-ID",
        "X-XSS-Protection",
    }
)


class ReplacedHeaders(Protocol):
    """Logs headers of the application that the policy's replace."""

    def note_replaced(self, names: list[str], /) -> None:
        """Log the *names*, as the application spells them."""
        ...


def start_with(
    request: tuple[StartResponse, list[Header], frozenset[str], ReplacedHeaders],
    status: str,
    headers: list[Header],
    exc_info: OptExcInfo | None = None,
) -> Callable[[bytes], object]:
    """Start a response with the policy's headers put onto the application's *headers*.

    :param request: the server's ``start_response``; the policy's headers; the names, in lower case, that the
        policy owns; the layer, which logs those that the application sets.
    """
    start_response, by_policy, owned, layer = request
    try:
        together = headers + by_policy
    except TypeError:
        # PEP 3333 asks for a list. Some applications pass a tuple, or an iterator that can be read once.
        headers = [*headers]
        together = headers + by_policy
    for name, _ in headers:
        if name not in PLAIN_NAMES:
            together, replaced = merge(headers, by_policy, owned)
            if replaced:
                layer.note_replaced(replaced)
            break
    if exc_info is None:
        return start_response(status, together)
    return start_response(status, together, exc_info)


def merge(
    headers: Iterable[Header], by_policy: Iterable[Header], owned: frozenset[str]
) -> tuple[list[Header], list[str]]:
    """Return the policy's headers put onto the application's, both of which stay as they are.

    :param headers: the headers of the application.
    :param by_policy: the headers of the policy; its ``Vary`` joins the application's.
    :param owned: the names that the policy owns, in lower case.
    :returns: all headers, and the names of the application's headers that the policy replaces.
    """
    merged: list[Header] = []
    replaced: list[str] = []
    vary: list[str] = []
    for header in headers:
        if header[0] in PLAIN_NAMES:
            merged.append(header)
            continue
        name = header[0].lower()
        if name in owned:
            replaced.append(header[0])
        elif name == "vary":
            vary.append(header[1])
        else:
            merged.append(header)
    for header in by_policy:
        if header[0] == "Vary":
            vary.append(header[1])
        else:
            merged.append(header)
    if vary:
        merged.append(("Vary", _merge_vary(tuple(vary))))
    return merged, replaced


# An application has few values of Vary, and sends them again and again.
@lru_cache(maxsize=64)
def _merge_vary(values: tuple[str, ...]) -> str:
    # RFC 9110, section 12.5.5: names in any case, or "*", which covers every name.
    names: dict[str, str] = {}
    for value in values:
        for element in value.split(","):
            name = element.strip()
            if name:
                names.setdefault(name.lower(), name)
    return "*" if "*" in names else ", ".join(names.values())


def answer_error(
    error: Exception, headers: Iterable[Header], start_response: StartResponse, *, head: bool
) -> Iterable[bytes]:
    """Answer with a 500 that names *error* and carries the policy's *headers*.

    :param head: whether the request is HEAD, whose answer has no body.
    """
    logger.error("the application raised; answered with a 500 that names it", exc_info=error)
    # Tempting: str(error). But that is the application's code, and may raise, too.
    text = "".join(traceback.format_exception_only(error))
    # A response that has begun may only begin again with exc_info, and a server that has sent its headers
    # then raises the exception again. A response that has not begun may begin with it, too (PEP 3333, "The
    # start_response() Callable").
    return answer_text(
        "500 Internal Server Error", [*headers], text, start_response, sys.exc_info(), head=head
    )


def answer_text(
    status: str,
    headers: list[Header],
    text: str,
    start_response: StartResponse,
    exc_info: OptExcInfo | None = None,
    *,
    head: bool = False,
) -> Iterable[bytes]:
    """Answer with a plain *text*; *headers* become those of the answer.

    :param head: whether the request is HEAD, whose answer has no body.
    """
    # An exception may name something that is not Unicode, such as a file.
    body = text.encode("utf-8", "backslashreplace")
    headers += [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))]
    if exc_info is None:
        start_response(status, headers)
    else:
        start_response(status, headers, exc_info)
    # RFC 9110, section 9.3.2: HEAD is answered with the length of the body that is not sent.
    return [] if head else [body]
