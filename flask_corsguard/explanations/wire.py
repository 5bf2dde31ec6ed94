"""The wire: one request to one server, exactly as it is given, and bounded in time and size."""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from contextlib import closing
from typing import Any, Final, NamedTuple, cast

#: How much of a body is read, in bytes: a verdict depends on none of it, and a report shows the beginning.
MAX_BODY: Final = 64 * 1024
#: How long a body is waited for, in seconds: a stream may never end.
BODY_TIMEOUT: Final = 1.0
#: The least that a socket is given, in seconds: 0 would make it one that never waits.
_LEAST: Final = 0.001

Header = tuple[str, str]


class Unreachable(Exception):  # noqa: N818 - the name describes the server
    """A server cannot be reached, or does not speak HTTP; the message is a sentence that explains why."""


class Server(NamedTuple):
    """Where requests go to."""

    #: ``"http"`` or ``"https"``.
    scheme: str
    #: The host of the URL; IPv6 addresses without brackets.
    host: str
    port: int
    #: What to connect to, if the name is not to be looked up.
    address: str = ""

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        is_default = self.port == {"http": 80, "https": 443}[self.scheme]
        return f"{self.scheme}://{host}" + ("" if is_default else f":{self.port}")


class WireRequest(NamedTuple):
    """A request, as it is sent."""

    method: str
    #: The path with the query.
    target: str
    #: All headers, ``Host`` among them; none is added.
    headers: tuple[Header, ...]
    body: bytes = b""


class WireAnswer(NamedTuple):
    """An answer, with every line of its headers."""

    status: int
    reason: str
    headers: list[Header]
    #: The beginning of the body.
    body: bytes
    #: The address that was connected to.
    address: str

    def values(self, name: str) -> list[str]:
        """Return the values of a header, one for each line."""
        return [value for each, value in self.headers if each.lower() == name.lower()]


def exchange(server: Server, request: WireRequest, timeout: float) -> WireAnswer:
    """Send a request, and return the answer. No redirect is followed, and nothing is sent twice.

    :param timeout: how long the headers of the answer may take, in seconds.
    :raises Unreachable: if there is no answer.
    """
    try:
        return _exchange(server, request, timeout)
    except ssl.SSLCertVerificationError as error:
        raise Unreachable(
            f"The certificate of {server} is not trusted ({error.verify_message}); a browser refuses it, too."
        ) from error
    except ssl.SSLError as error:
        raise Unreachable(
            f"There is no TLS connection to {server} ({error.reason}): it may be plain http."
        ) from error
    except TimeoutError as error:
        raise Unreachable(f"{server} did not answer within {timeout:g} s.") from error
    except socket.gaierror as error:
        raise Unreachable(f"There is no host named {server.host} ({error.strerror}).") from error
    except OSError as error:
        raise Unreachable(f"There is no connection to {server} ({error.strerror or error}).") from error
    except http.client.HTTPException as error:
        raise Unreachable(f"What {server} answers is not HTTP ({type(error).__name__}).") from error


def _exchange(server: Server, request: WireRequest, timeout: float) -> WireAnswer:
    connection = _Connection(server)
    with closing(connection):
        made = connection.open(time.monotonic() + timeout)
        address: str = made.getpeername()[0]
        connection.putrequest(request.method, request.target, skip_host=True, skip_accept_encoding=True)
        for name, value in request.headers:
            connection.putheader(name, value.encode("latin-1"))
        connection.endheaders(request.body or None)
        response = connection.getresponse()
        made.deadline = time.monotonic() + BODY_TIMEOUT
        beginning = _beginning_of(response)
        return WireAnswer(response.status, response.reason, response.getheaders(), beginning, address)


def _beginning_of(response: http.client.HTTPResponse) -> bytes:
    """Return the beginning of the body: what comes in time, at most :data:`MAX_BODY` bytes."""
    chunks: list[bytes] = []
    try:
        while (left := MAX_BODY - sum(map(len, chunks))) and (chunk := response.read1(left)):
            chunks.append(chunk)
    except (OSError, http.client.HTTPException):
        # The headers are there, and with them the verdict.
        pass
    return b"".join(chunks)


class _Deadline:
    """What a socket needs for everything that it receives to come in time, however slowly it drips."""

    deadline = 0.0

    def recv_into(self: Any, buffer: Any, nbytes: int | None = None, flags: int = 0) -> int:
        """Receive, and wait no longer than until the deadline."""
        self.settimeout(max(self.deadline - time.monotonic(), _LEAST))
        received: int = super().recv_into(buffer, nbytes or 0, flags)  # type: ignore[misc]
        return received


class _PlainSocket(_Deadline, socket.socket):
    """A socket with a deadline."""


class _TlsSocket(_Deadline, ssl.SSLSocket):
    """A socket with TLS and a deadline."""


def looked_up(host: str) -> str:
    """Return the name to look up for *host*: browsers take all names below ``localhost`` for this machine.

    See RFC 6761, section 6.3. Not every system's resolver does so.
    """
    return "localhost" if host.rstrip(".").lower().endswith(".localhost") else host


class _Connection(http.client.HTTPConnection):
    """A connection that is opened until a deadline."""

    def __init__(self, server: Server) -> None:
        super().__init__(server.host, server.port)
        self._server = server

    def open(self, deadline: float) -> _PlainSocket | _TlsSocket:
        """Connect, and return the socket."""
        server = self._server
        where = (looked_up(server.address or server.host), server.port)
        raw = socket.create_connection(where, max(deadline - time.monotonic(), _LEAST))
        made: Any = _PlainSocket(fileno=raw.detach())
        made.settimeout(max(deadline - time.monotonic(), _LEAST))
        self.sock = made
        if server.scheme == "https":
            context = ssl.create_default_context()
            context.sslsocket_class = _TlsSocket
            self.sock = made = context.wrap_socket(made, server_hostname=server.host)
        made.deadline = deadline
        return cast("_PlainSocket | _TlsSocket", made)
