"""Answers that a layer gives itself, in place of the application's."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask_corsguard.core.compiled import Header

if TYPE_CHECKING:
    from _typeshed import OptExcInfo
    from _typeshed.wsgi import StartResponse

logger = logging.getLogger("flask_corsguard")


def answer_error(
    error: Exception, headers: Iterable[Header], start_response: StartResponse, *, head: bool
) -> Iterable[bytes]:
    """Answer with a 500 that names *error*, under the *headers* of a policy."""
    logger.error("the application raised; answered with a 500 that names it", exc_info=error)
    # Not str(error), which is the application's and may raise, too.
    text = "".join(traceback.format_exception_only(error))
    # A response that has begun may only be begun anew with exc_info, and a server that has sent its
    # headers then raises the exception again; one that has not begun may be begun with it, too
    # (PEP 3333, "The start_response() Callable").
    return answer_text(
        "500 Internal Server Error", [*headers], text, start_response, sys.exc_info(), head=head
    )


def answer_text(
    status: str,
    headers: list[tuple[str, str]],
    text: str,
    start_response: StartResponse,
    exc_info: OptExcInfo | None = None,
    *,
    head: bool = False,
) -> Iterable[bytes]:
    """Answer with a plain *text*; *headers* become those of the answer.

    :param head: whether the request was HEAD, whose answer has no body.
    """
    # An exception may name what is no Unicode, such as a file.
    body = text.encode("utf-8", "backslashreplace")
    headers += text_headers(body)
    if exc_info is None:
        start_response(status, headers)
    else:
        start_response(status, headers, exc_info)
    # RFC 9110, section 9.3.2: the length of what is not sent.
    return [] if head else [body]


def text_headers(body: bytes) -> list[Header]:
    """Give the headers of a plain text."""
    return [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))]
