"""In debug mode: the header that shows, in a browser's network panel, the reason and whose policy it is."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TYPE_CHECKING, Final

from flask_corsguard.wsgi.trace import TRACE_HEADER, trace_value

from .response import STARTS

if TYPE_CHECKING:
    from flask_corsguard.core.reasons import Reason

    from .scope import Message, Send

# What begins the answer to a request or to a handshake.
_TRACED: Final = STARTS | {"websocket.accept"}
_NAME: Final = TRACE_HEADER.lower().encode()


class Trace:
    """A ``send`` that adds :data:`.TRACE_HEADER`.

    :param send: the server's.
    :param reason: the reason, if there is no other one later.
    :param place: whose the policy is.
    """

    def __init__(self, send: Send, reason: Reason, place: str) -> None:
        self._send = send
        self._place = place
        self.reason = reason

    def __call__(self, message: Message) -> Awaitable[None]:
        """Send *message*; if it begins an answer, with the header."""
        if message["type"] in _TRACED:
            header = (_NAME, trace_value(self.reason, self._place).encode())
            message = {**message, "headers": [*message.get("headers", ()), header]}
        return self._send(message)


def trace_reason(send: Send, reason: Reason) -> None:
    """Have *send*, if it is a trace, name *reason*."""
    if isinstance(send, Trace):
        send.reason = reason
