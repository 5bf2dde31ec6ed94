"""Which of the calls of a program can run together."""

from __future__ import annotations

import ast

from .sites import ExtensionCall


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
