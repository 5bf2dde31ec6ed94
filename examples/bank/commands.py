"""The command that shows what a row of the table shows, while the demo runs."""

from __future__ import annotations

import shlex
from typing import Final
from urllib.parse import urlsplit

from flask_corsguard.testing import Exchange

from .outcome import Outcome
from .row import Program

#: The values of Sec-Fetch-Dest for a form: it opens the answer in a frame, or in the place of its page.
_OF_FORMS: Final = frozenset({"iframe", "document"})


def command_for(outcome: Outcome) -> list[str]:
    """Return the words of the command, of which each belongs in one line."""
    exchange = outcome.exchanges[0]
    if isinstance(outcome.row.attempt, Program):
        cookie = ["-H 'Cookie: ...'"] if outcome.row.attempt.has_cookie else []
        return ["curl -i", *_method(exchange.method), *cookie, exchange.url]
    names = [name for name, _ in exchange.headers if name.startswith("X-")]
    if exchange.is_preflight:
        names = [name for name in (exchange.get("Access-Control-Request-Headers") or "").split(",") if name]
    method = exchange.get("Access-Control-Request-Method") if exchange.is_preflight else exchange.method
    origin = exchange.origin or _origin_of(exchange)
    return [
        "corsguard explain",
        f"--origin {shlex.quote(origin)}",
        *_kind(exchange),
        *_method(method or exchange.method),
        *(f"-H {shlex.quote(name)}" for name in names),
        exchange.url,
    ]


def _method(method: str) -> list[str]:
    return [] if method == "GET" else [f"-X {method}"]


def _kind(exchange: Exchange) -> list[str]:
    if exchange.method == "POST" and exchange.get("Sec-Fetch-Dest") in _OF_FORMS:
        return ["--form"]
    if exchange.get("Sec-Fetch-Mode") == "no-cors":
        return ["--no-cors"]
    return ["--credentials"] if exchange.get("Cookie") is not None else []


def _origin_of(exchange: Exchange) -> str:
    # A page sends no Origin with a GET to its own server, or for an image.
    page = urlsplit(exchange.get("Referer") or exchange.url)
    return f"{page.scheme}://{page.netloc}"
