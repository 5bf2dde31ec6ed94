"""Exchanges: each is a request as it was sent, and its response."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from flask_corsguard.core.fetch_standard import ACRM

from .headers import Header, get

#: How much of a body is shown, in bytes.
SHOWN_BODY = 200


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request as the application received it, and the response of the application.

    ``str(exchange)`` is readable HTTP: lines of the request begin with ``>``, lines of the
    response with ``<``.
    """

    __module__ = "flask_corsguard.testing"

    #: The method of the request.
    method: str
    #: The URL of the request, without its fragment.
    url: str
    #: The request headers; the values of a repeated header are joined with commas.
    headers: tuple[Header, ...]
    #: The body of the request; empty if it has none.
    body: bytes
    #: The status of the response.
    status: int
    #: The response headers; a repeated header is there several times.
    response_headers: tuple[Header, ...]
    #: The body of the response.
    response_body: bytes
    #: Whether nothing was sent: the response was in the HTTP cache. The request is then the one
    #: that stored it.
    from_cache: bool = False

    @property
    def origin(self) -> str | None:
        """The value of the request header ``Origin``; ``None`` if there was none."""
        return self.get("Origin")

    @property
    def is_preflight(self) -> bool:
        """Whether the request is a CORS-preflight request (#cors-preflight-request)."""
        return self.method == "OPTIONS" and self.get(ACRM) is not None and self.origin is not None

    def get(self, name: str) -> str | None:
        """Return the value of a request header.

        :param name: the name of the header, in upper or lower case.
        :returns: its value; ``None`` if the request has no such header.
        """
        return get(self.headers, name)

    def answered(self, name: str) -> str | None:
        """Return the value of a response header.

        :param name: the name of the header, in upper or lower case.
        :returns: its value, the values of a repeated header joined with commas; ``None`` if the
            response has no such header.
        """
        return get(self.response_headers, name)

    def __str__(self) -> str:
        return self.text()

    def text(self, *, only: Iterable[str] | None = None) -> str:
        """Return the exchange as readable HTTP.

        :param only: beginnings of lower-case names: show only these response headers, and not the
            body of the response. ``None`` shows all.
        :returns: lines of text, those of the request after ``>``, those of the response after
            ``<``; the first 200 bytes of a body.
        """
        target = re.sub(r"^[a-z]+://[^/]*", "", self.url)
        request = [f"{self.method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in self.headers)]
        shown = self.response_headers
        if only is not None:
            beginnings = tuple(only)
            shown = tuple(header for header in shown if header[0].lower().startswith(beginnings))
        status = f"{self.status} (from the browser's HTTP cache)" if self.from_cache else str(self.status)
        response = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in shown)]
        request += _body_lines(self.body)
        response += _body_lines(self.response_body) if only is None else []
        lines = [*(f"> {line}" for line in request), *(f"< {line}" for line in response)]
        return "\n".join(line.rstrip() for line in lines)


def _body_lines(body: bytes) -> list[str]:
    if not body:
        return []
    text = body[:SHOWN_BODY].decode("utf-8", "replace")
    more = len(body) - SHOWN_BODY
    return ["", *text.splitlines(), *([f"... and {more} bytes more"] if more > 0 else [])]
