"""The decisions that ``corsguard migrate`` leaves to the user, and the possible answers.

The ids are stable: a file of answers is written for them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from flask_corsguard.core.origin_pattern import read_origin

#: By id, what can be answered. ``[...]`` is a list: of origins, or of names of headers.
CHOICES: Final[Mapping[str, Mapping[str, str]]] = {
    "any-origin-with-credentials": {
        "closed": "nobody may read the answers",
        "no-credentials": "the same origins, without cookies",
        "[...]": "these origins, with cookies",
    },
    "never-matched": {
        "closed": "allow nobody by it, as it was",
        "as-written": "allow what was meant",
        "[...]": "allow these origins",
    },
    "ignored-option": {
        "closed": "nobody may read the answers",
        "keep": "go on without it, as it was",
        "as-written": "apply what was meant",
    },
    "above-route": {
        "closed": "remove the decorator, as it was without effect",
        "as-written": "apply its options to the route",
    },
    "wider-than-app": {
        "closed": "remove the decorator: the application's policy applies",
        "keep": "the route stays open",
    },
    "http-with-credentials": {
        "closed": "leave these origins out",
        "keep": 'allow them, with dangerously_allow=["insecure-origins"]',
        "https": "allow the same hosts over https instead",
    },
    "exposed-star": {"closed": "expose no header", "[...]": "expose these headers"},
    "header-regex": {
        "closed": "allow the other headers only",
        "any": "allow every request header",
        "[...]": "allow these headers, too",
    },
    "socketio-inside": {
        "closed": "the application's policy applies to Flask-SocketIO, too",
        "keep": "its own cors_allowed_origins applies there, as it was",
    },
    "hand-reflection": {
        "closed": "the policy alone applies",
        "[...]": "the policy allows these origins",
    },
    "late-config": {"closed": "go on without the keys, as it was", "as-written": "apply the keys"},
    "null-with-credentials": {"closed": "leave it out"},
    "origin-regex": {
        "closed": "allow nobody by it",
        "[...]": "allow these origins, patterns included",
    },
    "path-regex": {
        "closed": "the rule covers what the note names, and nothing beside it is opened",
        "as-written": "use the path that was meant",
    },
    "private-network-any-origin": {"closed": "leave private networks out"},
}

#: The questions that values raise which only run time knows.
AT_RUN_TIME: Final = frozenset(
    {"any-origin-with-credentials", "never-matched", "origin-regex", "http-with-credentials"}
    | {"null-with-credentials", "exposed-star", "header-regex", "private-network-any-origin"}
)

#: The questions that ``--origins`` answers.
_OF_ORIGINS: Final = frozenset(
    {"any-origin-with-credentials", "never-matched", "origin-regex", "hand-reflection"}
)

Answer = str | tuple[str, ...]


class AnswersError(ValueError):
    """The answers cannot be used; the message is one sentence."""


@dataclass(frozen=True)
class Question:
    """One open question.

    :ivar id: stable.
    :ivar text: one sentence, with what is there now.
    """

    id: str
    text: str

    @property
    def choices(self) -> Mapping[str, str]:
        """What can be answered."""
        return CHOICES[self.id]


@dataclass(frozen=True)
class Answers:
    """The answers that were given: for every place, or for one file, as ``"id@path"``."""

    given: Mapping[str, Answer] = field(default_factory=dict)
    origins: tuple[str, ...] = ()

    def to(self, identity: str, place: str = "") -> Answer | None:
        """Return the answer to a question; ``None`` if there is none.

        :param identity: the id.
        :param place: the file, and the line after a colon.
        """
        keys = (f"{identity}@{place}", f"{identity}@{place.rpartition(':')[0]}", identity)
        answer = next((self.given[key] for key in keys if key in self.given), None)
        if answer is None and self.origins and identity in _OF_ORIGINS:
            return self.origins
        return answer


def read_answers(text: str, origins: Sequence[str] = ()) -> Answers:
    """Return the answers in *text*, a JSON object from id to answer.

    :param origins: what ``--origins`` lists.
    :raises AnswersError: if it is not one, or contains an unknown question or an unknown choice.
    """
    wrong = [origin for origin in origins if read_origin(origin) is None]
    if wrong:
        raise AnswersError(f"{wrong[0]!r} is not an origin: write one such as https://app.example.")
    try:
        found = json.loads(text) if text.strip() else {}
    except ValueError as error:
        raise AnswersError(f"The answers are not JSON ({error}).") from None
    if not isinstance(found, dict):
        raise AnswersError('The answers must be a JSON object such as {"wider-than-app": "keep"}.')
    return answers_of(found, origins)


def answers_of(found: Mapping[str, object], origins: Sequence[str] = ()) -> Answers:
    """Return the answers in a mapping.

    :raises AnswersError: if it contains an unknown question or an unknown choice.
    """
    return Answers({key: _answer(key, value) for key, value in found.items()}, tuple(origins))


def _answer(key: str, value: object) -> Answer:
    identity = key.partition("@")[0]
    choices = CHOICES.get(identity)
    if choices is None:
        raise AnswersError(f"{identity!r} is not a question: choose of {', '.join(CHOICES)}.")
    if isinstance(value, list) and all(isinstance(each, str) for each in value) and value:
        if "[...]" in choices:
            return tuple(value)
    elif isinstance(value, str) and value in choices and value != "[...]":
        return value
    listed = ", ".join("a list" if each == "[...]" else repr(each) for each in choices)
    raise AnswersError(f"{value!r} does not answer {key}: choose of {listed}.")
