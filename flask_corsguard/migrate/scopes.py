"""Which names a module binds, and where: the scopes of its functions and classes."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

#: What gives a scope of its own.
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


@dataclass(eq=False)
class Binding:
    """One place where a name gets a value.

    :ivar node: the statement, the parameter or the import.
    :ivar value: the expression, if it is one that can be followed.
    :ivar scope: where the name is.
    """

    node: ast.AST
    value: ast.expr | None
    scope: Scope


@dataclass(eq=False)
class Scope:
    """The names of a module, a class or a function.

    :ivar node: what the scope belongs to.
    :ivar bindings: the places where each name gets a value.
    :ivar nodes: the scope of every node of the module; shared by all its scopes.
    :ivar parents: the parent of every node of the module; shared, too.
    """

    node: ast.AST
    parent: Scope | None
    bindings: dict[str, list[Binding]] = field(default_factory=dict)
    nodes: dict[ast.AST, Scope] = field(default_factory=dict)
    parents: dict[ast.AST, ast.AST] = field(default_factory=dict)

    @property
    def is_class(self) -> bool:
        """Whether these are the attributes of a class."""
        return isinstance(self.node, ast.ClassDef)

    @property
    def is_function(self) -> bool:
        """Whether these are the names of a function."""
        return isinstance(self.node, _FUNCTIONS)

    def find(self, name: str) -> list[Binding]:
        """Return where *name* gets the value that it has here."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.bindings and (scope is self or not scope.is_class):
                return scope.bindings[name]
            scope = scope.parent
        return []

    def bind(self, name: str, node: ast.AST, value: ast.expr | None = None) -> None:
        """Record that *name* gets a value."""
        self.bindings.setdefault(name, []).append(Binding(node, value, self))

    @property
    def enclosing_class(self) -> Scope | None:
        """The class that this is a method of."""
        scope: Scope | None = self
        while scope is not None and not scope.is_class:
            scope = scope.parent
        return scope


def scopes_of(tree: ast.Module) -> Scope:
    """Return the scope of a module."""
    top = Scope(tree, None)
    _walk(tree, top)
    return top


def _walk(node: ast.AST, within: Scope) -> None:
    outside = {*_evaluated_outside(node)}
    for child in ast.iter_child_nodes(node):
        within.parents[child] = node
        scope = within.parent if child in outside and within.parent is not None else within
        inner = scope
        if isinstance(child, (*_FUNCTIONS, ast.ClassDef)):
            if not isinstance(child, ast.Lambda):
                scope.bind(child.name, child)
            inner = Scope(child, scope, nodes=scope.nodes, parents=scope.parents)
            if not isinstance(child, ast.ClassDef):
                _bind_parameters(child.args, inner)
        else:
            _bind(child, scope)
        # A function or class itself is where it is defined; what is in it, inside.
        scope.nodes[child] = inner
        _walk(child, inner)


def _evaluated_outside(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the parts of a definition that do not see the names in it."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        yield from node.decorator_list
        yield from filter(None, [node.returns])
    elif isinstance(node, ast.ClassDef):
        yield from [*node.decorator_list, *node.bases, *node.keywords]


def _bind_parameters(arguments: ast.arguments, scope: Scope) -> None:
    for each in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]:
        scope.bind(each.arg, each)
    for rest in filter(None, (arguments.vararg, arguments.kwarg)):
        scope.bind(rest.arg, rest)


def _bind(node: ast.AST, scope: Scope) -> None:
    if isinstance(node, ast.Assign):
        for target in node.targets:
            _bind_target(target, node, node.value, scope)
    elif (isinstance(node, ast.AnnAssign) and node.value is not None) or isinstance(node, ast.NamedExpr):
        _bind_target(node.target, node, node.value, scope)
    elif isinstance(node, (ast.AugAssign, ast.For, ast.AsyncFor, ast.comprehension)):
        _bind_target(node.target, node, None, scope)
    elif isinstance(node, ast.withitem) and node.optional_vars is not None:
        _bind_target(node.optional_vars, node, None, scope)
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        for alias in node.names:
            scope.bind(alias.asname or alias.name.partition(".")[0], node)
    elif isinstance(node, ast.ExceptHandler) and node.name:
        scope.bind(node.name, node)
    elif isinstance(node, ast.Global):
        # What is assigned here is bound at the top, too.
        top = scope
        while top.parent is not None:
            top = top.parent
        for name in node.names:
            scope.bindings[name] = top.bindings.setdefault(name, [])


def _bind_target(target: ast.expr, node: ast.AST, value: ast.expr | None, scope: Scope) -> None:
    for name, part in _names(target, value):
        owner = scope.enclosing_class if name.startswith("self.") else scope
        if owner is not None:
            owner.bindings.setdefault(name, []).append(Binding(node, part, scope))


def _names(target: ast.expr, value: ast.expr | None) -> Iterator[tuple[str, ast.expr | None]]:
    if isinstance(target, ast.Name):
        yield target.id, value
    elif isinstance(target, ast.Starred):
        yield from _names(target.value, None)
    elif isinstance(target, (ast.Tuple, ast.List)):
        parts: list[Any] = [None] * len(target.elts)
        if isinstance(value, (ast.Tuple, ast.List)) and len(value.elts) == len(parts):
            parts = list(value.elts)
        for each, part in zip(target.elts, parts, strict=True):
            yield from _names(each, part)
    elif (
        isinstance(target, ast.Attribute)
        and isinstance(target.value, ast.Name)
        and target.value.id in {"self", "cls"}
    ):
        yield f"self.{target.attr}", value
