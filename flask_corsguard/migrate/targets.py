"""Finds the applications and the blueprints in the files of a project."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, cast

from .project import Module, Project
from .resolver import MAX_DEPTH, Definition, External, Resolver
from .scopes import Scope
from .words import related

Kind = Literal["app", "blueprint", "asgi", "extension", "unknown"]

#: Classes of other libraries, by the end of their names.
_KINDS: Final[dict[str, Kind]] = {
    **dict.fromkeys(("Flask", "APIFlask", "OpenAPI", "FlaskApp", "Eve"), "app"),
    **dict.fromkeys(("Blueprint", "APIBlueprint", "SmorestBlueprint"), "blueprint"),
    **dict.fromkeys(("Quart", "FastAPI", "Starlette", "QuartTrio", "AsyncApp", "Litestar", "Sanic"), "asgi"),
}

_APP_NAME: Final = re.compile(
    r"(?:.*_)?(?:app|application|server|flask_?app|wsgi)\d*|current_app", re.IGNORECASE
)
_BLUEPRINT_NAME: Final = re.compile(r"(?:.*_)?(?:bp|blueprint|bluep)\d*|bp_.*|blueprint_.*", re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class Creation:
    """A call that makes an application or a blueprint, or a class that is one."""

    kind: Kind
    node: ast.AST
    module: Module
    scope: Scope


class Targets:
    """Finds what an expression is, and which applications a project makes."""

    def __init__(self, project: Project, resolver: Resolver) -> None:
        self._project = project
        self._resolver = resolver
        self._calls: dict[str, list[tuple[Module, ast.Call]]] = {}
        for module in project.modules:
            for node in module.source.all_of(ast.Call):
                word = getattr(node.func, "id", None) or getattr(node.func, "attr", None)
                if word:
                    self._calls.setdefault(word, []).append((module, node))
        self._classes = related(project, _KINDS)

    def calls_of(self, name: str) -> list[tuple[Module, Scope, ast.Call]]:
        """Return the calls of whatever has that name."""
        return [(module, module.scope.nodes[call], call) for module, call in self._calls.get(name, [])]

    def creations(self, kind: Kind) -> list[Creation]:
        """Return the calls that make objects of *kind*, such as applications."""
        return [
            Creation(kind, call, module, scope)
            for word in self._calls
            if word in self._classes
            for module, scope, call in self.calls_of(word)
            if self._kind_of_class(call.func, module, scope) == kind
        ]

    def kind(self, node: ast.expr, module: Module, scope: Scope) -> Kind:
        """Return what *node* is."""
        kinds: set[Kind] = {each.kind for each in self.made(node, module, scope)}
        if len(kinds) == 1:
            return kinds.pop()
        return "unknown" if kinds else self._kind_by_name(node, module, scope)

    def _kind_by_name(self, node: ast.expr, module: Module, scope: Scope) -> Kind:
        for found in self._resolver.lookup(node, module, scope):
            if isinstance(found, Definition) and isinstance(found.node, ast.arg) and found.node.annotation:
                kind = self._kind_of_class(found.node.annotation, found.module, found.scope.parent or scope)
                if kind != "unknown":
                    return kind
            elif isinstance(found, External) and found.dotted == "flask.current_app":
                return "app"
        if isinstance(node, ast.Name) and node.id == "self":
            owner = scope.enclosing_class
            if owner is not None:
                return self._kind_of_definition(Definition(owner.node, module, owner))
        word = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
        if _BLUEPRINT_NAME.fullmatch(word):
            return "blueprint"
        return "app" if _APP_NAME.fullmatch(word) else "unknown"

    def made(self, node: ast.AST, module: Module, scope: Scope, depth: int = 0) -> list[Creation]:
        """Return the calls that can have made what *node* is."""
        found: list[Creation] = []
        if depth > MAX_DEPTH:
            return found
        for meaning in self._resolver.lookup(node, module, scope):
            if not isinstance(meaning, Definition):
                continue
            if isinstance(meaning.node, ast.Call):
                found += self._made_by_call(meaning, depth)
            elif isinstance(meaning.node, ast.arg):
                found += self._given(meaning, depth)
            elif isinstance(meaning.node, (ast.IfExp, ast.BoolOp)):
                parts = (
                    [meaning.node.body, meaning.node.orelse]
                    if isinstance(meaning.node, ast.IfExp)
                    else meaning.node.values
                )
                for part in parts:
                    found += self.made(part, meaning.module, meaning.scope, depth + 1)
        return list({id(each.node): each for each in found}.values())

    def _made_by_call(self, meaning: Definition, depth: int) -> Iterator[Creation]:
        call = cast("ast.Call", meaning.node)
        kind = self._kind_of_class(call.func, meaning.module, meaning.scope)
        if kind != "unknown":
            yield Creation(kind, call, meaning.module, meaning.scope)
            return
        for called in self._resolver.lookup(call.func, meaning.module, meaning.scope):
            if isinstance(called, Definition) and isinstance(
                called.node, (ast.FunctionDef, ast.AsyncFunctionDef)
            ):
                inner = called.module.scope.nodes[called.node]
                for node in ast.walk(called.node):
                    if isinstance(node, ast.Return) and node.value is not None:
                        yield from self.made(node.value, called.module, inner, depth + 1)

    def _given(self, meaning: Definition, depth: int) -> Iterator[Creation]:
        """Yield what callers give for a parameter."""
        function, parameter = meaning.scope.node, cast("ast.arg", meaning.node)
        if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            return
        names = [each.arg for each in [*function.args.posonlyargs, *function.args.args]]
        is_method = bool(names) and names[0] in {"self", "cls"}
        word = function.name
        if word == "__init__":
            # It is called by the name of its class.
            owner = meaning.scope.enclosing_class
            word = str(getattr(owner and owner.node, "name", word))
        for module, scope, call in self.calls_of(word):
            given = next((each.value for each in call.keywords if each.arg == parameter.arg), None)
            if given is None and parameter.arg in names:
                at = names.index(parameter.arg) - is_method
                given = call.args[at] if 0 <= at < len(call.args) else None
            if given is not None:
                yield from self.made(given, module, scope, depth + 1)

    def _kind_of_class(self, node: ast.AST, module: Module, scope: Scope) -> Kind:
        for found in self._resolver.lookup(node, module, scope):
            if isinstance(found, External):
                kind = _KINDS.get(found.dotted.rpartition(".")[2], "unknown")
                if kind != "unknown":
                    return "asgi" if found.dotted.startswith("quart") else kind
            elif isinstance(found, Definition):
                kind = self._kind_of_definition(found)
                if kind != "unknown":
                    return kind
        return "unknown"

    def _kind_of_definition(self, definition: Definition, depth: int = 0) -> Kind:
        for base in self._resolver.bases(definition):
            if isinstance(base, External):
                kind = _KINDS.get(base.dotted.rpartition(".")[2], "unknown")
            elif isinstance(base, Definition) and depth < MAX_DEPTH:
                kind = self._kind_of_definition(base, depth + 1)
            else:
                kind = "unknown"
            if kind != "unknown":
                return kind
        return "unknown"
