"""A server elsewhere, as an application: each request goes over the network unchanged, once, and bounded."""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final, cast

from flask_corsguard.testing.transport import HEADERS

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

#: How much of a body is read, in bytes: a verdict depends on none of it, and a report shows the beginning.
MAX_BODY: Final = 64 * 1024
#: How long a body is waited for, in seconds: a stream may never end.
BODY_TIMEOUT: Final = 1.0
#: How long one request may take, in seconds, unless ``--timeout`` says otherwise.
TIMEOUT: Final = 10.0
#: The least that a socket is given, in seconds: 0 would make it one that never waits.
_LEAST: Final = 0.001


class Unreachable(Exception):  # noqa: N818 - it says what a server is
    """A server cannot be reached, or does not speak HTTP; the message is a sentence that says why."""


class Remote:
    """Sends what it is called with to the server that the request names, and returns its answer.

    No redirect is followed, every line of the response's headers is kept, and nothing is sent twice.

    :param timeout: how long one request may take until the headers of its response are there, in seconds.
    :param resolve: returns the host to connect to, where the DNS does not know the name.
    """

    def __init__(self, timeout: float = TIMEOUT, resolve: Callable[[str], str] = str) -> None:
        self._timeout = timeout
        self._resolve = resolve
        #: The addresses that were connected to, by host.
        self.addresses: dict[str, str] = {}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request with what the server answers.

        :raises Unreachable: if it does not.
        """
        host = environ["SERVER_NAME"].strip("[]")
        where = f"{environ['wsgi.url_scheme']}://{dict(environ[HEADERS])['Host']}"
        try:
            status, headers, body = self._exchange(environ, host)
        except ssl.SSLCertVerificationError as error:
            raise Unreachable(
                f"The certificate of {where} is not trusted ({error.verify_message}); a browser refuses "
                "it, too."
            ) from error
        except ssl.SSLError as error:
            raise Unreachable(
                f"There is no TLS connection to {where} ({error.reason}): it may be plain http."
            ) from error
        except TimeoutError as error:
            raise Unreachable(f"{where} did not answer within {self._timeout:g} s.") from error
        except socket.gaierror as error:
            raise Unreachable(f"There is no host named {host} ({error.strerror}).") from error
        except OSError as error:
            raise Unreachable(f"There is no connection to {where} ({error.strerror or error}).") from error
        except http.client.HTTPException as error:
            raise Unreachable(f"What {where} answers is not HTTP ({type(error).__name__}).") from error
        start_response(status, headers)
        return [body]

    def _exchange(self, environ: WSGIEnvironment, host: str) -> tuple[str, list[tuple[str, str]], bytes]:
        is_secure = environ["wsgi.url_scheme"] == "https"
        connection = _Connection(host, int(environ["SERVER_PORT"]), is_secure=is_secure)
        with closing(connection):
            made = connection.open(self._resolve(host), time.monotonic() + self._timeout)
            self.addresses[host] = made.getpeername()[0]
            method = environ["REQUEST_METHOD"]
            connection.putrequest(method, environ["REQUEST_URI"], skip_host=True, skip_accept_encoding=True)
            for name, value in environ[HEADERS]:
                connection.putheader(name, value.encode("latin-1"))
            connection.endheaders(environ["wsgi.input"].read() or None)
            response = connection.getresponse()
            made.deadline = time.monotonic() + BODY_TIMEOUT
            return f"{response.status} {response.reason}", response.getheaders(), _beginning_of(response)


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


class _Connection(http.client.HTTPConnection):
    """A connection that is opened until a deadline."""

    def __init__(self, host: str, port: int, *, is_secure: bool) -> None:
        super().__init__(host, port)
        self._is_secure = is_secure

    def open(self, host: str, deadline: float) -> _PlainSocket | _TlsSocket:
        """Connect to *host*, and return the socket."""
        raw = socket.create_connection((host, self.port), max(deadline - time.monotonic(), _LEAST))
        made: Any = _PlainSocket(fileno=raw.detach())
        made.settimeout(max(deadline - time.monotonic(), _LEAST))
        self.sock = made
        if self._is_secure:
            context = ssl.create_default_context()
            context.sslsocket_class = _TlsSocket
            self.sock = made = context.wrap_socket(made, server_hostname=self.host)
        made.deadline = deadline
        return cast("_PlainSocket | _TlsSocket", made)
