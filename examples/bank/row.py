"""What a row of the table is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from flask_corsguard.testing import Browser, Image, Response

from .client import Headers
from .verdict import Verdict


class Program(NamedTuple):
    """A request of something that is not a browser."""

    method: str
    path: str
    headers: Headers = ()
    body: bytes = b""
    #: Whether it has the cookie of Alice's session.
    has_cookie: bool = False


#: What a page does in the browser.
Attempt = Callable[[Browser], Response | Image]


@dataclass(frozen=True)
class Row:
    """One line of the story, with its end."""

    title: str
    attempt: Attempt | Program
    #: The statuses of the answers: to a preflight if there is one, to the request, after a redirect.
    statuses: tuple[int, ...]
    verdict: Verdict
    #: Whether the guard refuses it, so that the bank never sees it.
    refused: bool = False
    #: What is taken from Alice's account, in EUR.
    moved: int = 0
    #: Whether the bank's switch is on meanwhile.
    guard: bool = True
