"""The mutants of a module: where each is, what it changes, and the syntax tree that it becomes."""

from __future__ import annotations

import ast
import copy
import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .operators import Variant, fields_to_mutate, is_sentence, variants_of

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "flask_corsguard"

#: Where a mutant is that is in no function and no class; a dot and the name of what is assigned follow.
MODULE = "module"

#: How much is shown before and after what a mutant changes, in characters.
CONTEXT = 50


@dataclass(frozen=True)
class Mutant:
    """One small change of one module, known by what it changes and not by its line."""

    module: str
    #: The function or class that it is in, dotted; or what is assigned at the top of the module.
    where: str
    before: str
    after: str
    #: Among mutants for which all of the above is the same.
    number: int
    line: int
    #: The place of the node in the walk over its module, and of the change among those of the node.
    place: tuple[int, int]

    @property
    def key(self) -> str:
        """What it is called in files; it survives changes elsewhere in the module."""
        number = f" #{self.number}" if self.number else ""
        return f"{self.module} | {self.where} | {self.before} -> {self.after}{number}"

    def rank(self, seed: str) -> str:
        """Its place in the order of *seed*, which does not depend on what other mutants there are."""
        return hashlib.sha256(f"{seed} {self.key}".encode()).hexdigest()


@dataclass
class _Site:
    """A node, what it is in, and how it is replaced there."""

    node: ast.AST
    parents: list[ast.AST]
    field: str
    index: int | None
    in_regex: bool
    in_text: bool

    def variants(self) -> list[Variant]:
        found = variants_of(self.node, self.parents[-1], in_regex=self.in_regex, in_text=self.in_text)
        return list(found)

    def replace(self, other: ast.AST | None) -> None:
        if self.index is None:
            setattr(self.parents[-1], self.field, other)
        else:
            getattr(self.parents[-1], self.field)[self.index] = other


def modules() -> list[str]:
    """Return the modules of the package, as paths from the root of the repository."""
    return [path.relative_to(ROOT).as_posix() for path in sorted(PACKAGE.rglob("*.py"))]


def mutants_of(module: str) -> list[Mutant]:
    """Return every mutant of *module*, in the order of its text."""
    tree = ast.parse((ROOT / module).read_text())
    numbers: Counter[tuple[str, str, str]] = Counter()
    mutants = []
    for position, site in enumerate(_sites(tree)):
        before, where = _shown(site, site.node), _qualified_name(site.parents)
        for choice, variant in enumerate(site.variants()):
            change = (where, *_shortened(before, _shown(site, variant.node)))
            mutants.append(Mutant(module, *change, numbers[change], _line_of(site), (position, choice)))
            numbers[change] += 1
    return mutants


def tree_of(mutant: Mutant) -> ast.Module:
    """Return the syntax tree of the module with the change."""
    tree = ast.parse((ROOT / mutant.module).read_text())
    position, choice = mutant.place
    site = next(each for at, each in enumerate(_sites(tree)) if at == position)
    other = site.variants()[choice].node
    site.replace(other)
    return ast.fix_missing_locations(tree)


def _sites(
    node: ast.AST, parents: tuple[ast.AST, ...] = (), *, in_regex: bool = False, in_text: bool = False
) -> Iterator[_Site]:
    in_regex = in_regex or (isinstance(node, ast.Call) and ast.unparse(node.func) == "re.compile")
    in_text = in_text or (isinstance(node, ast.JoinedStr) and is_sentence(node))
    for field, value in fields_to_mutate(node):
        listed = isinstance(value, list)
        for index, child in enumerate(value if listed else [value]):
            if not isinstance(child, ast.AST):
                continue
            # The expressions of a sentence are logic again.
            text = in_text and isinstance(node, ast.JoinedStr)
            inside = [*parents, node]
            yield _Site(child, inside, field, index if listed else None, in_regex, text)
            yield from _sites(child, tuple(inside), in_regex=in_regex, in_text=text)


def _shown(site: _Site, node: ast.AST | None) -> str:
    """Return the expression or the simple statement around a node, with *node* in its place."""
    if isinstance(node, (ast.If, ast.While)):
        return ast.unparse(node.test)
    if isinstance(node, ast.stmt):
        return ast.unparse(node)
    around = next(
        (each for each in reversed(site.parents) if isinstance(each, (ast.stmt, ast.arguments))), None
    )
    if isinstance(around, (ast.If, ast.While, ast.For, ast.With, ast.Try, ast.FunctionDef, ast.ClassDef)):
        top = site.parents.index(around) + 1
        around = site.parents[top] if top < len(site.parents) else None
    if around is None or around is site.node:
        return ast.unparse(node) if node is not None else ""
    # A copy, so that the tree stays as it is.
    memo: dict[int, object] = {id(site.node): node}
    return ast.unparse(copy.deepcopy(around, memo))


def _shortened(before: str, after: str) -> tuple[str, str]:
    """Leave out of both what is far from where they differ: a table can be long."""
    start = _alike(before, after)
    end = _alike(before[start:][::-1], after[start:][::-1])
    first, last = max(start - CONTEXT, 0), max(end - CONTEXT, 0)
    return tuple(
        f"{'...' if first else ''}{text[first : len(text) - last]}{'...' if last else ''}"
        for text in (before, after)
    )


def _alike(one: str, other: str) -> int:
    shorter = min(len(one), len(other))
    return next((place for place in range(shorter) if one[place] != other[place]), shorter)


def _qualified_name(parents: list[ast.AST]) -> str:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    names = [each.name for each in parents if isinstance(each, kinds)]
    assigned = next((each for each in parents if isinstance(each, (ast.Assign, ast.AnnAssign))), None)
    if not names and assigned is not None:
        target = assigned.targets[0] if isinstance(assigned, ast.Assign) else assigned.target
        return f"{MODULE}.{ast.unparse(target)}"
    return ".".join(names) or MODULE


def _line_of(site: _Site) -> int:
    for node in [site.node, *reversed(site.parents)]:
        if hasattr(node, "lineno"):
            return node.lineno
    return 1
