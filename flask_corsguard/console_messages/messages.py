"""Messages: the literal text of an engine, with placeholders, and the pattern that recognises it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

Engine = Literal["Chromium", "Firefox", "Safari"]

#: The expression for each placeholder. All are bounded, so that no text takes long.
_PLACEHOLDERS: Final = {
    "first": r"\S{1,4096}?",
    "header": r"[^\s'\"]{1,256}?",
    "initiator": r"\S{1,4096}?",
    "kind": r"[A-Za-z ]{1,40}?",
    "method": r"[^\s'\"]{1,64}?",
    "origin": r"[^\s'\"]{1,400}?",
    "page": r"\S{1,4096}?",
    "schemes": r"[^.]{0,400}?",
    "space": r"[a-z]{1,20}",
    "status": r"[0-9]{1,3}|\(null\)",
    "target": r"[a-z]{1,20}",
    "type": r"[^\s'\"]{1,128}?",
    "url": r"\S{1,4096}?",
    "value": r"[^\n]{0,1024}?",
}
# Copied text often has other quotes than the browser wrote.
_QUOTES: Final = "'\"`‘’“”"
_PLACEHOLDER = re.compile(r"\{([a-z]+)\}")


def pattern_of(text: str) -> str:
    """Return a regular expression for *text*, whose placeholders become groups."""
    pieces = _PLACEHOLDER.split(text)
    parts: list[str] = []
    for at, piece in enumerate(pieces):
        if at % 2:
            # What ends a message is as long as it can be.
            is_last = at == len(pieces) - 2 and not pieces[-1]
            placeholder = _PLACEHOLDERS[piece]
            parts.append(f"(?P<{piece}>{placeholder.removesuffix('?') if is_last else placeholder})")
        else:
            parts.append("".join(map(_literally, piece)))
    return "".join(parts)


def _literally(character: str) -> str:
    if character == " ":
        # A console breaks its lines, and a copy of them has more spaces.
        return r"\s+"
    return f"[{_QUOTES}]" if character in _QUOTES else re.escape(character)


@dataclass(frozen=True, slots=True)
class Message:
    """A message of one engine."""

    #: The engine that writes it.
    engine: Engine
    #: Its literal text, with placeholders such as ``{url}``. The beginning that many messages of
    #: the engine share is left out: see :func:`beginnings`.
    text: str
    #: The code of the fault behind it.
    fault: str

    @property
    def pattern(self) -> re.Pattern[str]:
        """The text as a regular expression."""
        return _compiled(self.text)


@cache
def _compiled(text: str) -> re.Pattern[str]:
    # Compiled on first use: a caller that needs only the faults does not wait for a hundred expressions.
    return re.compile(pattern_of(text))


def _chromium_beginning() -> str:
    start, redirected, end, preflight = map(
        pattern_of,
        (
            "Access to {kind} at '{url}'",
            " (redirected from '{first}')",
            " from origin '{origin}' has been blocked by CORS policy: ",
            PREFLIGHT,
        ),
    )
    return f"{start}(?:{redirected})?{end}(?P<preflight>{preflight})?"


#: How Chromium tells the answer to a preflight from that to the request.
PREFLIGHT: Final = "Response to preflight request doesn't pass access control check: "
#: What Firefox writes before the reason; one of its messages has quotes around the URL, and one is a warning.
FIREFOX_BEGINNINGS: Final = (
    "The Same Origin Policy disallows reading the remote resource at {url}. ",
    "The Same Origin Policy will disallow reading the remote resource at {url} soon. ",
)


@cache
def beginnings() -> tuple[re.Pattern[str], ...]:
    """Return what comes before a message, with the page and the URL; a copied message may lack it."""
    return (
        re.compile(_chromium_beginning()),
        *(re.compile(pattern_of(each)) for each in FIREFOX_BEGINNINGS),
        # The panel of issues, and what was copied without the page.
        re.compile(f"(?P<preflight>{pattern_of(PREFLIGHT)})"),
    )


#: A line of Chromium's console that ends with what became of the request, such as
#: ``GET https://api.example/ net::ERR_FAILED 502 (Bad Gateway)``.
OUTCOME: Final = re.compile(
    r"(?P<method>[A-Z]{3,16})\s+(?P<url>https?://\S{1,4096}?)\s+net::ERR_[A-Za-z_.]{1,80}(?:\s+(?P<status>[0-9]{3})\b)?"
)
