"""The ``CORS_*`` keys of a configuration, and whether the program reads them itself."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from .options import KEYS, OPTIONS
from .project import Module
from .resolver import MAX_DEPTH
from .scopes import Scope
from .settings import Setting, Settings
from .values import Value
from .work import Work

_KEY: Final = re.compile(r"CORS_[A-Z_]+")

#: What loads classes or modules into a configuration.
_OPEN_LOADERS: Final = ("from_prefixed_env", "from_envvar", "from_file", "from_json")
_LOADERS: Final = ("from_object", "from_pyfile", "from_mapping", *_OPEN_LOADERS)


@dataclass(eq=False)
class KeyUse:
    """One place that sets a key.

    :ivar node: the statement, the keyword or the key of the dictionary.
    :ivar how: ``app.config["K"] = v``, ``config.update(K=v)``, ``{"K": v}``, an attribute or a variable.
    """

    key: str
    value: ast.expr
    node: ast.AST
    how: Literal["subscript", "keyword", "entry", "attribute", "variable"]
    module: Module
    scope: Scope


class Configuration:
    """The keys that a project sets."""

    def __init__(self, work: Work) -> None:
        self._work = work
        found = [use for module in work.project.modules for use in _uses(module)]
        self._loads = {name: work.targets.calls_of(name) for name in _LOADERS}
        self._objects = [
            self._loaded(call, where, scope) for where, scope, call in self._loads["from_object"]
        ]
        self.uses = [use for use in found if self._is_loaded(use)]
        self._reads = [read for module in work.project.modules for read in _reads(module)]

    def _loaded(self, call: ast.Call, module: Module, scope: Scope) -> set[ast.AST] | None:
        """Return the classes and modules that ``from_object`` loads; ``None`` if that is unknown."""
        found: set[ast.AST] = set()
        for argument in call.args[:1]:
            value = self._work.evaluator.value(argument, module, scope)
            for candidate in value.candidates:
                if isinstance(candidate, str):
                    target = self._work.project.find(candidate)
                    owner = self._work.project.find(candidate.rpartition(".")[0])
                    if target is not None:
                        found.add(target.source.tree)
                    elif owner is not None:
                        for each in self._work.resolver.member(owner, candidate.rpartition(".")[2]):
                            found |= self._with_bases(each)
            for meaning in self._work.resolver.lookup(argument, module, scope):
                if isinstance(meaning, Module):
                    found.add(meaning.source.tree)
                else:
                    found |= self._with_bases(meaning)
        return found or None

    def _with_bases(self, meaning: object, depth: int = 0) -> set[ast.AST]:
        node = getattr(meaning, "node", None)
        if isinstance(node, ast.Call):
            # An instance of a class.
            found: set[ast.AST] = set()
            for called in self._work.resolver.lookup(node.func, meaning.module, meaning.scope):  # type: ignore[attr-defined]
                found |= self._with_bases(called, depth + 1)
            return found
        if not isinstance(node, ast.ClassDef) or depth > MAX_DEPTH:
            return set()
        found = {node}
        for base in self._work.resolver.bases(meaning):  # type: ignore[arg-type]  # a definition
            found |= self._with_bases(base, depth + 1)
        return found

    def _is_loaded(self, use: KeyUse) -> bool:
        if use.how in {"subscript", "keyword", "entry"}:
            return True
        owner = use.scope.node
        if not any(self._loads.values()):
            return False
        known = [each for each in self._objects if each is not None]
        if len(known) == len(self._objects) and self._objects:
            return any(owner in each for each in known)
        is_file = use.how == "variable" and any(self._loads[name] for name in ("from_pyfile", "from_envvar"))
        return bool(self._objects) if use.how == "attribute" else bool(self._objects) or is_file

    def is_read(self, key: str) -> bool:
        """Whether the program reads a key itself."""
        return any(word == key for word, _ in self._reads)

    def of(self, key: str) -> list[KeyUse]:
        """Return the places that set a key."""
        return [use for use in self.uses if use.key == key]

    def known_keys(self) -> list[str]:
        """Return the keys that Flask-CORS read, in order."""
        return [key for key in dict.fromkeys(use.key for use in self.uses) if key in KEYS]

    def dead(self) -> Iterator[KeyUse]:
        """Yield the places that set keys which Flask-CORS never read, such as ``CORS_HEADERS``."""
        for use in self.uses:
            if use.key not in KEYS and not self.is_read(use.key) and use.key in _DEAD:
                yield use

    @property
    def is_open(self) -> bool:
        """Whether an environment variable, or a file that is not Python, can set any key."""
        return any(self._loads[name] for name in _OPEN_LOADERS)

    def is_certain(self, key: str) -> bool:
        """Whether a key is set in every case, by one line of the program alone."""
        uses = self.of(key)
        return len(uses) == 1 and not self.is_open and not _is_conditional(uses[0])

    def settings(self) -> Settings:
        """Return the options that the configuration gives, or can give."""
        result = Settings()
        keys = self.known_keys()
        if self.is_open:
            # Who may read, and with cookies or not, must not be read from the code alone.
            keys += [key for key in ("CORS_ORIGINS", "CORS_SUPPORTS_CREDENTIALS") if key not in keys]
        for key in keys:
            result.by_name[KEYS[key]] = self._setting(key)
        return result

    def _setting(self, key: str) -> Setting:
        uses = self.of(key)
        values = [self._work.evaluator.value(use.value, use.module, use.scope) for use in uses]
        candidates = tuple(each for value in values for each in value.candidates)
        if self.is_certain(key):
            use = uses[0]
            return Setting(key, values[0], use.value, use.module, use.scope, use.node)
        if self.is_open or all(map(_is_conditional, uses)):
            candidates = (*candidates, OPTIONS[KEYS[key]].default)
        module = uses[0].module if uses else self._work.project.modules[0]
        return Setting(
            key,
            Value(candidates, False),
            None,
            module,
            module.scope,
            uses[0].node if uses else module.source.tree,
        )


#: Keys that were never read, or no longer.
_DEAD: Final = frozenset(
    {"CORS_HEADERS", "CORS_ORIGIN", "CORS_ALLOW_ORIGIN", "CORS_ALLOW_ORIGINS", "CORS_ALLOWED_ORIGINS"}
    | {"CORS_METHOD", "CORS_ALLOW_CREDENTIALS", "CORS_SUPPORT_CREDENTIALS", "CORS_EXPOSED_HEADERS"}
    | {"CORS_ALLOW_METHODS", "CORS_ALLOWED_HEADERS"}
)


def _is_conditional(use: KeyUse) -> bool:
    """Whether a key is set in some cases only."""
    node: ast.AST = use.node
    while node is not use.scope.node:
        if isinstance(node, (ast.If, ast.Try, ast.For, ast.While, ast.Match)):
            return True
        node = use.module.scope.parents[node]
    return False


def _uses(module: Module) -> Iterator[KeyUse]:
    if b"CORS_" not in module.source.data:
        return
    for node in module.source.nodes:
        scope = module.scope.nodes.get(node, module.scope)
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                if isinstance(target, ast.Subscript) and _is_config(target.value) and _key(target.slice):
                    yield KeyUse(_key(target.slice), node.value, node, "subscript", module, scope)
                elif isinstance(target, ast.Name) and _KEY.fullmatch(target.id) and not scope.is_function:
                    how: Literal["attribute", "variable"] = "attribute" if scope.is_class else "variable"
                    yield KeyUse(target.id, node.value, node, how, module, scope)
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and _is_config(node.func.value)
        ):
            yield from _of_call(node, module, scope)


def _of_call(node: ast.Call, module: Module, scope: Scope) -> Iterator[KeyUse]:
    name = node.func.attr  # type: ignore[attr-defined]  # an attribute
    if name not in {"update", "from_mapping", "setdefault"}:
        return
    for keyword in node.keywords:
        if keyword.arg and _KEY.fullmatch(keyword.arg):
            yield KeyUse(keyword.arg, keyword.value, keyword, "keyword", module, scope)
    for argument in node.args:
        if isinstance(argument, ast.Dict):
            for key, value in zip(argument.keys, argument.values, strict=True):
                if key is not None and _key(key):
                    yield KeyUse(_key(key), value, key, "entry", module, scope)


def _is_config(node: ast.expr) -> bool:
    return (isinstance(node, ast.Attribute) and node.attr == "config") or (
        isinstance(node, ast.Name) and node.id in {"config", "app_config"}
    )


def _key(node: ast.expr) -> str:
    is_key = isinstance(node, ast.Constant) and isinstance(node.value, str) and _KEY.fullmatch(node.value)
    return str(node.value) if is_key else ""  # type: ignore[attr-defined]  # a constant


def _is_environment(node: ast.expr) -> bool:
    # It has keys of its own.
    return "environ" in {getattr(node, "attr", ""), getattr(node, "id", "")}


def _reads(module: Module) -> Iterator[tuple[str, ast.AST]]:
    if b"CORS_" not in module.source.data:
        return
    for node in module.source.nodes:
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load) and _key(node.slice):
            if not _is_environment(node.value):
                yield _key(node.slice), node
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load) and _KEY.fullmatch(node.attr):
            yield node.attr, node
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and _KEY.fullmatch(node.id):
            yield node.id, node
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in {"get", "setdefault", "pop"}
        ):
            for argument in node.args[:1]:
                if _key(argument) and not _is_environment(node.func.value):
                    yield _key(argument), node
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if _KEY.fullmatch(alias.name):
                    yield alias.name, node
