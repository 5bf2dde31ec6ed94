"""Probes of who may read: origins of others, of nobody and of two, and the values of the headers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from flask_corsguard.core.fetch_standard import CORS_RESPONSE_HEADERS

from .look_alikes import look_alikes
from .session import STRANGER, Answer, Finding, Session

#: Headers by which an application has the proxy before it answer.
_INTERNAL = ("X-Accel-Redirect", "X-Sendfile", "X-Lighttpd-Send-File")


class Cells(NamedTuple):
    """The answers that the others are compared with, each to a URL that no cache has seen."""

    nobody: Answer
    #: That to an origin that ought to be allowed; ``None`` if none is known.
    own: Answer | None
    stranger: Answer
    preflight: Answer | None
    strange_preflight: Answer

    def known(self) -> dict[str, Answer]:
        """Return them by what was asked."""
        cells = {
            "a request without Origin": self.nobody,
            "one of an allowed origin": self.own,
            "one of a stranger": self.stranger,
            "the preflight of an allowed origin": self.preflight,
            "the preflight of a stranger": self.strange_preflight,
        }
        return {name: cell for name, cell in cells.items() if cell is not None}


def cells_of(session: Session) -> Cells:
    """Send requests without an origin, of an allowed one and of a stranger, with and without a preflight."""
    origin = session.origin
    return Cells(
        session.ask(target=session.fresh()),
        None if origin is None else session.ask(origin, target=session.fresh()),
        session.ask(STRANGER, target=session.fresh()),
        None if origin is None else session.preflight(origin),
        session.preflight(STRANGER),
    )


def of_values(session: Session, cells: Cells) -> Iterator[Finding]:
    """Look at the values of the headers."""
    found: dict[str, Finding] = {}
    for name, cell in cells.known().items():
        for each in sorted(CORS_RESPONSE_HEADERS):
            values = cell.wire.values(each)
            if len(values) > 1:
                sentence = f"The answer to {name} has {each} {len(values)} times: {', '.join(values)}."
                found.setdefault("header.doubled", session.finding("header.doubled", sentence, cell))
        if cell.allowed == "*" and cell.credentials is not None:
            sentence = f"The answer to {name} allows * with credentials, which no browser accepts."
            code = "credentials.with-wildcard"
            found.setdefault(code, session.finding(code, sentence, cell))
        if cell.credentials not in {None, "true"}:
            sentence = f"The answer to {name} has Access-Control-Allow-Credentials: {cell.credentials}."
            found.setdefault("credentials.value", session.finding("credentials.value", sentence, cell))
        for each in _INTERNAL:
            if cell.wire.values(each):
                sentence = f"The answer to {name} has {each}: the place of a file that is nobody's business."
                code = "internal-header.leaked"
                found.setdefault(code, session.finding(code, sentence, cell))
    yield from found.values()


def of_strangers(session: Session, cells: Cells) -> Iterator[Finding]:
    """Send requests of origins that no ordinary policy allows."""
    for cell, what in ((cells.stranger, "answer"), (cells.strange_preflight, "answer to a preflight")):
        if cell.allowed is not None and STRANGER in cell.allowed:
            also = " with credentials" if cell.credentials == "true" else ""
            sentence = f"The {what} allows {STRANGER}{also}, and so any origin that asks."
            yield session.finding("origin.reflected", sentence, cell)
            return
    for what, origin in look_alikes(session.origin or f"https://{session.host}"):
        answer = session.ask(origin)
        if answer.allowed == origin and not session.expects(origin):
            sentence = f"The answer allows {origin}: it differs from an allowed origin by {what}."
            yield session.finding("origin.look-alike", sentence, answer)
    for code, origin in (("origin.null", "null"), ("origin.file", "file://")):
        answer = session.ask(origin)
        if answer.allowed == origin and not session.expects(origin):
            yield session.finding(code, f"The answer allows the origin {origin}.", answer)


def of_strange_lines(session: Session, cells: Cells) -> Iterator[Finding]:
    """Send two ``Origin`` lines, and an empty one."""
    first = session.origin or f"https://{session.host}"
    for lines in ((first, STRANGER), (STRANGER, first)):
        answer = session.ask(*lines)
        if answer.allowed is not None and ("," in answer.allowed or STRANGER in answer.allowed):
            sentence = f"With two Origin lines, the answer allows {answer.allowed}."
            yield session.finding("origin.two-lines", sentence, answer)
            break
    answer = session.ask("")
    if answer.allowed not in {None, "*", cells.nobody.allowed}:
        sentence = f"With an empty Origin, the answer has Access-Control-Allow-Origin: {answer.allowed!r}."
        yield session.finding("origin.empty", sentence, answer)


def of_hosts(session: Session) -> Iterator[Finding]:
    """Ask for another host, in the name of its origin."""
    host = STRANGER.partition("://")[2]
    for name in ("X-Forwarded-Host", "Host"):
        answer = session.ask(STRANGER, headers=[(name, host)])
        if answer.allowed == STRANGER:
            sentence = f"With {name}: {host}, the answer allows {STRANGER}."
            yield session.finding("host.reflected", sentence, answer)
            return
