"""The opening handshake of a WebSocket, with an application in this process.

A server with WebSockets passes the socket to the application, in the environ. The model does the
same: it passes one end of a socket pair, runs the application in a thread, and closes the other end.

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
from .transport import RawAnswer, ResponseRecorder, run

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

#: How long the application may take to answer, and again to return, in seconds of real time.
PATIENCE: Final = 10.0
#: The interval at which the thread is checked for an answer through start_response, in seconds.
_POLL_INTERVAL: Final = 0.005
_CHUNK_SIZE: Final = 4096

SWITCHING_PROTOCOLS: Final = 101

_HEAD = re.compile(rb"HTTP/1\.1 ([0-9]{3})[^\r\n]*\r\n((?:[^\r\n]+\r\n)*)\r\n")

#: The headers of a handshake (RFC 6455, section 4.1). The key is the example of its section 1.3,
#: always the same, so that tests are repeatable.
HANDSHAKE_HEADERS: Final[tuple[Header, ...]] = (
    ("Upgrade", "websocket"),
    ("Connection", "Upgrade"),
    ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ("Sec-WebSocket-Version", "13"),
)


class _ApplicationThread(threading.Thread):
    """A thread that runs an application."""

    def __init__(self, app: WSGIApplication, environ: WSGIEnvironment, recorder: ResponseRecorder) -> None:
        # With a daemon thread, the test run can end even if the application never returns.
        super().__init__(name="flask_corsguard.testing.websocket", daemon=True)
        self._application = app
        self._environ = environ
        self._recorder = recorder
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            run(self._application, self._environ, self._recorder)
        except BaseException as error:  # noqa: BLE001 - it is raised again in the thread of the test
            self.error = error


def shake_hands(app: WSGIApplication, environ: WSGIEnvironment, patience: float = PATIENCE) -> RawAnswer:
    """Return the application's answer to a handshake; a WebSocket that opens is closed at once.

    :param patience: how long the application may take to answer, and again to return, in seconds.
    :raises TimeoutError: if the application takes longer.
    """
    browser_end, application_end = socket.socketpair()
    with closing(application_end):
        recorder = ResponseRecorder()
        environ["werkzeug.socket"] = application_end
        thread = _ApplicationThread(app, environ, recorder)
        with closing(browser_end):
            thread.start()
            head = _wait_for_head(browser_end, thread, recorder, patience)
        thread.join(patience)
        if thread.is_alive():
            raise TimeoutError(
                f"the application did not return within {patience} s after its WebSocket was closed"
            )
    is_open = head is not None or recorder.status.startswith("101")
    # A socket that the browser has closed raises OSError; any other error is the application's own.
    if thread.error is not None and not (is_open and isinstance(thread.error, OSError)):
        raise thread.error
    if head is not None:
        return _answer_of(head)
    return recorder.answer()


def _wait_for_head(
    browser_end: socket.socket, thread: _ApplicationThread, recorder: ResponseRecorder, patience: float
) -> re.Match[bytes] | None:
    received = b""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        # Checked before the socket: if the thread has ended, all that it wrote can be read below.
        has_ended = not thread.is_alive()
        if select.select([browser_end], [], [], 0 if has_ended else _POLL_INTERVAL)[0]:
            received += browser_end.recv(_CHUNK_SIZE)
            head = _HEAD.match(received)
            if head is not None:
                return head
        elif has_ended or recorder.status.startswith("101"):
            return None
    raise TimeoutError(f"the application did not answer the handshake within {patience} s")


def _answer_of(head: re.Match[bytes]) -> RawAnswer:
    lines = head[2].decode("latin-1").splitlines()
    headers = [line.partition(":")[::2] for line in lines]
    return RawAnswer(int(head[1]), tuple((name, value.strip()) for name, value in headers), b"")
