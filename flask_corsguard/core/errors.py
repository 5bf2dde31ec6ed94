"""What is wrong with a policy, said all at once and so that a stranger can put it right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from .problems import SENTENCES

#: Characters of a refused value that a message shows; enough to recognise it, too few to flood a log.
SHOWN_VALUE_LENGTH = 120


@dataclass(frozen=True)
class Problem:
    """One reason why a policy, or the configuration that says it, is refused."""

    #: Stable and never reused, such as ``"origin.trailing-slash"``; the key for programs.
    code: str
    #: The field or the configuration key as the user wrote it.
    field: str
    #: The refused value itself.
    value: object
    #: One sentence: why it is refused.
    message: str
    #: One sentence: what to write instead. Never empty.
    hint: str

    def __str__(self) -> str:
        return f"{self.field}: {shown(self.value)} [{self.code}]\n    {self.message}\n    {self.hint}"


class PolicyError(ValueError):
    """A policy, or the configuration that says it, cannot be used as it stands.

    :ivar problems: every :class:`Problem` found, in the order of the fields; at least one.
    """

    problems: tuple[Problem, ...]

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        count = len(self.problems)
        head = "1 problem" if count == 1 else f"{count} problems"
        return "\n".join([f"{head} in the CORS policy:", *(f"  {p}" for p in self.problems)])


def problem(code: str, field: str, value: object, hint: str) -> Problem:
    """Make the :class:`Problem` whose message is the catalogue's sentence for *code*.

    :raises KeyError: if *code* is not in the catalogue (:data:`~.problems.SENTENCES`).
    """
    return Problem(code, field, value, SENTENCES[code], hint)


def did_you_mean(name: str, known: Sequence[str], *, cutoff: float = 0.6) -> str:
    """Give the hint for an unknown *name*: the nearest known one, or all of them."""
    near = get_close_matches(name, known, n=1, cutoff=cutoff)
    return f'Did you mean "{near[0]}"?' if near else f"Known are: {', '.join(known)}."


def shown(value: object) -> str:
    """Give *value* as messages show it: its ``ascii()``, cut to :data:`SHOWN_VALUE_LENGTH`."""
    # The rest of a megabyte is neither escaped nor copied; what is left may still be too long, escaped.
    text = ascii(value[: SHOWN_VALUE_LENGTH + 1] if isinstance(value, str) else value)
    return text if len(text) <= SHOWN_VALUE_LENGTH else f"{text[:SHOWN_VALUE_LENGTH]}..."
