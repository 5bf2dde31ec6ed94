"""Where a project uses Flask-CORS."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from typing import Final, Literal

from .project import Module, Project
from .resolver import Definition, Resolver
from .scopes import Scope
from .words import related

_NAME: Final = re.compile(
    r"(?:flask_cors|flask\.ext\.cors|flask_ext_cors)(?:\.(?:extension|decorator|core))?\.(\w+)"
)
_MODULE: Final = re.compile(r"(?:flask_cors|flask\.ext\.cors|flask_ext_cors)(?:\.\w+)*")
#: What can be imported and is moved; ``cors`` is of ``flask.ext``.
_KNOWN: Final = frozenset({None, "CORS", "cross_origin", "core", "decorator", "extension", "cors"})
_QUART: Final = re.compile(r"quart_cors(?:\.\w+)*")


def name_in_flask_cors(dotted: str) -> str | None:
    """Return what *dotted* is called in Flask-CORS, if it is from there."""
    match = _NAME.fullmatch(dotted)
    return match[1] if match else None


@dataclass(eq=False)
class Site:
    """One use of Flask-CORS.

    :ivar node: the expression.
    """

    module: Module
    scope: Scope
    node: ast.expr

    @property
    def place(self) -> str:
        """Where it is, as ``path:line``."""
        return self.module.source.place(self.node)

    @property
    def statement(self) -> ast.stmt:
        """The statement that it is in."""
        node: ast.AST = self.node
        while not isinstance(node, ast.stmt):
            node = self.module.scope.parents[node]
        return node


@dataclass(eq=False)
class ExtensionCall(Site):
    """``CORS(...)`` or ``cors.init_app(...)``.

    :ivar call: the call.
    :ivar target: the application or blueprint; ``None`` for ``CORS()``.
    :ivar made_by: the call of ``CORS`` whose ``init_app`` this is.
    """

    call: ast.Call
    target: ast.expr | None
    made_by: ExtensionCall | None = None
    is_init: bool = False


@dataclass(eq=False)
class Decoration(Site):
    """``cross_origin(...)``.

    :ivar call: the call; ``None`` without parentheses.
    :ivar how: a decorator, an item of ``decorators = [...]``, or a call around a view.
    :ivar owner: what is decorated.
    """

    call: ast.Call | None
    how: Literal["decorator", "list", "method list", "wrapper", "value"]
    owner: ast.AST | None


@dataclass(eq=False)
class Sites:
    """All uses of Flask-CORS in a project."""

    calls: list[ExtensionCall] = field(default_factory=list)
    decorations: list[Decoration] = field(default_factory=list)
    imports: list[tuple[Module, ast.Import | ast.ImportFrom, ast.alias]] = field(default_factory=list)
    unclear: list[tuple[Module, ast.AST, str]] = field(default_factory=list)
    quart: list[tuple[Module, ast.AST]] = field(default_factory=list)
    renamed: list[tuple[Module, ast.AST, str]] = field(default_factory=list)


class SiteFinder:
    """Finds where a project uses Flask-CORS."""

    def __init__(self, project: Project, resolver: Resolver) -> None:
        self._project = project
        self._resolver = resolver
        self._sites = Sites()
        self._made: dict[ast.AST, ExtensionCall] = {}
        #: The words that can refer to something of Flask-CORS.
        self._names = related(project, ("CORS", "cross_origin"), ("flask_cors", "flask_ext_cors"))

    def find(self) -> Sites:
        """Return all of them."""
        names = self._names
        later: list[tuple[Module, Scope, ast.expr]] = []
        for module in self._project.modules:
            self._find_imports(module)
            if not any(name.encode() in module.data for name in names):
                continue
            for node in module.source.nodes:
                if isinstance(node, (ast.Name, ast.Attribute)) and isinstance(node.ctx, ast.Load):
                    word = node.id if isinstance(node, ast.Name) else node.attr
                    if word in names:
                        later.append((module, module.scope.nodes[node], node))
        remaining = [each for each in later if not self._find_call(*each)]
        for module, scope, node in remaining:
            self._find_use(module, scope, node)
        order = {module: at for at, module in enumerate(self._project.modules)}
        self._sites.calls.sort(key=lambda call: (order[call.module], call.call.lineno))
        return self._sites

    def _find_imports(self, module: Module) -> None:
        for node in module.source.all_of(ast.Import):
            for alias in node.names:
                if _MODULE.fullmatch(alias.name):
                    self._sites.imports.append((module, node, alias))
                elif _QUART.fullmatch(alias.name):
                    self._sites.quart.append((module, node))
        for each in module.source.all_of(ast.ImportFrom):
            for alias in each.names:
                self._find_imported(module, each, alias)

    def _find_imported(self, module: Module, node: ast.ImportFrom, alias: ast.alias) -> None:
        absolute = f"{module.absolute(node)}.{alias.name}"
        if _MODULE.fullmatch(module.absolute(node)) or _MODULE.fullmatch(absolute):
            self._sites.imports.append((module, node, alias))
            if alias.name == "*" or name_in_flask_cors(absolute) not in _KNOWN:
                self._sites.unclear.append((module, node, f"{alias.name} of Flask-CORS"))
        elif _QUART.fullmatch(module.absolute(node)):
            self._sites.quart.append((module, node))
        elif alias.name in self._names:
            name = alias.asname or alias.name
            scope = module.scope.nodes[node]
            found = self._resolver.externals(ast.Name(name, ast.Load()), module, scope)
            if any(name_in_flask_cors(each) in {"CORS", "cross_origin"} for each in found):
                # Another file of the project passes it on.
                self._sites.imports.append((module, node, alias))

    def _meaning(self, module: Module, scope: Scope, node: ast.expr) -> str | None:
        names = {name_in_flask_cors(each) for each in self._resolver.externals(node, module, scope)}
        found = names & {"CORS", "cross_origin"}
        return found.pop() if len(found) == 1 else None

    def _find_call(self, module: Module, scope: Scope, node: ast.expr) -> bool:
        """Whether *node* is the CORS of a call."""
        if self._meaning(module, scope, node) != "CORS":
            return False
        parent = module.scope.parents[node]
        if isinstance(parent, ast.Call) and parent.func is node:
            target = parent.args[0] if parent.args else _keyword(parent, "app")
            site = ExtensionCall(module, scope, parent, parent, target)
            self._sites.calls.append(site)
            self._made[parent] = site
            return True
        return False

    def _find_use(self, module: Module, scope: Scope, node: ast.expr) -> None:
        meaning = self._meaning(module, scope, node)
        parent = module.scope.parents[node]
        if meaning == "CORS":
            self._find_reference(module, node, parent)
        elif meaning == "cross_origin":
            self._find_decoration(module, scope, node, parent)
        elif isinstance(parent, ast.Attribute) and parent.attr == "init_app":
            call = module.scope.parents[parent]
            made_by = self._maker(module, scope, node)
            if made_by is not None and isinstance(call, ast.Call) and call.func is parent:
                target = call.args[0] if call.args else _keyword(call, "app")
                self._sites.calls.append(
                    ExtensionCall(module, scope, call, call, target, made_by, is_init=True)
                )
        elif isinstance(node, ast.Name):
            self._find_member(module, scope, node)

    def _find_member(self, module: Module, scope: Scope, node: ast.expr) -> None:
        """Record what a program uses of Flask-CORS beside the two names that are moved."""
        if not any(_MODULE.fullmatch(each) for each in self._resolver.externals(node, module, scope)):
            return
        parent = module.scope.parents[node]
        while isinstance(parent, ast.Attribute) and parent.attr in {"core", "decorator", "extension"}:
            node, parent = parent, module.scope.parents[parent]
        if not isinstance(parent, ast.Attribute) or parent.attr not in {"CORS", "cross_origin"}:
            used = parent if isinstance(parent, ast.Attribute) else node
            self._sites.unclear.append((module, used, module.source.of(used)))

    def _find_reference(self, module: Module, node: ast.expr, parent: ast.AST) -> None:
        if _is_annotation(node, module.scope.parents) or isinstance(
            parent, (ast.If, ast.Compare, ast.BoolOp, ast.UnaryOp, ast.IfExp)
        ):
            self._sites.renamed.append((module, node, "CorsGuard"))
        else:
            self._sites.unclear.append((module, node, f"{module.source.of(node)} is used as a value"))

    def _maker(self, module: Module, scope: Scope, node: ast.expr) -> ExtensionCall | None:
        for found in self._resolver.lookup(node, module, scope):
            if isinstance(found, Definition) and found.node in self._made:
                return self._made[found.node]
        return None

    def _find_decoration(self, module: Module, scope: Scope, node: ast.expr, parent: ast.AST) -> None:
        parents = module.scope.parents
        call = parent if isinstance(parent, ast.Call) and parent.func is node else None
        used: ast.expr = call or node
        around = parents[used]
        how, owner = _use_of(used, around, parents)
        self._sites.decorations.append(Decoration(module, scope, used, call, how, owner))


def _is_annotation(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> bool:
    while isinstance(node, ast.expr):
        above = parents[node]
        if node in (getattr(above, "annotation", None), getattr(above, "returns", None)):
            return True
        node = above
    return False


def _use_of(
    used: ast.expr, around: ast.AST, parents: dict[ast.AST, ast.AST]
) -> tuple[Literal["decorator", "list", "method list", "wrapper", "value"], ast.AST | None]:
    if (
        isinstance(around, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
        and used in around.decorator_list
    ):
        return "decorator", around
    if isinstance(around, ast.Call) and around.func is used and around.args:
        return "wrapper", around.args[0]
    if isinstance(around, (ast.List, ast.Tuple)):
        statement = parents[around]
        target = statement.targets[0] if isinstance(statement, ast.Assign) else None
        if isinstance(target, ast.Name) and target.id == "decorators":
            return "list", parents[statement]
        if isinstance(target, ast.Name) and target.id == "method_decorators":
            return "method list", parents[statement]
        if isinstance(statement, ast.keyword) and statement.arg == "decorators":
            return "list", None
    return "value", None


def _keyword(call: ast.Call, name: str) -> ast.expr | None:
    return next((each.value for each in call.keywords if each.arg == name), None)
