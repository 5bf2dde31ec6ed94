"""Probes of caches: ``Vary``, and a cache in between that ignores it."""

from __future__ import annotations

from collections.abc import Iterator

from .session import STRANGER, Finding, Session
from .sharing import Cells


def of_vary(session: Session, cells: Cells) -> Iterator[Finding]:
    """Look at ``Vary``, if the answer depends on the origin."""
    if not depends_on_origin(cells):
        return
    missing = {name: cell for name, cell in cells.known().items() if not cell.varies}
    for cell in list(missing.values())[:1]:
        sentence = f"The answer depends on Origin, and these have no Vary: Origin: {', '.join(missing)}."
        yield session.finding("vary.missing", sentence, cell)


def depends_on_origin(cells: Cells) -> bool:
    """Return whether the answers to different origins differ."""
    answers = [cells.nobody, cells.stranger, *([] if cells.own is None else [cells.own])]
    return len({answer.allowed for answer in answers}) > 1


def of_caches(session: Session, cells: Cells) -> Iterator[Finding]:
    """Ask twice for a URL that no cache has seen, in the names of two origins."""
    origin, own = session.origin, cells.own
    if origin is None or own is None or not depends_on_origin(cells):
        return
    for first, second, expected in (
        ((), (origin,), own.allowed),
        ((STRANGER,), (origin,), own.allowed),
        ((origin,), (STRANGER,), cells.stranger.allowed),
    ):
        target = session.fresh()
        session.ask(*first, target=target)
        answer = session.ask(*second, target=target)
        if answer.allowed != expected:
            earlier = first[0] if first else "a request without Origin"
            sentence = (
                f"After {earlier}, {second[0]} gets the answer that was meant for it: "
                f"Access-Control-Allow-Origin is {answer.allowed}, and not {expected}."
            )
            yield session.finding("cache.without-origin", sentence, answer)
            return
