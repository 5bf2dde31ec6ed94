"""A server elsewhere, as an application: each request goes over the network unchanged, and once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

from flask_corsguard.testing.transport import HEADERS

from .wire import Server, WireRequest, exchange

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

#: How long one request may take, in seconds, unless ``--timeout`` overrides it.
TIMEOUT: Final = 10.0


class Remote:
    """Sends what it is called with to the server that the request names, and returns its answer.

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
        server = Server(environ["wsgi.url_scheme"], host, int(environ["SERVER_PORT"]), self._resolve(host))
        request = WireRequest(
            environ["REQUEST_METHOD"],
            environ["REQUEST_URI"],
            environ[HEADERS],
            environ["wsgi.input"].read(),
        )
        answer = exchange(server, request, self._timeout)
        self.addresses[host] = answer.address
        start_response(f"{answer.status} {answer.reason}", answer.headers)
        return [answer.body]
