"""The outcome of a request: whether the application gets it, and what the answer shows of the policies."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from flask_corsguard.core.audiences import AnyCompiled
from flask_corsguard.core.guard import is_refused
from flask_corsguard.core.request import Request

from .audiences import decided, is_managed, judged


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of a request.

    :ivar passes: whether the application gets it.
    :ivar status: the status of the answer; ``None``: the application's.
    :ivar headers: the headers of the policies on the answer, with names in lower case.
    :ivar vary: the names in ``Vary``, in lower case.
    """

    passes: bool
    status: int | None
    headers: frozenset[tuple[str, str]]
    vary: frozenset[str]


def outcome(passes: bool, status: int | None, headers: Sequence[tuple[str, str]]) -> Outcome:  # noqa: FBT001
    """Return the outcome with these *headers*, in which ``Vary`` may come in any shape."""
    vary = [name for field, value in headers if field.lower() == "vary" for name in value.split(",")]
    return Outcome(
        passes,
        status,
        frozenset((field.lower(), value) for field, value in headers if field.lower() != "vary"),
        frozenset(name.strip().lower() for name in vary if name.strip()),
    )


def answered(policy: AnyCompiled, request: Request) -> Outcome:
    """Return the outcome of *request* in the application, by ``decide`` and ``judge``."""
    decision = decided(policy, request)
    if request.is_preflight and is_managed(policy):
        return outcome(False, decision.status, decision.headers)
    verdict = judged(policy, request)
    if is_refused(verdict):
        return outcome(False, verdict.status, verdict.headers)
    return outcome(True, None, decision.headers)


def printable(text: str) -> str:
    r"""Return *text* with what cannot be seen in it as escapes: control characters, and space at its ends.

    A backslash is doubled, so that two texts never look alike.
    """
    shown = "".join(map(_escaped, text))
    return re.sub("^ +| +$", lambda found: r"\x20" * len(found[0]), shown)


def _escaped(character: str) -> str:
    if character == "\\":
        return r"\\"
    return character if character.isprintable() else ascii(character)[1:-1]
