"""The handshake of a WebSocket, answered by an application in this process.

Some servers give an application the socket, in the environ. Here it gets one end of a pair of
sockets, and runs in a thread until the other end is closed.

:see: https://websockets.spec.whatwg.org/#websocket-opening-handshake
"""

from __future__ import annotations

import re
import select
import socket
import threading
import time
from contextlib import closing
from typing import TYPE_CHECKING, Final

from .headers import Header
from .transport import RawAnswer, Started, run

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

#: How long an application may take to answer, and how long to leave, in seconds.
PATIENCE: Final = 10.0
#: How often it is looked whether the application has answered without the socket, in seconds.
_GLANCE: Final = 0.005
_PIECE: Final = 4096

SWITCHING_PROTOCOLS: Final = 101

_HEAD = re.compile(rb"HTTP/1\.1 ([0-9]{3})[^\r\n]*\r\n((?:[^\r\n]+\r\n)*)\r\n")

#: What makes a request a handshake (RFC 6455, section 4.1). The key is that of its section 1.3: a
#: nonce that is always the same keeps tests the same.
HANDSHAKE_HEADERS: Final[tuple[Header, ...]] = (
    ("Upgrade", "websocket"),
    ("Connection", "Upgrade"),
    ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ("Sec-WebSocket-Version", "13"),
)


class _Conversation(threading.Thread):
    """An application that talks to a socket, in a thread."""

    def __init__(self, app: WSGIApplication, environ: WSGIEnvironment, started: Started) -> None:
        # A daemon, so that an application which never leaves does not keep the tests from ending.
        super().__init__(name="flask_corsguard.testing.websocket", daemon=True)
        self._application = app
        self._asked = environ
        self._answered = started
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            run(self._application, self._asked, self._answered)
        except BaseException as error:  # noqa: BLE001 - it is raised again, where the test can see it
            self.error = error


def shake_hands(app: WSGIApplication, environ: WSGIEnvironment, patience: float = PATIENCE) -> RawAnswer:
    """Let *app* answer a handshake, and close the WebSocket at once if it opens.

    :raises TimeoutError: if it answers or leaves too late.
    """
    ours, theirs = socket.socketpair()
    with closing(theirs):
        started = Started()
        environ["werkzeug.socket"] = theirs
        conversation = _Conversation(app, environ, started)
        with closing(ours):
            conversation.start()
            head = _wait_for_head(ours, conversation, started, patience)
        conversation.join(patience)
        if conversation.is_alive():
            raise TimeoutError(f"the application did not leave a closed WebSocket within {patience} s")
    opened = head is not None or started.status.startswith("101")
    # Who is disconnected may say so; anything else is the application's own.
    if conversation.error is not None and not (opened and isinstance(conversation.error, OSError)):
        raise conversation.error
    if head is not None:
        return _answer_of(head)
    return started.answer()


def _wait_for_head(
    ours: socket.socket, conversation: _Conversation, started: Started, patience: float
) -> re.Match[bytes] | None:
    received = b""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        # Before the socket: what was written before the thread ended is there to be read.
        has_ended = not conversation.is_alive()
        if select.select([ours], [], [], 0 if has_ended else _GLANCE)[0]:
            received += ours.recv(_PIECE)
            head = _HEAD.match(received)
            if head is not None:
                return head
        elif has_ended or started.status.startswith("101"):
            return None
    raise TimeoutError(f"the application did not answer the handshake within {patience} s")


def _answer_of(head: re.Match[bytes]) -> RawAnswer:
    lines = head[2].decode("latin-1").splitlines()
    headers = [line.partition(":")[::2] for line in lines]
    return RawAnswer(int(head[1]), tuple((name, value.strip()) for name, value in headers), b"")
