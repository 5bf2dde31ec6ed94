"""What went over the wire: a request, and what was answered."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from flask_corsguard.core.fetch_standard import ACRM

from .headers import Header, get

#: Bytes of a body that are shown.
SHOWN_BODY = 200


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer, as the application saw and gave them.

    ``str(exchange)`` is readable HTTP: ``>`` before what was sent, ``<`` before what came back.
    """

    method: str
    url: str
    #: As they were sent, repeated ones joined.
    headers: tuple[Header, ...]
    body: bytes
    status: int
    #: As the application gave them: repeated ones are there several times.
    response_headers: tuple[Header, ...]
    response_body: bytes
    #: No application was asked: it is a stored answer, and stands beside the request that stored it.
    from_cache: bool = False

    @property
    def origin(self) -> str | None:
        """The value of ``Origin``; ``None`` if there was none."""
        return self.get("Origin")

    @property
    def is_preflight(self) -> bool:
        """Whether it only asks whether something may be sent (#cors-preflight-request)."""
        return self.method == "OPTIONS" and self.get(ACRM) is not None and self.origin is not None

    def get(self, name: str) -> str | None:
        """Give the value of the request header *name*, in any case."""
        return get(self.headers, name)

    def answered(self, name: str) -> str | None:
        """Give the value of the response header *name*, in any case; lines are joined by commas."""
        return get(self.response_headers, name)

    def __str__(self) -> str:
        return self.text()

    def text(self, *, only: Iterable[str] | None = None) -> str:
        """Show the exchange as HTTP.

        :param only: show of the response's headers those whose lower-case name begins so, and no body.
        """
        target = re.sub(r"^[a-z]+://[^/]*", "", self.url)
        sent = [f"{self.method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in self.headers)]
        shown = self.response_headers
        if only is not None:
            beginnings = tuple(only)
            shown = tuple(header for header in shown if header[0].lower().startswith(beginnings))
        status = f"{self.status} (from the browser's HTTP cache)" if self.from_cache else str(self.status)
        back = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in shown)]
        sent += _shown_body(self.body)
        back += _shown_body(self.response_body) if only is None else []
        return "\n".join([*(f"> {line}".rstrip() for line in sent), *(f"< {line}".rstrip() for line in back)])


def _shown_body(body: bytes) -> list[str]:
    if not body:
        return []
    text = body[:SHOWN_BODY].decode("utf-8", "replace")
    more = len(body) - SHOWN_BODY
    return ["", *text.splitlines(), *([f"... and {more} bytes more"] if more > 0 else [])]
