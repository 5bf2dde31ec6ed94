"""The questions about the origins of an application, and the origins that the answers give."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from flask_corsguard.core.origin import NULL_ORIGINS, Origin, is_loopback_host
from flask_corsguard.core.origin_pattern import OriginPattern, read_origin
from flask_corsguard.core.policy import Policy
from flask_corsguard.core.problems import PolicyError, Problem
from flask_corsguard.core.regexes import prove
from flask_corsguard.core.validation.regexes import matches_anyone

from .origins import UNKNOWN, OriginsFound
from .questions import Answer, Answers, Question
from .translated import Translation, shown


class OriginQuestions:
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
        return self._result.ask(Question(identity, text), self._answers, self._place)

    def _settle_any(self) -> None:
        fields = self._result.fields
        fields["origins"] = "*"
        if not fields["credentials"]:
            return
        answer = self._ask(
            "any-origin-with-credentials",
            "Any origin with credentials gives every site the data of every signed-in user. Which origins "
            "may send cookies; or are none needed?",
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
            written = text if text.startswith("{") else shown(text)
            answer = self._ask("never-matched", f"origins={written} allowed nobody so far.{instead}")
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
            f"{', '.join(map(_pattern_of, plain))} with credentials allows anyone on the network to act as "
            "that page. Leave it out, use https, or allow it all the same?"
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
            text = f"{each.field}={shown(value)}: {each.message} {each.hint}"
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
        # Below a public suffix, too: what is asked here is only the scheme.
        proof = prove(item, public_suffixes=True)
        return any(map(_is_insecure, proof.origins)) or any(
            item.match(f"http://a.{base}") is not None for base in proof.bases
        )
    if not isinstance(item, str) or not item.startswith("http:"):
        return False
    read = read_origin(item)
    if isinstance(read, Origin):
        return not read.is_loopback
    return isinstance(read, OriginPattern) and bool(read.host) and not is_loopback_host(read.host)


def _over_https(item: Any) -> tuple[Any, ...]:
    return (f"https{item.removeprefix('http')}",) if isinstance(item, str) else (item,)
