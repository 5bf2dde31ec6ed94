"""The paths of the routes of a project, as far as they are written down."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cached_property
from typing import Final, NamedTuple

from .evaluator import Evaluator
from .project import Module, Project
from .resolver import MAX_DEPTH, Resolver
from .scopes import Scope
from .targets import Targets

_BY_DECORATOR: Final = frozenset(
    {"route", "get", "post", "put", "patch", "delete", "add_url_rule", "add_resource"}
)

_CONVERTER: Final = re.compile(r"<(?:(\w+)(?:\([^)]*\))?:)?\w+>")


class Route(NamedTuple):
    """A route.

    :ivar path: with an example in the place of each converter.
    :ivar fixed: the part of it before the first converter.
    :ivar view: the function or class, if it is decorated there.
    """

    path: str
    fixed: str
    view: ast.AST | None


class Routes:
    """Finds the routes of a project, with the prefixes of their blueprints."""

    def __init__(self, project: Project, resolver: Resolver, evaluator: Evaluator, targets: Targets) -> None:
        self._project = project
        self._resolver = resolver
        self._evaluator = evaluator
        self._targets = targets
        self._prefixes: dict[int, set[str]] = {}
        self._of_owners: dict[tuple[Module, ast.AST, str], set[str]] = {}

    @cached_property
    def _registrations(self) -> dict[int, list[tuple[Module, Scope, ast.Call]]]:
        """The calls of ``register_blueprint``, by the call that made the blueprint."""
        found: dict[int, list[tuple[Module, Scope, ast.Call]]] = {}
        for where, inside, call in self._targets.calls_of("register_blueprint"):
            for argument in [*call.args, *(keyword.value for keyword in call.keywords)][:1]:
                for made in self._targets.made(argument, where, inside):
                    found.setdefault(id(made.node), []).append((where, inside, call))
        return found

    def all(self) -> list[Route]:
        """Return every route that is written down."""
        found: list[Route] = []
        for name in sorted(_BY_DECORATOR):
            for module, scope, call in self._targets.calls_of(name):
                if isinstance(call.func, ast.Attribute):
                    found += self._of_call(call, call.func.value, module, scope)
        return list(dict.fromkeys(found))

    def _of_call(self, call: ast.Call, owner: ast.expr, module: Module, scope: Scope) -> Iterator[Route]:
        parent = module.scope.parents.get(call)
        view = parent if isinstance(parent, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) else None
        arguments = [*call.args, *(each.value for each in call.keywords if each.arg == "rule")]
        for argument in arguments:
            value = self._evaluator.value(argument, module, scope)
            for path in value.candidates:
                if isinstance(path, str) and (path.startswith("/") or (path == "" and view is not None)):
                    for prefix in self.prefixes(owner, module, scope):
                        yield route_of(f"{prefix.rstrip('/')}{path}" or "/", view)

    def prefixes(self, owner: ast.expr, module: Module, scope: Scope, depth: int = 0) -> set[str]:
        """Return what the paths of *owner*'s routes can begin with."""
        key = module, scope.node, ast.dump(owner)
        if key not in self._of_owners:
            self._of_owners[key] = self._found(owner, module, scope, depth)
        return self._of_owners[key]

    def _found(self, owner: ast.expr, module: Module, scope: Scope, depth: int) -> set[str]:
        found: set[str] = set()
        for made in self._targets.made(owner, module, scope):
            if made.kind == "blueprint" and isinstance(made.node, ast.Call):
                found |= self._of_blueprint(made.node, made.module, made.scope, depth)
        if not found:
            found = {self._keyword_of_maker(owner, module, scope, depth) if depth <= MAX_DEPTH else ""}
        return found

    def _keyword_of_maker(self, owner: ast.expr, module: Module, scope: Scope, depth: int) -> str:
        """Return the prefix of an ``Api`` or a namespace of another library."""
        for meaning in self._resolver.lookup(owner, module, scope):
            node = getattr(meaning, "node", None)
            if isinstance(node, ast.Call):
                for name in ("prefix", "path", "url_prefix"):
                    text = self._text(node, name, meaning.module, meaning.scope)  # type: ignore[union-attr]
                    if text:
                        return text
                for each in node.args[:1]:
                    inner = self.prefixes(each, meaning.module, meaning.scope, depth + 1)  # type: ignore[union-attr]
                    return max(inner)
        return ""

    def _of_blueprint(self, made: ast.Call, module: Module, scope: Scope, depth: int) -> set[str]:
        if id(made) in self._prefixes:
            return self._prefixes[id(made)]
        self._prefixes[id(made)] = set()
        own = self._text(made, "url_prefix", module, scope)
        found: set[str] = set()
        for where, inside, call in self._registrations.get(id(made), ()):
            given = self._text(call, "url_prefix", where, inside)
            prefix = own if given is None else given
            parents = {""}
            if isinstance(call.func, ast.Attribute):
                parents = self.prefixes(call.func.value, where, inside, depth + 1)
            found |= {f"{each.rstrip('/')}{prefix or ''}" for each in parents}
        self._prefixes[id(made)] = found or {own or ""}
        return self._prefixes[id(made)]

    def _text(self, call: ast.Call, name: str, module: Module, scope: Scope) -> str | None:
        for keyword in call.keywords:
            if keyword.arg == name:
                candidates = self._evaluator.value(keyword.value, module, scope).candidates
                return candidates[0] if candidates and isinstance(candidates[0], str) else ""
        return None


def route_of(rule: str, view: ast.AST | None) -> Route:
    """Return the route with a rule of the URL map."""
    path = _CONVERTER.sub(lambda match: "x/y" if match[1] == "path" else "1", rule)
    first = _CONVERTER.search(rule)
    return Route(path, rule[: first.start()] if first else rule, view)
