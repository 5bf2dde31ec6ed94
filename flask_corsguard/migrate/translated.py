"""The policy that replaces some options, with what has to be asked first."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from .questions import Answer, Answers, Question

#: Characters of a value that a question shows.
SHOWN_LENGTH: Final = 80


@dataclass
class Translation:
    """The policy that replaces some options.

    :ivar fields: of the policy, by name; without ``origins`` it is the closed one.
    :ivar questions: what has to be answered first.
    :ivar decided: what was answered.
    :ivar notes: what differs, in sentences; some begin with ``safer:`` or ``fixes:``.
    :ivar dropped: the options that have no place here.
    :ivar origin_items: the replacement for each origin that was written, unless an answer replaced all.
    """

    fields: dict[str, Any] = field(default_factory=dict)
    questions: list[Question] = field(default_factory=list)
    decided: list[tuple[Question, Answer]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    origin_items: list[tuple[Any, tuple[Any, ...]]] | None = None

    @property
    def is_closed(self) -> bool:
        """Whether nobody is allowed."""
        return "origins" not in self.fields

    def ask(self, question: Question, answers: Answers, place: str) -> Answer | None:
        """Return the answer; without one, add the question."""
        answer = answers.to(question.id, place)
        if answer is None:
            self.questions.append(question)
        else:
            self.decided.append((question, answer))
        return answer


def shown(value: Any) -> str:
    """Return the text of a value, cut."""
    text = repr(value)
    return text if len(text) <= SHOWN_LENGTH else f"{text[:SHOWN_LENGTH]}..."
