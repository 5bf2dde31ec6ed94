"""The vectors, sent to a running engine, and their outcome at each level."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from flask_corsguard.core.request import Request

from .levels import is_level_a, is_level_b, is_level_c
from .outcome import Outcome, outcome, printable
from .places import Source
from .vectors import Vector, expected, names_of
from .wire import Answer, Wire, WireError

#: The response header by which an engine shows that it has answered itself. In debug mode, the application
#: sends it, too, with another value.
MARK: Final = "x-corsguard", "edge"

#: The statuses of answers that a policy has decided on.
_DECIDED: Final = frozenset({200, 204, 403})


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one vector in an engine.

    :ivar vector: the vector.
    :ivar seen: what became of it; ``None``: the engine closed the connection.
    :ivar wanted: what the application makes of it.
    :ivar a: whether the engine allowed nothing that the application does not allow.
    :ivar b: whether a browser comes to the same verdict.
    :ivar c: whether the answers are equal.
    :ivar status: the status on the wire.
    """

    vector: Vector
    seen: Outcome | None
    wanted: Outcome
    a: bool
    b: bool
    c: bool
    status: int | None = None

    @property
    def is_unread(self) -> bool:
        """Whether the engine has refused the request before it has read its configuration."""
        return self.seen is not None and not self.seen.passes and self.status not in _DECIDED

    def __str__(self) -> str:
        return f"{self.vector}\n    wanted: {described(self.wanted)}\n    seen:   {described(self.seen)}"


def described(answer: Outcome | None) -> str:
    """Return *answer* in one line."""
    if answer is None:
        return "the connection was closed"
    start = "passed on" if answer.passes else f"answered {answer.status}"
    headers = [f"{name}: {printable(value)}" for name, value in sorted(answer.headers)]
    return "; ".join([start, *headers, f"vary: {printable(', '.join(sorted(answer.vary)))}"])


def replay(
    source: Source,
    vectors: Iterable[Vector],
    wire: Wire,
    *,
    reached: str | None = None,
    guards: bool = True,
) -> Iterator[Finding]:
    """Yield a finding for each vector.

    :param guards: whether the engine has the guard, too, and not CORS alone.
    :param reached: a response header, in lower case, that the application sets on all its answers. Without
        one, whatever the engine does not mark as its own answer counts as the application's.
    :raises OSError: if the engine cannot be reached.
    """
    for vector in vectors:
        yield judged(source, vector, _ask(wire, vector), reached=reached, guards=guards)


def _ask(wire: Wire, vector: Vector) -> Answer | None:
    try:
        return wire.ask(vector.method, vector.target, vector.headers)
    except WireError:
        return None


def judged(
    source: Source,
    vector: Vector,
    answer: Answer | None,
    *,
    reached: str | None = None,
    guards: bool = True,
) -> Finding:
    """Return what *answer* shows."""
    request, wanted = vector.request, expected(source, vector)
    if answer is None:
        return Finding(vector, None, wanted, a=True, b=not vector.is_sendable, c=False)
    names = names_of(source, vector)
    seen = observed(answer, names, reached)
    if not guards and not request.is_preflight:
        # The application guards itself against all requests that pass: only the headers are compared.
        seen = replace(seen, passes=wanted.passes, status=wanted.status)
    if seen.passes and wanted.passes:
        # Vary is merged: what the application adds for reasons of its own is not compared.
        seen = Outcome(seen.passes, seen.status, seen.headers, seen.vary & (wanted.vary | {"origin"}))
    if is_level_c(seen, wanted):
        return Finding(vector, seen, wanted, a=True, b=True, c=True, status=answer.status)
    readings = list(vector.readings())
    if not seen.passes and answer.status not in _DECIDED:
        # The engine's own answer to what it could not read: no header has been read.
        readings.append(Request(method=vector.method))
    return Finding(
        vector,
        seen,
        wanted,
        a=is_level_a(seen, request, [(expected(source, vector, read), read) for read in readings]),
        b=not vector.is_sendable or is_level_b(seen, wanted, request),
        c=False,
        status=answer.status,
    )


def observed(answer: Answer, names: frozenset[str], reached: str | None) -> Outcome:
    """Return what became of a request, by its *answer*.

    :param names: the headers that are compared, in lower case.
    """
    headers = [(name, value) for name, value in answer.headers if name.lower() in names | {"vary"}]
    name, value = MARK
    is_own = value in answer.values(name) or (reached is not None and not answer.values(reached))
    return outcome(not is_own, answer.status if is_own else None, headers)
