"""The text of a policy: each option where it is written, as the field that takes its place."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from .options import OPTIONS
from .project import Module
from .questions import AT_RUN_TIME, Answer, Answers, Question
from .rendering import Group, elements_of, is_same, render
from .settings import Setting, Settings, without
from .source import Edit
from .translated import Translation
from .translation import resolve_ignored, translate

#: What is imported to write a policy.
_NAMES: Final = {
    "fields": "Policy",
    "helper": "policy_from_flask_cors",
    "closed": "SAME_ORIGIN",
    "unmanaged": "UNMANAGED",
}


@dataclass
class PolicyText:
    """A policy, as it will be written.

    :ivar kind: its fields; the function for run time, with the options as they were; closed; or unmanaged.
    :ivar texts: the text of each field, or of each option for the function.
    :ivar values: the fields, where all are known.
    :ivar by_hand: why it cannot be written.
    """

    kind: str = "fields"
    texts: dict[str, str] = field(default_factory=dict)
    values: dict[str, Any] | None = None
    questions: list[Question] = field(default_factory=list)
    decided: list[tuple[Question, Answer]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    renames: dict[str, str] = field(default_factory=dict)
    by_hand: str = ""
    guard: str = "report"

    @property
    def arguments(self) -> list[str]:
        """The arguments of the policy or of the function."""
        found = [f"{name}={text}" for name, text in self.texts.items()]
        return found + self.helper_arguments + self.guard_argument

    @property
    def helper_arguments(self) -> list[str]:
        """The arguments that only the function for run time has."""
        if self.kind != "helper":
            return []
        given = ", ".join(
            f"{render(question.id)}: {render(answer)}"
            for question, answer in self.decided
            if question.id in AT_RUN_TIME
        )
        return [*([f"answers={{{given}}}"] if given else []), 'on_problem="warn"']

    @property
    def guard_argument(self) -> list[str]:
        """The argument ``guard``, unless it is the default."""
        return [] if self.guard == "enforce" else [f'guard="{self.guard}"']

    @property
    def names(self) -> set[str]:
        """What of this package :meth:`expression` needs."""
        return {_NAMES[self.kind]}

    def expression(self) -> str | Group:
        """Return the policy as an expression."""
        if self.kind == "unmanaged":
            return "UNMANAGED"
        if self.kind == "closed":
            return "SAME_ORIGIN" + (f".replace({self.guard_argument[0]})" if self.guard_argument else "")
        name = "Policy" if self.kind == "fields" else "policy_from_flask_cors"
        return Group(f"{name}(", tuple(self.arguments), ")")


class PolicyWriter:
    """Writes policies with the answers that were given.

    :param guard: what happens to a request that a policy does not allow.
    """

    def __init__(self, answers: Answers, guard: str) -> None:
        self._answers = answers
        self._guard = guard

    def write(
        self, settings: Settings, module: Module, place: str, origins: Answer | None = None
    ) -> PolicyText:
        """Return the policy for *settings*.

        :param module: where it will be written.
        :param origins: those that an answer puts in the place of what is written.
        """
        result = PolicyText(guard=self._guard)
        first = next(settings.combinations())
        result.renames, ignored = resolve_ignored(first, self._answers, place)
        result.questions += ignored.questions
        result.decided += ignored.decided
        result.notes += ignored.notes
        result.dropped += ignored.dropped
        settings = _known_to_flask_cors(settings, result.renames)
        if isinstance(origins, tuple):
            settings = without(settings, ["origins"])
        translations = []
        for combination in settings.combinations():
            if isinstance(origins, tuple):
                combination["origins"] = list(origins)
            translations.append(translate(combination, self._answers, place))
        for each in translations:
            result.questions += [q for q in each.questions if q not in result.questions]
            result.decided += [d for d in each.decided if d not in result.decided]
            result.notes += [n for n in each.notes if n not in result.notes]
            result.dropped += [d for d in each.dropped if d not in result.dropped]
        if "closed" in ignored.fields or (
            all(each.is_closed for each in translations) and _is_final(settings)
        ):
            result.kind, result.values = "closed", {}
        elif not result.questions:
            self._write_texts(settings, translations, module, result)
        return result

    def _write_texts(
        self, settings: Settings, translations: list[Translation], module: Module, result: PolicyText
    ) -> None:
        first = translations[0]
        # An answer about the written values does not replace those that only run time knows.
        replaced = _is_final(settings) and any(
            q.id == "any-origin-with-credentials" and isinstance(a, tuple) for q, a in result.decided
        )
        for name, setting in settings.by_name.items():
            target = OPTIONS[name].field
            if target is None:
                continue
            if target not in first.fields:
                if not setting.value.is_known and not (name == "origins" and replaced):
                    self._write_for_run_time(settings, module, result)
                    return
                continue
            if name == "origins" and replaced:
                result.texts[target] = render(first.fields[target])
                continue
            text = _text_of(setting, target, translations, module)
            if text is None:
                self._write_for_run_time(settings, module, result)
                return
            result.texts[target] = text
        for target, value in first.fields.items():
            if target not in result.texts:
                result.texts[target] = render(value)
        if settings.is_known or all(each.fields == first.fields for each in translations):
            result.values = {n: v for n, v in first.fields.items() if v is not False}
        result.texts = _ordered(result.texts, settings)

    def _write_for_run_time(self, settings: Settings, module: Module, result: PolicyText) -> None:
        result.kind, result.texts, result.values = "helper", {}, None
        for name, setting in settings.by_name.items():
            if OPTIONS[name].field is None:
                continue
            if setting.text or setting.run_time_text:
                result.texts[name] = setting.text or setting.run_time_text
            elif setting.node is not None and setting.module is module:
                result.texts[name] = module.source.of(setting.node)
            elif setting.value.is_known:
                result.texts[name] = render(setting.value.known)
            else:
                result.by_hand = f"{name}= has a value that only another file knows"


def _is_final(settings: Settings) -> bool:
    """Whether the origins are written down, and run time knows no others."""
    origins = settings.by_name.get("origins")
    return origins is None or origins.value.is_exact


def _known_to_flask_cors(settings: Settings, renames: Mapping[str, str]) -> Settings:
    known = {name: each for name, each in settings.by_name.items() if name in OPTIONS and name != "resources"}
    for name, meant in renames.items():
        if meant != "resources":
            known[meant] = settings.by_name[name]
    return Settings(known)


def _text_of(setting: Setting, target: str, translations: list[Translation], module: Module) -> str | None:
    """Return the text of a field; ``None`` if only run time knows what it has to be."""
    value, node = setting.value, setting.node
    if setting.text:
        # It stays where it is, and is read from there.
        fields = [each.fields.get(target) for each in translations]
        is_kept = value.is_exact and all(any(is_same(old, new) for new in fields) for old in value.candidates)
        return setting.text if is_kept else None
    here = node is not None and setting.module is module
    fields = [each.fields.get(target) for each in translations]
    is_kept = all(any(is_same(old, new) for new in fields) for old in value.candidates)
    if here and node is not None and value.is_exact and value.candidates and is_kept:
        return module.source.of(node)
    if not value.is_known:
        return None
    new = fields[0]
    if not here or node is None:
        return render(new)
    return _changed(setting, node, new, translations[0].origin_items if target == "origins" else None, module)


def _changed(
    setting: Setting,
    node: ast.expr,
    new: Any,
    items: list[tuple[Any, tuple[Any, ...]]] | None,
    module: Module,
) -> str:
    source, old = module.source, setting.value.known
    if is_same([old], new):
        return f"[{source.of(node)}]"
    if isinstance(old, timedelta) and isinstance(node, ast.Call):
        return (
            f"{source.of(node.func)}(seconds={new})"
            if new % 86400
            else f"{source.of(node.func)}(days={new // 86400})"
        )
    is_listed = isinstance(node, (ast.List, ast.Tuple, ast.Set)) and isinstance(new, list)
    if is_listed and items is not None and len(items) == len(node.elts):  # type: ignore[attr-defined]  # a list
        return _elements(node, new, items, module)
    return render(new)


def _elements(node: Any, new: list[Any], items: list[tuple[Any, tuple[Any, ...]]], module: Module) -> str:
    """Return a list with only those elements changed that have to be."""
    source = module.source
    listing = elements_of(source, node)
    written: list[Any] = []
    for item, element, (old, instead) in zip(listing.items, node.elts, items, strict=True):
        kept = [each for each in instead if each not in written]
        written += kept
        if not kept:
            item.is_removed = True
        elif kept != [old]:
            item.edits.append(Edit(source.start(element), source.end(element), ", ".join(map(render, kept))))
    listing.added = [render(each) for each in new if each not in written]
    return _applied(source.of(node), source.start(node), listing.edits())


def _applied(text: str, start: int, edits: list[Edit]) -> str:
    for edit in sorted(edits, reverse=True):
        text = text[: edit.start - start] + edit.text + text[edit.end - start :]
    return text


def _ordered(texts: dict[str, str], settings: Settings) -> dict[str, str]:
    """Return the fields as they were written, and what is new at the end, but the origins first."""
    written = [OPTIONS[name].field for name in settings.by_name]
    first = [] if "origins" in written else ["origins"]
    order = [*first, *(name for name in written if name), *texts]
    return {name: texts[name] for name in dict.fromkeys(order) if name in texts}
