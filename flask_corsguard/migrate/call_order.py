"""Which of the calls of a program can run together, and which of two runs first."""

from __future__ import annotations

import ast
from collections.abc import Callable

from .project import Module
from .scopes import Scope
from .sites import ExtensionCall

#: A call, with where it is.
Place = tuple[Module, Scope, ast.Call]


def _branches(call: ExtensionCall) -> dict[ast.AST, str]:
    """Return the branching statements around a call, and the branch of each that it is in."""
    found: dict[ast.AST, str] = {}
    node: ast.AST = call.node
    parents = call.module.scope.parents
    while node in parents:
        parent = parents[node]
        if isinstance(parent, ast.If):
            found[parent] = "body" if node in parent.body else "else"
        elif isinstance(parent, ast.Try):
            found[parent] = "body" if node in parent.body else f"except {node.lineno}"  # type: ignore[attr-defined]
        elif isinstance(parent, ast.Match):
            found[parent] = f"case {parent.cases.index(node)}"  # type: ignore[arg-type]  # a case of it
        node = parent
    return found


def are_exclusive(one: ExtensionCall, other: ExtensionCall) -> bool:
    """Whether only one of two calls can run."""
    first, second = _branches(one), _branches(other)
    if any(first[each] != second[each] for each in first.keys() & second.keys()):
        return True
    # A branch that returns.
    for each, branch in first.items():
        if (
            isinstance(each, ast.If)
            and branch == "body"
            and isinstance(each.body[-1], (ast.Return, ast.Raise))
        ) and each not in second:
            return True
    return False


def is_conditional(call: ExtensionCall) -> bool:
    """Whether a call runs in some cases only, and nothing in the others."""
    return any(
        isinstance(each, ast.If) and not each.orelse and not _is_main(each) for each in _branches(call)
    )


def _is_main(node: ast.If) -> bool:
    return "__name__" in ast.dump(node.test)


def runs_after(
    later: Place, earlier: Place, calls_of: Callable[[str], list[Place]], *, is_made_there: bool
) -> bool:
    """Whether *later* certainly runs after *earlier*, for the same application.

    :param calls_of: gives the calls of a function, by its name.
    :param is_made_there: whether the application is made in the module of *earlier*.
    """
    first, second = _around(earlier, calls_of), _around(later, calls_of)
    orders = [
        (other.lineno, other.col_offset) > (one.lineno, one.col_offset)
        for module, scope, one in first
        for where, place, other in second
        if where is module and place.node is scope.node
    ]
    if orders:
        return all(orders)
    # Functions of other modules get the application when its module is loaded.
    return is_made_there and earlier[1].parent is None and later[1].is_function


def _around(place: Place, calls_of: Callable[[str], list[Place]]) -> list[Place]:
    """Return a call, and those by which it runs."""
    found = {place[2]: place}
    left = [place]
    while left:
        function = left.pop()[1].node
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            new = [each for each in calls_of(function.name) if each[2] not in found]
            found.update({each[2]: each for each in new})
            left += new
    return list(found.values())
