"""What a policy is made of that takes the place of the options of Flask-CORS.

One translation serves the program that edits an application, where values can be unknown, and the function
for run time. It never allows more than Flask-CORS did: where it cannot tell, it asks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from flask_corsguard.core.origin import NULL_ORIGINS, Origin, is_loopback_host
from flask_corsguard.core.origin_pattern import OriginPattern, read_origin
from flask_corsguard.core.policy import Policy
from flask_corsguard.core.problems import PolicyError, Problem
from flask_corsguard.core.validation.regexes import matches_anyone

from .header_names import read_allow_headers, read_expose_headers, read_max_age, read_methods
from .options import EVERY_HEADER, OPTIONS, meant_by
from .origins import UNKNOWN, OriginsFound, read_origins
from .questions import Answer, Answers, Question
from .regex_origins import read_regex


@dataclass
class Translation:
    """The policy that takes the place of some options.

    :ivar fields: of the policy, by name; without ``origins`` it is the closed one.
    :ivar questions: what has to be answered first.
    :ivar decided: what was answered.
    :ivar notes: what differs, in sentences; one that begins with ``safer:`` or ``fixes:`` says how.
    :ivar dropped: the options that have no place here.
    :ivar origin_items: what takes the place of each origin that was written, unless an answer replaced all.
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


def resolve_ignored(
    options: Mapping[str, Any], answers: Answers, place: str = ""
) -> tuple[dict[str, str], Translation]:
    """Return what options that Flask-CORS ignored are to be from now on, and what that leaves to ask.

    :returns: the option that takes effect, for each ignored one that does; and questions and notes.
    """
    renames: dict[str, str] = {}
    result = Translation()
    for name, value in options.items():
        if name in OPTIONS:
            continue
        meant = meant_by(name)
        result.dropped.append(name)
        if meant not in {"origins", "resources"} or meant in options or _is_everyone(meant, value):
            result.notes.append(f"{name}= was ignored by Flask-CORS, and is dropped")
            continue
        wide = "everyone was allowed" if meant == "origins" else "it applied to every path"
        question = Question(
            "ignored-option",
            f"{name}={_shown(value)} was ignored, so {wide}. Apply what was meant, or go on as it was?",
        )
        answer = _ask(result, question, answers, place)
        if answer == "as-written":
            renames[name] = meant
            result.dropped.remove(name)
        elif answer == "closed":
            result.fields["closed"] = True
    return renames, result


def _is_everyone(meant: str | None, value: Any) -> bool:
    return meant == "origins" and value is not UNKNOWN and read_origins(value).is_any


def translate(options: Mapping[str, Any], answers: Answers, place: str = "") -> Translation:
    """Return the policy for *options*, all of which Flask-CORS knew.

    :param options: by the names of Flask-CORS; an item of a list, or a value, can be ``UNKNOWN``.
    :param place: where they are written, as ``path:line``.
    """
    result = Translation(dropped=[name for name in options if OPTIONS[name].field is None])
    credentials = options.get("supports_credentials", False)
    result.fields["credentials"] = credentials is not UNKNOWN and bool(credentials)
    found = read_origins(options.get("origins", "*"))
    result.notes += found.notes
    origins = _Origins(found, result, answers, place)
    origins.settle()
    _add_names(options, result, answers, place)
    if options.get("allow_private_network", False) is True:
        _add_private_network(result, answers, place)
    if not result.questions:
        origins.check()
    if not result.fields["credentials"] and ("supports_credentials" not in options or result.is_closed):
        del result.fields["credentials"]
    if not result.fields.get("origins"):
        result.fields.pop("origins", None)
    return result


