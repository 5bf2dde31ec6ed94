"""Probes of the guard: forged requests to a URL where nothing is, so that nothing happens if they pass."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from flask_corsguard.explanations.wire import Header

from .session import STRANGER, Finding, Session

_REFUSED: Final = 403
_SITE: Final = "Sec-Fetch-Site"
_CROSS: Final = (_SITE, "cross-site")


class Forgery(NamedTuple):
    """A forged request, and what it means if it passes."""

    code: str
    origins: tuple[str, ...]
    headers: tuple[Header, ...]
    sentence: str


#: In their order; those after ``guard.origin-dropped`` mean something only if that one is refused.
_FORGERIES: Final = (
    Forgery("guard.null", ("null",), (_CROSS,), "With Origin: null, a forged POST is not refused."),
    Forgery(
        "guard.fetch-site-dropped",
        (),
        (_CROSS,),
        "With Sec-Fetch-Site: cross-site and without Origin, a forged POST is not refused: something on the "
        "way drops Sec-Fetch-Site.",
    ),
    Forgery(
        "guard.name-confusion",
        (STRANGER,),
        (_CROSS, ("Sec_Fetch_Site", "same-origin")),
        "With Sec_Fetch_Site: same-origin beside Sec-Fetch-Site, a forged POST is not refused.",
    ),
    Forgery(
        "guard.origin-dropped",
        (STRANGER,),
        (),
        "Without Sec-Fetch-Site, which plain http has not, a forged POST is not refused: something on the "
        "way drops Origin.",
    ),
    Forgery(
        "guard.name-confusion",
        (STRANGER,),
        (("Sec_Fetch_Site", "same-origin"),),
        "With Sec_Fetch_Site: same-origin, a forged POST is not refused.",
    ),
    Forgery(
        "guard.forwarded-host",
        (STRANGER,),
        (("X-Forwarded-Host", STRANGER.partition("://")[2]), ("X-Forwarded-Proto", "https")),
        "With X-Forwarded-Host, a forged POST passes for one of the application's own pages.",
    ),
)


def of_forgeries(session: Session) -> Iterator[Finding]:
    """Forge requests, if the server refuses any."""
    # Without a body; the length is there because POST needs one.
    empty = ("Content-Length", "0")
    plain = session.ask(STRANGER, method="POST", target=session.missing, headers=[empty, _CROSS])
    if plain.wire.status != _REFUSED:
        return
    found: set[str] = set()
    for code, origins, headers, sentence in _FORGERIES:
        answer = session.ask(*origins, method="POST", target=session.missing, headers=[empty, *headers])
        if answer.wire.status != _REFUSED and code not in found:
            found.add(code)
            yield session.finding(code, sentence, answer)
        if "guard.origin-dropped" in found:
            return
