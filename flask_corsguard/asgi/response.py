"""How a policy's headers get onto an ASGI response, and the responses that the layer writes itself.

:func:`send_with` replaces ``send``. Its first argument is what belongs to one request, bound with
``MethodType``, as in ``wsgi/response.py``.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Awaitable, Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from flask_corsguard.core.answer import Header
from flask_corsguard.wsgi.response import merge

if TYPE_CHECKING:
    from flask_corsguard.wsgi.response import ReplacedHeaders

    from .scope import Message, Receive, Scope, Send

    RawHeader = tuple[bytes, bytes]

logger: Final = logging.getLogger("flask_corsguard")

#: The messages that start a response: to a request, and to a handshake that is not accepted ("WebSocket
#: Denial Response" of the specification).
STARTS: Final = frozenset({"http.response.start", "websocket.http.response.start"})


def send_with(
    response: tuple[Send, list[Header], frozenset[str], ReplacedHeaders], message: Message
) -> Awaitable[None]:
    """Send *message*; if it starts a response, put the policy's headers onto the application's.

    :param response: the server's ``send``; the policy's headers; the names, in lower case, that the policy
        owns; the layer, which logs those that the application sets.
    """
    if message["type"] not in STARTS:
        return response[0](message)
    send, by_policy, owned, layer = response
    headers = _together(message.get("headers", ()), by_policy, owned, layer)
    return send({**message, "headers": headers})


def _together(
    headers: Iterable[RawHeader], by_policy: list[Header], owned: frozenset[str], layer: ReplacedHeaders
) -> list[RawHeader]:
    together = [*headers]
    touched = _touched(owned)
    for name, _ in together:
        if name.lower() in touched:
            break
    else:
        return together + raw(by_policy)
    kept: list[RawHeader] = []
    replaced: list[str] = []
    vary: list[Header] = []
    for header in together:
        name, value = header[0].lower(), header[1]
        if name == b"vary":
            vary.append(("Vary", value.decode("latin-1")))
        elif name in touched:
            replaced.append(header[0].decode("latin-1"))
        else:
            kept.append(header)
    if replaced:
        layer.note_replaced(replaced)
    return kept + raw(merge(vary, by_policy, owned)[0])


@lru_cache(maxsize=64)
def _touched(owned: frozenset[str]) -> frozenset[bytes]:
    return frozenset(name.encode("latin-1") for name in (*owned, "vary"))


def raw(headers: Iterable[Header]) -> list[RawHeader]:
    """Return *headers* as ASGI has them: in bytes, with names in lower case."""
    return [_raw(header) for header in headers]


# A policy has few headers, and sends them again and again.
@lru_cache(maxsize=1024)
def _raw(header: Header) -> RawHeader:
    return header[0].lower().encode("latin-1"), header[1].encode("latin-1")


async def answer_granted(send: Send, headers: Iterable[Header]) -> None:
    """Send the answer to a preflight that is granted."""
    await send({"type": "http.response.start", "status": 204, "headers": raw(headers)})
    await send({"type": "http.response.body"})


async def answer_text(
    send: Send,
    status: int,
    headers: Iterable[Header],
    text: str,
    *,
    head: bool = False,
    prefix: str = "http",
) -> None:
    """Send a whole response with a plain *text*.

    :param headers: the headers of the response, but those that describe the text.
    :param head: whether the request is HEAD, whose answer has no body.
    :param prefix: how the types of the messages begin.
    """
    # An exception may name something that is not Unicode, such as a file.
    body = text.encode("utf-8", "backslashreplace")
    described = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))]
    start = {"type": f"{prefix}.response.start", "status": status, "headers": raw([*headers, *described])}
    await send(start)
    await send({"type": f"{prefix}.response.body", "body": b"" if head else body})


async def answer_error(send: Send, error: Exception, headers: Iterable[Header], *, head: bool) -> None:
    """Answer with a 500 that names *error* and carries the policy's *headers*.

    :param head: whether the request is HEAD, whose answer has no body.
    """
    logger.error("the application raised; answered with a 500 that names it", exc_info=error)
    # Tempting: str(error). But that is the application's code, and may raise, too.
    text = "".join(traceback.format_exception_only(error))
    await answer_text(send, 500, headers, text, head=head)


async def refuse_handshake(
    scope: Scope, receive: Receive, send: Send, headers: Iterable[Header], text: str
) -> None:
    """Refuse the handshake of a WebSocket with a 403, before it is accepted."""
    await receive()
    if "websocket.http.response" in (scope.get("extensions") or ()):
        await answer_text(send, 403, headers, text, prefix="websocket.http")
    else:
        # The server makes a 403 of it: "Close - send event" of the specification.
        await send({"type": "websocket.close", "code": 1008})
