"""What an expression refers to: a name of another library, or the place in the project that defines it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, cast

from .project import Module, Project
from .scopes import Binding, Scope

#: Definitions of definitions that are followed.
MAX_DEPTH: Final = 12


@dataclass(frozen=True)
class External:
    """A name that the project imports from elsewhere."""

    dotted: str


@dataclass(frozen=True, eq=False)
class Definition:
    """An expression, function, class or parameter of the project."""

    node: ast.AST
    module: Module
    scope: Scope


Meaning = External | Definition | Module


class Resolver:
    """Follows names through the files of a project."""

    def __init__(self, project: Project) -> None:
        self.project = project

    def lookup(self, node: ast.AST, module: Module, scope: Scope, depth: int = 0) -> list[Meaning]:
        """Return what a name or an attribute refers to; every other expression refers to itself."""
        if depth > MAX_DEPTH:
            return []
        if isinstance(node, ast.Name):
            found: list[Meaning] = []
            bindings = scope.find(node.id)
            for binding in bindings:
                found += self._of_binding(binding, node.id, module, depth)
            return found if bindings else [*self._starred(module, node.id, depth)]
        if isinstance(node, ast.Attribute):
            found = []
            for base in self.lookup(node.value, module, scope, depth + 1):
                found += self._attribute(base, node.attr, depth)
            return found
        return [Definition(node, module, scope)]

    def dotted(self, node: ast.AST, module: Module, scope: Scope) -> str:
        """Return the one name of another library that *node* refers to; else an empty text."""
        names = {each.dotted for each in self.lookup(node, module, scope) if isinstance(each, External)}
        return names.pop() if len(names) == 1 else ""

    def externals(self, node: ast.AST, module: Module, scope: Scope) -> set[str]:
        """Return the names of other libraries that *node* can refer to."""
        return {each.dotted for each in self.lookup(node, module, scope) if isinstance(each, External)}

    def _of_binding(self, binding: Binding, name: str, module: Module, depth: int) -> Iterator[Meaning]:
        node = binding.node
        if isinstance(node, ast.Import):
            for alias in node.names:
                if (alias.asname or alias.name.partition(".")[0]) == name:
                    target = alias.name if alias.asname else name
                    yield self.project.find(target, near=module) or External(target)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if (alias.asname or alias.name) == name:
                    yield from self._imported(node, alias.name, module, depth)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.arg)):
            yield Definition(node, module, binding.scope)
        elif binding.value is not None:
            yield from self.lookup(binding.value, module, binding.scope, depth + 1)
        elif isinstance(node, ast.withitem) and binding.value is None:
            yield from self.lookup(node.context_expr, module, binding.scope, depth + 1)

    def _imported(self, node: ast.ImportFrom, name: str, module: Module, depth: int) -> Iterator[Meaning]:
        absolute = module.absolute(node)
        target = self.project.find(absolute, near=None if node.level else module)
        below = self.project.find(f"{absolute}.{name}".lstrip(".")) if target is module else None
        if target is None or target is module:
            yield below or External(f"{absolute}.{name}")
            return
        found = list(self.member(target, name, depth))
        yield from found or [External(f"{absolute}.{name}")]

    def member(self, module: Module, name: str, depth: int = 0) -> Iterator[Meaning]:
        """Yield what a module has under a name."""
        if name in module.scope.bindings:
            for binding in module.scope.bindings[name]:
                yield from self._of_binding(binding, name, module, depth + 1)
            return
        below = self.project.find(f"{module.dotted}.{name}".lstrip("."))
        if below is not None:
            yield below
        else:
            yield from self._starred(module, name, depth)

    def _starred(self, module: Module, name: str, depth: int) -> Iterator[Meaning]:
        """Yield what ``from ... import *`` brings under a name."""
        for node in module.source.tree.body:
            if isinstance(node, ast.ImportFrom) and node.names[0].name == "*" and depth <= MAX_DEPTH:
                target = self.project.find(module.absolute(node), near=None if node.level else module)
                if target is not None and target is not module:
                    yield from self.member(target, name, depth + 1)

    def _attribute(self, base: Meaning, name: str, depth: int) -> Iterator[Meaning]:
        if isinstance(base, External):
            yield External(f"{base.dotted}.{name}")
        elif isinstance(base, Module):
            yield from self.member(base, name, depth)
        elif isinstance(base.node, ast.ClassDef):
            yield from self.class_attribute(base, name, depth)
        elif isinstance(base.node, ast.Call):
            for called in self.lookup(base.node.func, base.module, base.scope, depth + 1):
                if isinstance(called, Definition) and isinstance(called.node, ast.ClassDef):
                    yield from self.class_attribute(called, name, depth)
        elif isinstance(base.node, ast.arg):
            yield from self._of_self(base, name, depth)

    def _of_self(self, base: Definition, name: str, depth: int) -> Iterator[Meaning]:
        owner = base.scope.enclosing_class
        if base.node.arg in {"self", "cls"} and owner is not None:  # type: ignore[attr-defined]  # a parameter
            yield from self.class_attribute(Definition(owner.node, base.module, owner), name, depth)
            return
        annotation = base.node.annotation  # type: ignore[attr-defined]  # a parameter
        default = default_of(base.scope.node, base.node)
        for hint in filter(None, (annotation, default)):
            for found in self.lookup(hint, base.module, base.scope.parent or base.scope, depth + 1):
                yield from self._attribute(found, name, depth + 1)

    def class_attribute(self, owner: Definition, name: str, depth: int = 0) -> Iterator[Meaning]:
        """Yield what a class, or an instance of it, has under a name."""
        if depth > MAX_DEPTH:
            return
        scope = class_scope(owner)
        for key in (name, f"self.{name}"):
            if key in scope.bindings:
                for binding in scope.bindings[key]:
                    yield from self._of_binding(binding, key, owner.module, depth + 1)
                return
        for base in self.bases(owner):
            if isinstance(base, Definition) and isinstance(base.node, ast.ClassDef):
                yield from self.class_attribute(base, name, depth + 1)

    def bases(self, owner: Definition) -> Iterator[Meaning]:
        """Yield the bases of a class."""
        scope = class_scope(owner).parent or owner.scope
        for base in getattr(owner.node, "bases", ()):
            yield from self.lookup(base, owner.module, scope)


def class_scope(owner: Definition) -> Scope:
    """Return the scope of a class."""
    return owner.module.scope.nodes.get(owner.node, owner.scope)


def default_of(function: ast.AST, parameter: ast.AST) -> ast.expr | None:
    """Return the default of a parameter of *function*."""
    arguments = cast("ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda", function).args
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults: list[ast.expr | None] = [None] * (len(positional) - len(arguments.defaults))
    defaults += arguments.defaults
    pairs = [
        *zip(positional, defaults, strict=True),
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ]
    return next((default for each, default in pairs if each is parameter), None)