def _add_names(options: Mapping[str, Any], result: Translation, answers: Answers, place: str) -> None:
    fields, notes = result.fields, result.notes
    readers: dict[str, Callable[[Any, list[str]], Any]] = {
        "methods": read_methods,
        "expose_headers": read_expose_headers,
        "max_age": read_max_age,
    }
    for name, read in readers.items():
        value = options.get(name)
        if value is not None and value is not UNKNOWN:
            fields[name] = read(value, notes)
    if fields.get("expose_headers") == "*" and fields["credentials"]:
        text = 'expose_headers="*" with credentials: browsers read it as a name then. Which headers are read?'
        answer = _ask(result, Question("exposed-star", text), answers, place)
        fields["expose_headers"] = list(answer) if isinstance(answer, tuple) else []
    if not fields.get("expose_headers"):
        fields.pop("expose_headers", None)
    headers = options.get("allow_headers", "*")
    patterns: list[str] = []
    fields["allow_headers"] = (
        list(EVERY_HEADER) if headers is UNKNOWN else read_allow_headers(headers, notes, patterns)
    )
    if patterns:
        text = f"allow_headers has the expression {', '.join(patterns)}: which headers are meant?"
        answer = _ask(result, Question("header-regex", text), answers, place)
        if answer == "any":
            fields["allow_headers"] = list(EVERY_HEADER)
        elif isinstance(answer, tuple):
            fields["allow_headers"] = list(dict.fromkeys([*fields["allow_headers"], *answer]))


def _add_private_network(result: Translation, answers: Answers, place: str) -> None:
    if result.fields.get("origins") == "*":
        text = "allow_private_network=True with any origin lets every site reach into every home network."
        _ask(result, Question("private-network-any-origin", text), answers, place)
    elif result.fields.get("origins"):
        result.fields["private_network"] = True


def _ask(result: Translation, question: Question, answers: Answers, place: str) -> Answer | None:
    answer = answers.to(question.id, place)
    if answer is None:
        result.questions.append(question)
    else:
        result.decided.append((question, answer))
    return answer


