"""Other code of a program that changes what browsers see: headers by hand, and sockets."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from .project import Module
from .questions import Answer
from .resolver import External
from .scopes import Scope
from .work import Work

_HEADER: Final = re.compile(r"access-control-allow-(?:origin|credentials|methods|headers)", re.IGNORECASE)
_ORIGIN: Final = "access-control-allow-origin"
_CREDENTIALS: Final = "access-control-allow-credentials"


@dataclass(eq=False)
class HandWritten:
    """A function that sets headers of CORS by hand.

    :ivar node: the function, or the module.
    :ivar origins: what it sets as allowed origins; ``None`` among them for what only run time knows.
    :ivar credentials: whether it allows credentials, too.
    """

    node: ast.AST
    module: Module
    headers: set[str]
    origins: list[str | None]
    credentials: bool
    is_view: bool


class Neighbours:
    """Finds other code than Flask-CORS that sends CORS headers."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def hand_written(self) -> list[HandWritten]:
        """Return the functions that set headers by hand."""
        found: dict[int, HandWritten] = {}
        for module in self._work.project.modules:
            if module.is_test or b"ccess-" not in module.source.data.replace(b"A", b"a").replace(b"C", b"c"):
                continue
            for node in module.source.nodes:
                name = _header(node)
                if name is None or _is_docstring_or_read(node, module):
                    continue
                function = _function(module.scope.nodes[node])
                hand = found.setdefault(
                    id(function), HandWritten(function, module, set(), [], False, _is_view(function))
                )
                hand.headers.add(name)
                if name == _ORIGIN:
                    hand.origins.append(self._assigned(node, module))
                if name == _CREDENTIALS:
                    hand.credentials = True
        return list(found.values())

    def _assigned(self, node: ast.AST, module: Module) -> str | None:
        """Return the value that is given to the header which *node* names."""
        parents = module.scope.parents
        parent = parents[node]
        value: ast.expr | None = None
        if isinstance(parent, ast.Subscript) and isinstance(parents[parent], ast.Assign):
            value = parents[parent].value  # type: ignore[attr-defined]  # an assignment
        elif isinstance(parent, ast.Call) and len(parent.args) > 1:
            value = parent.args[1]
        elif isinstance(parent, ast.Dict):
            value = parent.values[parent.keys.index(node)]  # type: ignore[arg-type]  # a key
        elif isinstance(parent, ast.Tuple):
            value = parent.elts[-1]
        if value is None:
            return None
        known = self._work.evaluator.value(value, module, module.scope.nodes[value])
        return known.known if known.is_known and isinstance(known.known, str) else None

    def settle(self, hands: list[HandWritten], values: dict[str, Any] | None) -> tuple[bool, Answer | None]:
        """Report what has to be removed, or ask.

        :param values: the application's policy; empty for a closed one, ``None`` if it is not one policy.
        :returns: whether everything is settled, and the origins that an answer gives.
        """
        given: Answer | None = None
        settled = True
        for hand in hands:
            names = ", ".join(sorted(hand.headers))
            if _is_within(hand, values):
                self._work.say(
                    "delete yourself",
                    hand.module,
                    hand.node,
                    "hand-written-headers",
                    f"{_named(hand.node)} sets {names}, which the policy replaces",
                )
                continue
            who = ", ".join(
                "everyone who asks" if each is None else each for each in dict.fromkeys(hand.origins)
            )
            cookies = ", with the cookies of your users" if hand.credentials else ""
            answer = self._work.ask(
                hand.module,
                hand.node,
                "hand-reflection",
                f"{_named(hand.node)} allows {who}{cookies}, and the policy replaces that. Is the policy all "
                "you need?",
            )
            settled = settled and answer is not None
            given = answer if isinstance(answer, tuple) else given
            if answer is not None:
                self._work.say(
                    "delete yourself",
                    hand.module,
                    hand.node,
                    "hand-written-headers",
                    f"{_named(hand.node)} sets {names}",
                )
        return settled, given

    def options_handlers(self) -> None:
        """Name the views and hooks that answer ``OPTIONS``, which no longer run for preflights."""
        for module in self._work.project.modules:
            if module.is_test or b"OPTIONS" not in module.source.data:
                continue
            for node in module.source.nodes:
                if isinstance(node, ast.Compare) and _compares_options(node):
                    function = _function(module.scope.nodes[node])
                    self._work.say(
                        "delete yourself",
                        module,
                        function,
                        "options-handler",
                        f"{_named(function)} answers OPTIONS: it no longer runs for preflights",
                    )

    def sockets(self) -> Iterator[tuple[Module, Scope, ast.Call]]:
        """Yield the calls that put Flask-SocketIO around an application."""
        targets = self._work.targets
        made: set[int] = set()
        for module, scope, call in targets.calls_of("SocketIO"):
            if self._is_socketio(call.func, module, scope):
                made.add(id(call))
                if call.args or any(keyword.arg == "app" for keyword in call.keywords):
                    yield module, scope, call
        for module, scope, call in targets.calls_of("init_app"):
            if isinstance(call.func, ast.Attribute):
                for meaning in self._work.resolver.lookup(call.func.value, module, scope):
                    node = getattr(meaning, "node", None)
                    if isinstance(node, ast.Call) and id(node) in made:
                        yield module, scope, call

    def _is_socketio(self, node: ast.AST, module: Module, scope: Scope) -> bool:
        found = self._work.resolver.lookup(node, module, scope)
        return any(isinstance(each, External) and each.dotted.startswith("flask_socketio") for each in found)


def _header(node: ast.AST) -> str | None:
    is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return str(node.value).lower() if is_text and _HEADER.fullmatch(node.value) else None  # type: ignore[attr-defined]


def _is_docstring_or_read(node: ast.AST, module: Module) -> bool:
    """Whether a header is only named: as an item of a list, or where one is read."""
    parent = module.scope.parents.get(node)
    if isinstance(parent, (ast.List, ast.Compare, ast.Expr, ast.keyword)):
        return True
    if isinstance(parent, ast.Tuple) and not isinstance(
        module.scope.parents.get(parent), (ast.List, ast.Tuple)
    ):
        return True
    if isinstance(parent, ast.Subscript):
        return isinstance(parent.ctx, (ast.Load, ast.Del))
    if isinstance(parent, ast.Call) and isinstance(parent.func, ast.Attribute):
        return parent.func.attr in {"get", "pop", "remove", "getlist", "has_key"}
    return False


def _function(scope: Scope) -> ast.AST:
    found: Scope | None = scope
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    while found is not None and not isinstance(found.node, functions):
        scope, found = found, found.parent
    return found.node if found is not None else scope.node


def _is_view(node: ast.AST) -> bool:
    decorators = getattr(node, "decorator_list", [])
    return not any("request" in ast.dump(each) for each in decorators)


def _named(node: ast.AST) -> str:
    name = getattr(node, "name", "")
    return f"{name}()" if name else "this module"


def _is_within(hand: HandWritten, values: dict[str, Any] | None) -> bool:
    """Whether a policy allows what is allowed by hand."""
    if not hand.origins and not hand.credentials:
        return True
    if values is None:
        return False
    origins = values.get("origins", [])
    if hand.credentials and not values.get("credentials"):
        return False
    if origins == "*":
        return not hand.credentials
    return bool(origins) and all(each is not None and each in origins for each in hand.origins)


def _compares_options(node: ast.Compare) -> bool:
    texts = [each.value for each in [node.left, *node.comparators] if isinstance(each, ast.Constant)]
    return "OPTIONS" in texts and "method" in ast.dump(node)
