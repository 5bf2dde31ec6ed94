"""A client that sends just what it is told, and tells all that came back."""

from __future__ import annotations

import http.client
from contextlib import closing
from http import HTTPStatus
from typing import Final, NamedTuple

from .browser import Headers
from .journal import COOKIE
from .sites import LOOPBACK, Site

#: Seconds after which a server on this machine is taken for dead.
TIMEOUT: Final = 20


class Answer(NamedTuple):
    """What a server answered."""

    status: int
    phrase: str
    headers: Headers
    body: bytes


class NoAnswerError(Exception):
    """A server of ours did not answer, or not as it must; the message says which."""


def ask(site: Site, method: str, path: str, headers: Headers = (), body: str | None = None) -> Answer:
    """Send one request to *site*, wherever its name leads elsewhere, and give the answer.

    :raises NoAnswerError: if there is none.
    """
    try:
        return _ask(site, method, path, headers, body)
    except (OSError, http.client.HTTPException) as error:
        raise NoAnswerError(f"The {site.name} does not answer: {error}.") from error


def _ask(site: Site, method: str, path: str, headers: Headers, body: str | None) -> Answer:
    with closing(http.client.HTTPConnection(LOOPBACK, site.port, timeout=TIMEOUT)) as connection:
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        connection.putheader("Host", site.authority)
        for name, value in headers:
            connection.putheader(name, value)
        content = b"" if body is None else body.encode()
        if content:
            connection.putheader("Content-Length", str(len(content)))
        connection.endheaders(content)
        response = connection.getresponse()
        return Answer(response.status, response.reason, tuple(response.getheaders()), response.read())


def turn_guard(bank: Site, cookie: str, *, on: bool) -> None:
    """Turn the bank's guard on or off, with what a browser sends for the form on the bank's own page.

    :raises NoAnswerError: if the bank does not do so.
    """
    headers = (
        ("Origin", bank.origin),
        ("Content-Type", "application/x-www-form-urlencoded"),
        ("Sec-Fetch-Site", "same-origin"),
        ("Sec-Fetch-Mode", "navigate"),
        ("Sec-Fetch-Dest", "document"),
        ("Cookie", cookie),
    )
    answer = ask(bank, "POST", "/guard", headers, f"guard={'on' if on else 'off'}")
    if answer.status != HTTPStatus.SEE_OTHER:
        raise NoAnswerError(f"The {bank.name}'s guard cannot be turned: {answer.status} {answer.phrase}.")


def sign_in(site: Site) -> str:
    """Sign Alice in at the bank and give the cookie of her session."""
    answer = ask(site, "POST", "/sign-in")
    cookies = [value for name, value in answer.headers if name == "Set-Cookie"]
    return next(value.partition(";")[0] for value in cookies if value.startswith(f"{COOKIE}="))