class _Origins:
    """Settles, step by step, which origins a policy allows."""

    def __init__(self, found: OriginsFound, result: Translation, answers: Answers, place: str) -> None:
        self._found = found
        self._result = result
        self._answers = answers
        self._place = place

    def settle(self) -> None:
        """Put the origins into the fields, or ask."""
        found, fields = self._found, self._result.fields
        if found.is_any:
            self._settle_any()
            return
        fields["origins"] = found.origins
        self._result.origin_items = found.items
        self._settle_never()
        for text in found.unclear:
            asked = f"The expression {text} matched the beginning of origins; which origins are meant?"
            self._replace_by(self._ask("origin-regex", asked), text)
        if fields["credentials"]:
            self._settle_null()
            self._settle_http()
        elif any(each in NULL_ORIGINS for each in fields["origins"] if isinstance(each, str)):
            fields["dangerously_allow"] = ["null-origin"]

    def _ask(self, identity: str, text: str) -> Answer | None:
        return _ask(self._result, Question(identity, text), self._answers, self._place)

    def _settle_any(self) -> None:
        fields = self._result.fields
        fields["origins"] = "*"
        if not fields["credentials"]:
            return
        answer = self._ask(
            "any-origin-with-credentials",
            "Any origin with credentials gives every site the data of every signed-in user. Which origins may "
            "send cookies; or are none needed?",
        )
        if answer == "closed":
            fields["origins"] = []
        elif answer == "no-credentials":
            fields["credentials"] = False
        elif answer is not None:
            fields["origins"] = list(answer)

    def _settle_never(self) -> None:
        found, result = self._found, self._result
        for text, meant in found.never:
            if not text and result.fields["origins"]:
                result.notes.append("an empty text among the origins allowed nobody, and is left out")
                continue
            instead = f" Is {', '.join(meant)} to be allowed?" if meant else " Who is to be allowed?"
            shown = text if text.startswith("{") else _shown(text)
            answer = self._ask("never-matched", f"origins={shown} allowed nobody so far.{instead}")
            self._replace_by(meant if answer == "as-written" else answer, text)

    def _replace_by(self, answer: Answer | None, text: str) -> None:
        """Allow what was answered instead of *text*."""
        if not isinstance(answer, tuple):
            return
        origins = self._result.fields["origins"]
        origins += [each for each in answer if each not in origins]
        if self._result.origin_items is not None:
            self._result.origin_items = [
                (item, answer if _pattern_of(item) == text else instead)
                for item, instead in self._result.origin_items
            ]

    def _drop(self, origins: list[str], instead: Callable[[str], tuple[Any, ...]]) -> None:
        fields = self._result.fields
        kept: list[Any] = []
        for each in fields["origins"]:
            kept += instead(each) if each in origins else [each]
        fields["origins"] = list(dict.fromkeys(kept))
        self._result.origin_items = None

    def _settle_null(self) -> None:
        nulls = [each for each in self._result.fields["origins"] if each in NULL_ORIGINS]
        if nulls:
            text = (
                f"{nulls[0]} with credentials gives every sandboxed frame the data of every signed-in user."
            )
            if self._ask("null-with-credentials", text) is not None:
                self._drop(nulls, lambda _: ())

    def _settle_http(self) -> None:
        fields = self._result.fields
        plain = [each for each in fields["origins"] if _is_insecure(each)]
        if not plain:
            return
        text = (
            f"{', '.join(map(_pattern_of, plain))} with credentials lets anyone on the network act as that "
            "page. Leave it out, use https, or allow it all the same?"
        )
        answer = self._ask("http-with-credentials", text)
        if answer == "keep":
            fields["dangerously_allow"] = ["insecure-origins"]
        elif answer == "closed":
            self._drop(plain, lambda _: ())
        elif answer == "https":
            self._drop(plain, _over_https)

    def check(self) -> None:
        """Ask about what a policy refuses."""
        result = self._result
        problems = problems_of(result.fields)
        for each in problems:
            identity = _ASKED.get(each.code)
            if (
                identity == "origin-regex"
                and isinstance(each.value, re.Pattern)
                and matches_anyone(each.value)
            ):
                identity = "any-origin-with-credentials"
            value = each.value.pattern if isinstance(each.value, re.Pattern) else each.value
            text = f"{each.field}={_shown(value)}: {each.message} {each.hint}"
            answer = self._ask(identity or "origin-regex", text)
            if answer == "no-credentials":
                result.fields["credentials"] = False
            elif answer is not None:
                self._drop([each.value], lambda _: ())  # type: ignore[list-item]  # an expression, too
                self._replace_by(answer, "")


#: What is asked about what a policy refuses.
_ASKED: Final[Mapping[str, str]] = {
    "credentials.any-origin": "any-origin-with-credentials",
    "credentials.unproven-regex": "origin-regex",
}


def problems_of(fields: Mapping[str, Any]) -> tuple[Problem, ...]:
    """Return the problems of a policy with these *fields*, as far as they are known."""
    origins = fields.get("origins")
    if not isinstance(origins, str):
        origins = [each for each in origins or () if each is not UNKNOWN]
        if not origins:
            return ()
    try:
        Policy(**{**fields, "origins": origins})
    except PolicyError as error:
        return error.problems
    return ()


def _pattern_of(item: Any) -> str:
    return str(item.pattern) if isinstance(item, re.Pattern) else str(item)


def _is_insecure(item: Any) -> bool:
    if isinstance(item, re.Pattern):
        reading = read_regex(item)
        return item.match("http://www.example.com") is not None or (
            reading is not None and any(map(_is_insecure, reading.patterns))
        )
    if not isinstance(item, str) or not item.startswith("http:"):
        return False
    read = read_origin(item)
    if isinstance(read, Origin):
        return not read.is_loopback
    return isinstance(read, OriginPattern) and bool(read.host) and not is_loopback_host(read.host)


def _over_https(item: Any) -> tuple[Any, ...]:
    return (f"https{item.removeprefix('http')}",) if isinstance(item, str) else (item,)


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:80]}..."
