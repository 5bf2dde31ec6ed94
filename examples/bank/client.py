"""The way over real sockets to a site's server, wherever the site's name leads elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from typing import TYPE_CHECKING, Final

from werkzeug.datastructures import EnvironHeaders

from flask_corsguard.testing import Exchange

from .sites import LOOPBACK, Site

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

Headers = tuple[tuple[str, str], ...]

#: Seconds after which a server on this machine is taken for dead.
TIMEOUT: Final = 60


class NoAnswerError(Exception):
    """A server of the demo did not answer, or not as it must; the message names it."""


class Relay:
    """A WSGI application that has the server of *site* answer: the browser's connection to it."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Send the request on as it is, and give the server's answer.

        :raises NoAnswerError: if there is none.
        """
        method, target, headers = environ["REQUEST_METHOD"], environ["RAW_URI"], EnvironHeaders(environ)
        exchange = _send(self._site, method, target, tuple(headers), environ["wsgi.input"].read())
        start_response(f"{exchange.status} ", list(exchange.response_headers))
        return [exchange.response_body]


def ask(site: Site, method: str, path: str, headers: Headers = (), body: bytes = b"") -> Exchange:
    """Send a request as a program does that is not a browser: these *headers* and ``Host``.

    :raises NoAnswerError: if there is no answer.
    """
    return _send(site, method, path, (("Host", site.authority), *headers), body)


def _send(site: Site, method: str, target: str, headers: Headers, body: bytes) -> Exchange:
    try:
        with closing(HTTPConnection(LOOPBACK, site.port, timeout=TIMEOUT)) as connection:
            connection.request(method, target, body or None, dict(headers))
            answer = connection.getresponse()
            content = answer.read()
    except (OSError, HTTPException) as error:
        raise NoAnswerError(f"The {site.name} does not answer: {error}.") from error
    answered = tuple(answer.getheaders())
    return Exchange(method, f"{site.origin}{target}", headers, body, answer.status, answered, content)
