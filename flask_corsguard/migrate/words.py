"""Which words of a project can refer to something, before any name is looked up."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from .project import Project
from .source import Source


def related(project: Project, seeds: Iterable[str], modules: Iterable[str] = ()) -> set[str]:
    """Return the words that can refer to one of *seeds* anywhere in the project.

    :param modules: the first parts of the names of modules in which *seeds* are.
    """
    names = set(seeds)
    seed, first = next(iter(names)), frozenset(modules)
    pairs = [
        (seed if word.partition(".")[0] in first else word.rpartition(".")[2], to)
        for word, to in project.renamings(_renamings)
    ]
    size = 0
    while len(names) != size:
        size = len(names)
        names |= {to for word, to in pairs if word in names}
    return names


def _renamings(source: Source) -> Iterator[tuple[str, str]]:
    """Yield each word, and the new name of it, or of something made from it, from there on."""
    for node in source.all_of(ast.Import):
        yield from ((each.name, each.asname or each.name.partition(".")[0]) for each in node.names)
    for imported in source.all_of(ast.ImportFrom):
        yield from ((each.name, each.asname) for each in imported.names if each.asname)
    for assigned in source.all_of(ast.Assign):
        value = assigned.value.func if isinstance(assigned.value, ast.Call) else assigned.value
        yield from ((_word(value), _word(target)) for target in assigned.targets)
    for made in source.all_of(ast.ClassDef):
        yield from ((_word(base), made.name) for base in made.bases)


def _word(node: ast.AST) -> str:
    return str(getattr(node, "id", None) or getattr(node, "attr", ""))
