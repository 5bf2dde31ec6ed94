"""One run: what a project becomes, application by application."""

from __future__ import annotations

import ast
import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from .imported_names import imported_names
from .leftovers import leftover_lines
from .plan import Plan
from .project import OF_FLASK_CORS, Module, Project, read_project
from .questions import Answers
from .routes import Route
from .source import SourceError
from .work import SECTIONS, Line, Work


@dataclass(frozen=True)
class Change:
    """A file that changes.

    :ivar path: where it is.
    :ivar name: how the report names it.
    :ivar before: its bytes, as they were read.
    :ivar after: its bytes from now on.
    :ivar encoding: of both.
    """

    path: Path
    name: str
    before: bytes
    after: bytes
    encoding: str


@dataclass
class Migration:
    """The results of a run.

    :ivar changes: of the applications of which nothing is open.
    :ivar lines: of the report, in order.
    :ivar is_open: whether a question or work by hand is left.
    """

    changes: list[Change] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    is_open: bool = False


def migrate(
    paths: Sequence[Path], answers: Answers, guard: str = "report", routes: Sequence[Route] = ()
) -> Migration:
    """Return what the projects in *paths* become. Nothing is written.

    :param guard: what happens to a request that a policy does not allow.
    :param routes: those of the application, if it was started.
    :raises SourceError: if a file cannot be read.
    """
    with _without_collections():
        return _migrate(read_project(paths), answers, guard, routes)


@contextmanager
def _without_collections() -> Iterator[None]:
    # Millions of nodes stay until the end, and looking through them again and again takes most of the time.
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _migrate(project: Project, answers: Answers, guard: str, routes: Sequence[Route]) -> Migration:
    result = Migration()
    if not project.uses_flask_cors:
        return result
    for part in _applications(project):
        work = Work(part, answers, guard, list(routes))
        Plan(work).run()
        changes = [] if work.open else list(_changes(part))
        if work.open:
            result.is_open = True
            work.lines = [line for line in work.lines if line.section != "done"]
        result.changes += changes
        result.lines += work.lines
        result.lines += leftover_lines(work)
    order = {name: at for at, name in enumerate(SECTIONS)}
    result.lines = sorted(dict.fromkeys(result.lines), key=lambda line: order[line.section])
    return result


def _changes(project: Project) -> Iterator[Change]:
    for module in project.modules:
        source = module.source
        after = source.result_bytes()
        if after == source.data:
            continue
        try:
            ast.parse(after)
        except SyntaxError as error:
            raise SourceError(
                f"{source.name}: the result would not parse ({error.msg}); nothing is changed."
            ) from error
        yield Change(source.path, source.name, source.data, after, source.encoding)


def _applications(project: Project) -> list[Project]:
    """Return the parts of a project that do not import each other."""
    groups = {module: {module} for module in project.every}
    for module in project.every:
        for name in imported_names(module):
            other = project.named(name, near=module)
            if other is not None:
                _join(groups, module, other)
    parts = list({id(group): group for group in groups.values()}.values())
    lonely = [part for part in parts if _uses(part) and not _makes_application(part)]
    if lonely:
        # The application may import these by name, from a text.
        with_application = [part for part in parts if _makes_application(part)]
        joined = [*lonely, *with_application]
        parts = [part for part in parts if part not in joined] + [set().union(*joined)]
    return [_part(project, part) for part in parts if _uses(part)]


def _part(project: Project, modules: set[Module]) -> Project:
    ordered = [module for module in project.every if module in modules]
    part = Project(ordered, project.others, uses_flask_cors=True)
    for module in ordered:
        module.project = part
    return part


def _join(groups: dict[Module, set[Module]], one: Module, other: Module) -> None:
    if groups[one] is groups[other]:
        return
    joined = groups[one] | groups[other]
    for module in joined:
        groups[module] = joined


def _uses(modules: Iterable[Module]) -> bool:
    return any(OF_FLASK_CORS.search(module.data) for module in modules)


def _makes_application(modules: Iterable[Module]) -> bool:
    return any(b"Flask(" in module.data or b"OpenAPI(" in module.data for module in modules)
