"""A client that sends bytes unchanged, and returns which answers came back over which connections."""

from __future__ import annotations

import select
import socket
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, NamedTuple

#: Seconds in which a server must have answered; far more than any needs, so that only a hang meets it.
PATIENCE: Final = 60
#: Seconds for which a client waits for ``100 Continue`` of a server that sends none: by RFC 9110, section
#: 10.1.1, it must not wait for ever.
CONTINUE: Final = 1
#: What makes a server end the connection after its answer.
LAST: Final = b"OPTIONS /last HTTP/1.1\r\nHost: api.example\r\nConnection: close\r\n\r\n"


class Ask(NamedTuple):
    """One request: its bytes, and what a client does with the answer."""

    sent: bytes
    token: str
    is_head: bool = False
    #: Sent after a ``100 Continue``, or when none has come within so many seconds.
    after_continue: bytes = b""
    waits_for: float = PATIENCE


class Answer(NamedTuple):
    """One response, as it came."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes
    raw: bytes


@dataclass
class Talk:
    """What came back: an answer to each request, ``None`` where the connection ended without one."""

    answers: list[Answer | None] = field(default_factory=list)
    connections: int = 0
    #: Whatever came that no request was left for.
    surplus: bytes = b""
    continued: bool = False


class _ClosedError(Exception):
    """The connection ended before the answer did."""


class _Connection:
    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""
        self.ended = False
        self.read = b""

    def send(self, data: bytes) -> None:
        # A server may answer a large body before it has come, and close: the answer counts.
        with suppress(ConnectionError, TimeoutError):
            self.socket.sendall(data)

    def has_something(self, seconds: float) -> bool:
        return bool(self.buffer) or bool(select.select([self.socket], [], [], seconds)[0])

    def _fill(self) -> None:
        try:
            data = b"" if self.ended else self.socket.recv(65536)
        except ConnectionError:
            data = b""
        if not data:
            self.ended = True
            raise _ClosedError
        self.buffer += data

    def until(self, mark: bytes) -> bytes:
        while mark not in self.buffer:
            self._fill()
        return self.exactly(self.buffer.index(mark) + len(mark))

    def exactly(self, length: int) -> bytes:
        while len(self.buffer) < length:
            self._fill()
        data, self.buffer = self.buffer[:length], self.buffer[length:]
        self.read += data
        return data

    def rest(self) -> bytes:
        try:
            while True:
                self._fill()
        except _ClosedError:
            return self.exactly(len(self.buffer))

    def finish(self, last: bytes = b"") -> bytes:
        """Announce that nothing more follows, and return what still comes before the answer to *last*."""
        self.send(last)
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_WR)
        try:
            rest = self.rest()
            return rest.rpartition(b"HTTP/1.1 ")[0] if last else rest
        finally:
            self.socket.close()

    def answer(self, *, is_head: bool) -> tuple[Answer, bool]:
        """Read one response, and return whether the connection is over."""
        self.read = b""
        first, *lines = self.until(b"\r\n\r\n").decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
        version, status = first.split()[:2]
        headers = [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines)]
        said = {name.lower(): value.lower() for name, value in headers}
        over = "close" in said.get("connection", "") or (
            version == "HTTP/1.0" and "keep-alive" not in said.get("connection", "")
        )
        code = int(status)
        if is_head or code < 200 or code in {204, 304}:
            body = b""
        elif said.get("transfer-encoding") == "chunked":
            body = self._chunks()
        elif "content-length" in said:
            body = self.exactly(int(said["content-length"]))
        else:
            body, over = self.rest(), True
        return Answer(code, headers, body, self.read), over and code >= 200

    def _chunks(self) -> bytes:
        body = b""
        while size := int(self.until(b"\r\n").partition(b";")[0], 16):
            body += self.exactly(size)
            self.exactly(2)
        self.until(b"\r\n")
        return body


def talk(port: int, asks: Sequence[Ask], *, lingers: bool = False) -> Talk:
    """Send *asks* one after the other, over one connection for as long as the server leaves it open.

    A server that *lingers* waits for some seconds after the client has sent its last byte.
    """
    told = Talk()
    connection: _Connection | None = None
    for ask in asks:
        fresh = connection is None
        while True:
            if connection is None:
                connection = _Connection(port)
                told.connections += 1
            try:
                answer, over = _ask(connection, ask, told)
            except _ClosedError:
                connection.socket.close()
                connection = None
                if not fresh:
                    # As clients do whose idle connection was closed without a word (RFC 9112, section 9.3.1).
                    fresh = True
                    continue
                told.answers.append(None)
            else:
                told.answers.append(answer)
                if over:
                    told.surplus += connection.finish()
                    connection = None
            break
    if connection is not None:
        told.surplus += connection.finish(LAST if lingers else b"")
    return told


def _ask(connection: _Connection, ask: Ask, told: Talk) -> tuple[Answer, bool]:
    connection.send(ask.sent)
    waits = bool(ask.after_continue)
    if waits and not connection.has_something(ask.waits_for):
        connection.send(ask.after_continue)
        waits = False
    while True:
        answer, over = connection.answer(is_head=ask.is_head)
        if answer.status >= 200:
            return answer, over
        told.continued = True
        if waits:
            connection.send(ask.after_continue)
            waits = False
