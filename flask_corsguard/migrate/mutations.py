"""The lists and dictionaries that a program changes in place: their values are not what was written first."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import Final, cast

from .project import Module
from .resolver import Definition, Resolver

#: What changes a list or a dictionary in place.
_MUTATORS: Final = frozenset(
    {"append", "extend", "add", "insert", "update", "remove", "pop", "clear", "setdefault"}
)


def is_changed(node: ast.expr, module: Module, resolver: Resolver) -> bool:
    """Whether *module* changes the list or the dictionary that *node* names, itself or by a function."""
    return _name_of(node) in _changed_names(module, resolver)


def _name_of(node: ast.AST | None) -> str:
    # What changes a part changes the whole.
    while isinstance(node, ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _changed_names(module: Module, resolver: Resolver) -> frozenset[str]:
    """Return the names whose lists or dictionaries a module changes."""
    found = module.__dict__.get("_changed")
    if found is None:
        calls = module.source.all_of(ast.Call)
        nodes = [*calls, *module.source.all_of(ast.AugAssign, ast.Subscript)]
        found = {*_changes(nodes), *_passed(calls, module, resolver)} - {""}
        found = module.__dict__["_changed"] = frozenset(found)
    return found


def _changes(nodes: Iterable[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.AugAssign):
            yield _name_of(node.target)
        elif isinstance(node, ast.Subscript) and isinstance(node.ctx, (ast.Store, ast.Del)):
            yield _name_of(node)
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", None) in _MUTATORS:
            yield _name_of(cast("ast.Attribute", node.func).value)


def _passed(calls: Iterable[ast.Call], module: Module, resolver: Resolver) -> Iterator[str]:
    """Yield the names that are passed to a function of the project that changes an argument."""
    for call in calls:
        names = [_name_of(each) for each in [*call.args, *(keyword.value for keyword in call.keywords)]]
        if any(names) and any(
            _changes_an_argument(each.node)
            for each in resolver.lookup(call.func, module, module.scope)
            if isinstance(each, Definition)
        ):
            yield from names


def _changes_an_argument(node: ast.AST) -> bool:
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return False
    parameters = {each.arg for each in ast.walk(node.args) if isinstance(each, ast.arg)}
    return not parameters.isdisjoint(_changes(ast.walk(node)))
