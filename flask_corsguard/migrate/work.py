"""The data that the steps of a migration share: the project, the answers, and the results so far."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, Literal

from .evaluator import Evaluator
from .policy_text import PolicyText, PolicyWriter
from .project import Module, Project
from .questions import Answer, Answers, Question
from .resolver import Resolver
from .routes import Route, Routes
from .sites import SiteFinder, Sites
from .targets import Creation, Targets

SectionName = Literal[
    "done", "differs", "asked", "by hand", "delete yourself", "to rename", "tests", "run time", "dependencies"
]

#: The sections of a report, in order.
SECTIONS: Final[tuple[SectionName, ...]] = (
    "done",
    "differs",
    "asked",
    "by hand",
    "delete yourself",
    "to rename",
    "tests",
    "run time",
    "dependencies",
)


@dataclass(frozen=True)
class Line:
    """One line of the report.

    :ivar place: ``path:line``.
    :ivar code: stable; for a question, its id.
    """

    section: SectionName
    place: str
    code: str
    text: str


@dataclass(eq=False)
class Work:
    """One migration."""

    project: Project
    answers: Answers
    guard: str
    #: The routes of the application's own URL map, if it was started.
    known_routes: list[Route] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    names: dict[Module, set[str]] = field(default_factory=dict)
    #: The modules in which something is open.
    open: set[Module] = field(default_factory=set)

    @cached_property
    def resolver(self) -> Resolver:
        """The object that follows names."""
        return Resolver(self.project)

    @cached_property
    def evaluator(self) -> Evaluator:
        """The object that computes values."""
        return Evaluator(self.resolver)

    @cached_property
    def targets(self) -> Targets:
        """The object that knows applications and blueprints."""
        return Targets(self.project, self.resolver)

    @cached_property
    def routes(self) -> list[Route]:
        """The routes that are written down, and those that are known otherwise."""
        found = Routes(self.project, self.resolver, self.evaluator, self.targets).all()
        return [*found, *self.known_routes]

    @cached_property
    def sites(self) -> Sites:
        """The uses of Flask-CORS."""
        return SiteFinder(self.project, self.resolver).find()

    @cached_property
    def apps(self) -> list[Creation]:
        """The calls that make applications, those of tests only if there are no others."""
        found = self.targets.creations("app")
        return [each for each in found if not each.module.is_test] or found

    @cached_property
    def writer(self) -> PolicyWriter:
        """The object that writes policies."""
        return PolicyWriter(self.answers, self.guard)

    def need(self, module: Module, names: Iterable[str]) -> None:
        """Record that *module* needs to import *names*."""
        self.names.setdefault(module, set()).update(names)

    def say(self, section: SectionName, module: Module, node: ast.AST, code: str, text: str) -> None:
        """Add a line to the report."""
        line = Line(section, f"{module.source.name}:{getattr(node, 'lineno', 1)}", code, text)
        if line not in self.lines:
            self.lines.append(line)
        if section in {"asked", "by hand"}:
            self.open.add(module)

    def ask(self, module: Module, node: ast.AST, identity: str, text: str) -> Answer | None:
        """Return the answer to a question; without one, add the question to the report."""
        place = f"{module.source.name}:{getattr(node, 'lineno', 1)}"
        answer = self.answers.to(identity, place)
        if answer is None:
            self.say_question(module, node, Question(identity, text))
        return answer

    def say_question(self, module: Module, node: ast.AST, question: Question) -> None:
        """Add a question to the report."""
        self.say("asked", module, node, question.id, question.text)

    def say_policy(self, module: Module, node: ast.AST, policy: PolicyText) -> bool:
        """Add the questions and notes about a policy to the report; return whether it can be written."""
        for question in policy.questions:
            self.say_question(module, node, question)
        for note in policy.notes:
            self.say("differs", module, node, *_code_and_text(note))
        if policy.kind == "helper" and not policy.questions:
            self.say(
                "run time",
                module,
                node,
                "run-time-values",
                "only run time knows the values: policy_from_flask_cors reads them at the start, leaves out "
                "what has no meaning, and warns of it",
            )
        if policy.by_hand:
            self.say("by hand", module, node, "by-hand", policy.by_hand)
        return not policy.questions and not policy.by_hand


def _code_and_text(note: str) -> tuple[str, str]:
    word, _, text = note.partition(": ")
    return (word, text) if word in {"safer", "fixes"} else ("option", note)
