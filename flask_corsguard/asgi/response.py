"""How a policy's headers get onto an ASGI response, and the responses that the layer writes itself."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

from flask_corsguard.core.answer import Header
from flask_corsguard.wsgi.response import merge

if TYPE_CHECKING:
    from flask_corsguard.wsgi.response import ReplacedHeaders

    from .scope import Message, Receive, Scope, Send

    RawHeader = tuple[bytes, bytes]


def send_with(
    response: tuple[Send, list[Header], frozenset[str], ReplacedHeaders], message: Message
) -> Awaitable[None]:
    """Send *message*; if it starts a response, put the policy's headers onto the application's.

    :param response: the server's ``send``; the policy's headers; the names, in lower case, that the policy
        owns; what takes note of those that the application sets.
    """
    send, by_policy, owned, layer = response
    if message["type"] == "http.response.start":
        message = {**message, "headers": _together(message.get("headers", ()), by_policy, owned, layer)}
    return send(message)


def _together(
    headers: Iterable[RawHeader], by_policy: list[Header], owned: frozenset[str], layer: ReplacedHeaders
) -> list[RawHeader]:
    together = [*headers]
    touched = _touched(owned)
    for name, _ in together:
        if name.lower() in touched:
            break
    else:
        return together + [(_encoded_name(name), _encoded(value)) for name, value in by_policy]
    decoded = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in together]
    merged, replaced = merge(decoded, by_policy, owned)
    if replaced:
        layer.note_replaced(replaced)
    return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in merged]


@lru_cache(maxsize=64)
def _touched(owned: frozenset[str]) -> frozenset[bytes]:
    return frozenset(name.encode("latin-1") for name in (*owned, "vary"))


# The specification asks for names in lower case. A policy has few headers, and sends them again and again.
@lru_cache(maxsize=1024)
def _encoded_name(name: str) -> bytes:
    return name.lower().encode("latin-1")


@lru_cache(maxsize=1024)
def _encoded(text: str) -> bytes:
    return text.encode("latin-1")


async def answer_text(
    send: Send, status: int, headers: Iterable[Header], text: str, *, head: bool = False
) -> None:
    """Send a whole response with a plain *text*.

    :param headers: the headers of the policy.
    :param head: whether the request is HEAD, whose answer has no body.
    """
    # An exception may name something that is not Unicode, such as a file.
    body = text.encode("utf-8", "backslashreplace")
    described = [("content-type", "text/plain; charset=utf-8"), ("content-length", str(len(body)))]
    await _answer(send, status, [*headers, *described], b"" if head else body)


async def answer_granted(send: Send, headers: Iterable[Header]) -> None:
    """Send the answer to a preflight that is granted."""
    await _answer(send, 204, headers, b"")


async def _answer(send: Send, status: int, headers: Iterable[Header], body: bytes) -> None:
    raw = [(_encoded_name(name), _encoded(value)) for name, value in headers]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body})


async def refuse_handshake(scope: Scope, receive: Receive, send: Send, text: str) -> None:
    """Refuse the handshake of a WebSocket with a 403, before it is accepted."""
    await receive()
    if "websocket.http.response" not in scope.get("extensions", {}):
        # The server makes a 403 of it: "Close - send event" of the specification.
        await send({"type": "websocket.close", "code": 1008})
        return
    body = text.encode("utf-8", "backslashreplace")
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"%d" % len(body))]
    await send({"type": "websocket.http.response.start", "status": 403, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": body})
