"""Probes of answers other than 200: preflights, HEAD, ranges, 304 and errors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from flask_corsguard.explanations.wire import Unreachable

from .session import Answer, Finding, Session
from .sharing import Cells

#: The length of a body that proxies refuse, and other servers wait for, in bytes; none of it is sent.
TOO_LARGE: Final = 100_000_000
#: How long the answer to it is waited for, in seconds.
TOO_LARGE_TIMEOUT: Final = 1.0

_OK: Final = range(200, 300)
_FIRST_ERROR: Final = 400
_NOT_MODIFIED: Final = 304


def of_preflights(session: Session, cells: Cells) -> Iterator[Finding]:
    """Compare the answer to a preflight with that to the request."""
    own, preflight, origin = cells.own, cells.preflight, session.origin
    if own is None or preflight is None or origin is None:
        return
    granted, readable = (_allows(each, origin) for each in (preflight, own))
    if granted and preflight.wire.status not in _OK:
        sentence = f"The answer to a preflight of {origin} has status {preflight.wire.status}."
        yield session.finding("preflight.status", sentence, preflight)
    if granted != readable:
        one, other = ("allows", "does not") if granted else ("does not allow", "does")
        sentence = f"The answer to a preflight {one} {origin}, and the answer to the request {other}."
        yield session.finding("preflight.differs", sentence, own)
    elif not granted:
        leads = "".join(f", and leads to {each}" for each in own.wire.values("Location"))
        sentence = f"The answer does not allow {origin}. It has status {own.wire.status}{leads}."
        yield session.finding("origin.not-allowed", sentence, own)


def _allows(answer: Answer, origin: str) -> bool:
    return answer.allowed is not None and bool({origin, "*"} & set(answer.allowed.split(", ")))


def of_other_forms(session: Session, cells: Cells) -> Iterator[Finding]:
    """Ask for the head, for a part, and whether something has changed."""
    own, origin = cells.own, session.origin
    if own is None or origin is None:
        return
    head = session.ask(origin, method="HEAD")
    if head.allowed != own.allowed:
        yield session.finding("head.differs", _differs("HEAD", head, own), head)
    part = session.ask(origin, headers=[("Range", "bytes=0-0")])
    if part.allowed != own.allowed:
        yield session.finding("range.differs", _differs("a range", part, own), part)
    tags = own.wire.values("ETag")
    if not tags:
        return
    same = session.ask(origin, headers=[("If-None-Match", tags[0])])
    if same.wire.status == _NOT_MODIFIED and (same.allowed, same.varies) != (own.allowed, own.varies):
        yield session.finding("not-modified.differs", _differs("304", same, own), same)


def _differs(what: str, answer: Answer, own: Answer) -> str:
    vary = "" if answer.varies == own.varies else ", and Vary: Origin is there on one of the two only"
    return (
        f"The answer to {what} (status {answer.wire.status}) has Access-Control-Allow-Origin: "
        f"{answer.allowed}, and that to GET has {own.allowed}{vary}."
    )


def of_errors(session: Session, cells: Cells) -> Iterator[Finding]:
    """Ask for what is not there, in a method that nothing takes, and with too large a body."""
    own, origin = cells.own, session.origin
    if own is None or origin is None or own.allowed is None:
        return
    answers = [session.ask(origin, method="PROPFIND")]
    # Where nothing is, another policy may apply; the answer to a preflight tells whether this one does.
    if _allows(session.preflight(origin, session.missing), origin):
        answers.append(session.ask(origin, target=session.missing))
        answers += _too_large(session, origin)
    unreadable = {
        answer.wire.status: answer
        for answer in reversed(answers)
        if answer.wire.status >= _FIRST_ERROR and not _allows(answer, origin)
    }
    for answer in list(unreadable.values())[-1:]:
        statuses = ", ".join(map(str, sorted(unreadable)))
        sentence = f"A page of {origin} cannot read these errors, and sees an error of CORS: {statuses}."
        yield session.finding("error.unreadable", sentence, answer)


def _too_large(session: Session, origin: str) -> list[Answer]:
    """Return the answer to a request whose ``Content-Length`` announces a very large body."""
    headers = [("Content-Length", str(TOO_LARGE)), ("Content-Type", "text/plain")]
    try:
        return [
            session.ask(
                origin, method="POST", target=session.missing, headers=headers, timeout=TOO_LARGE_TIMEOUT
            )
        ]
    except Unreachable:
        # The server waits for the body, or has closed the connection: there is no error to read.
        return []
