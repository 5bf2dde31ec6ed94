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
    for node in source.all_of(ast.Import, ast.ImportFrom, ast.Assign, ast.ClassDef):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            for alias in node.names:
                if alias.asname or isinstance(node, ast.Import):
                    yield alias.name, alias.asname or alias.name.partition(".")[0]
        elif isinstance(node, ast.Assign):
            value = node.value.func if isinstance(node.value, ast.Call) else node.value
            for target in node.targets:
                yield _word(value), _word(target)
        elif isinstance(node, ast.ClassDef):
            for base in node.bases:
                yield _word(base), node.name


def _word(node: ast.AST) -> str:
    return str(getattr(node, "id", None) or getattr(node, "attr", ""))
