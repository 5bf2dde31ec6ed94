"""A client that sends requests unchanged, byte by byte, which no library for ordinary use does."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from flask_corsguard.core.answer import Header

#: Seconds in which an answer has to come.
PATIENCE: Final = 10
#: The longest head of an answer that is read, in bytes.
MAX_HEAD: Final = 1 << 20

_WITHOUT_BODY: Final = frozenset({204, 304})


@dataclass(frozen=True, slots=True)
class Answer:
    """The head of an answer.

    :ivar status: its status.
    :ivar headers: its headers, in order.
    """

    status: int
    headers: tuple[Header, ...]

    def values(self, name: str) -> list[str]:
        """Return the values of all headers with this *name*, in lower case."""
        return [value for field, value in self.headers if field.lower() == name]


class WireError(Exception):
    """The other side ended the connection, or did not answer in HTTP."""


class Wire:
    """One connection at a time to a server; it is opened again when the server has closed it.

    :param host: the name or address of the server.
    :param port: its port.
    :param tls: with it, the connection is encrypted.
    """

    def __init__(self, host: str, port: int, tls: ssl.SSLContext | None = None) -> None:
        self._address = host, port
        self._tls = tls
        self._socket: socket.socket | None = None
        self._read = b""

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        if self._socket is not None:
            self._socket.close()
        self._socket, self._read = None, b""

    def ask(self, method: str, target: str, headers: Sequence[Header]) -> Answer:
        """Send a request, and return the answer.

        :raises WireError: if none came, also over a new connection.
        :raises OSError: if there is no connection.
        """
        lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers)]
        if method not in {"GET", "HEAD", "OPTIONS"}:
            lines.append("Content-Length: 0")
        data = "\r\n".join([*lines, "", ""]).encode("latin-1")
        upgrades = any(name.lower() == "upgrade" for name, _ in headers)
        if upgrades:
            # As a browser does; and whatever is answered, some engines only pass bytes on afterwards.
            self.close()
        try:
            return self._ask_again(data, method)
        finally:
            if upgrades:
                self.close()

    def _ask_again(self, data: bytes, method: str) -> Answer:
        if self._socket is not None:
            # A server may close an idle connection at any time (RFC 9112, section 9.3.1).
            with suppress(WireError):
                return self._exchange(self._socket, data, method)
        return self._exchange(self._connect(), data, method)

    def _exchange(self, connection: socket.socket, data: bytes, method: str) -> Answer:
        try:
            connection.sendall(data)
            return self._answer(method)
        except OSError as error:
            self.close()
            raise WireError(f"the connection ended: {error}") from error
        except WireError:
            self.close()
            raise

    def _answer(self, method: str) -> Answer:
        while (answer := self._head()).status < 200 and answer.status != 101:  # noqa: PLR2004 - interim answers
            pass
        is_over = answer.status == 101 or "close" in ",".join(answer.values("connection")).lower()  # noqa: PLR2004
        if method != "HEAD" and answer.status not in _WITHOUT_BODY and answer.status != 101:  # noqa: PLR2004
            is_over = not self._skip_body(answer) or is_over
        if is_over:
            self.close()
        return answer

    def _connect(self) -> socket.socket:
        connection = socket.create_connection(self._address, timeout=PATIENCE)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._tls is not None:
            connection = self._tls.wrap_socket(connection, server_hostname=self._address[0])
        self._socket, self._read = connection, b""
        return connection

    def _fill(self) -> None:
        data = self._socket.recv(65536) if self._socket is not None else b""
        if not data:
            raise WireError("the connection ended before the answer did")
        self._read += data

    def _take(self, length: int) -> bytes:
        while len(self._read) < length:
            self._fill()
        data, self._read = self._read[:length], self._read[length:]
        return data

    def _line(self, end: bytes) -> bytes:
        while (index := self._read.find(end)) < 0:
            if len(self._read) > MAX_HEAD:
                raise WireError("the head of the answer is too long")
            self._fill()
        return self._take(index + len(end))

    def _head(self) -> Answer:
        first, *lines = self._line(b"\r\n\r\n").decode("latin-1").split("\r\n")[:-2]
        parts = first.split(" ", 2)
        if len(parts) < 2 or not parts[0].startswith("HTTP/1.") or not parts[1].isdigit():  # noqa: PLR2004
            raise WireError(f"the answer begins with {first!r}")
        pairs = [line.partition(":") for line in lines]
        return Answer(int(parts[1]), tuple((name, value.strip()) for name, _, value in pairs))

    def _skip_body(self, answer: Answer) -> bool:
        """Read the body; return whether the connection can be used again."""
        if "chunked" in ",".join(answer.values("transfer-encoding")).lower():
            while size := int(self._line(b"\r\n").partition(b";")[0], 16):
                self._take(size + 2)
            self._line(b"\r\n")
            return True
        lengths = answer.values("content-length")
        if not lengths:
            return False
        self._take(int(lengths[0]))
        return True
