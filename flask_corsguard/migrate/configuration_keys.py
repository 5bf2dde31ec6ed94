"""The places of a program that set or read a ``CORS_*`` key of its configuration."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from .options import KEYS
from .project import Module
from .scopes import Scope

_KEY: Final = re.compile(r"CORS_[A-Z_]+")

#: The beginning of keys that a program puts together.
_PREFIX: Final = re.compile(r"(?:FLASK_)?CORS_")


@dataclass(eq=False)
class KeyUse:
    """One place that sets a key.

    :ivar node: the statement, the keyword or the key of the dictionary.
    :ivar how: ``app.config["K"] = v``, ``config.update(K=v)``, ``{"K": v}``, an attribute or a variable; or
        it stays as it is, where it does not show whether the value is loaded.
    """

    key: str
    value: ast.expr
    node: ast.AST
    how: Literal["subscript", "keyword", "entry", "attribute", "variable", "kept"]
    module: Module
    scope: Scope


def uses_in(module: Module) -> Iterator[KeyUse]:
    """Yield the places that set keys, and can be changed."""
    if b"CORS_" not in module.data:
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
        elif isinstance(node, ast.Call) and _is_update(node):
            yield from _of_call(node, module, scope)


def _of_call(node: ast.Call, module: Module, scope: Scope) -> Iterator[KeyUse]:
    for keyword in node.keywords:
        if keyword.arg and _KEY.fullmatch(keyword.arg):
            yield KeyUse(keyword.arg, keyword.value, keyword, "keyword", module, scope)
    for argument in node.args:
        if _is_dict_call(argument):
            for keyword in argument.keywords:  # type: ignore[attr-defined]  # a call
                if keyword.arg and _KEY.fullmatch(keyword.arg):
                    yield KeyUse(keyword.arg, keyword.value, keyword, "keyword", module, scope)
        elif isinstance(argument, ast.Dict):
            for key, value in zip(argument.keys, argument.values, strict=True):
                if key is not None and _key(key):
                    yield KeyUse(_key(key), value, key, "entry", module, scope)


def kept_in(module: Module) -> Iterator[KeyUse]:
    """Yield what has the name of a key and can come into the configuration on a way that does not show."""
    if b"CORS_" not in module.data or module.is_test:
        return
    for node in module.source.nodes:
        scope = module.scope.nodes.get(node, module.scope)
        for key, value in _named(node, module, scope):
            if key in KEYS:
                yield KeyUse(key, value or ast.Constant(None), node, "kept", module, scope)


def _named(node: ast.AST, module: Module, scope: Scope) -> Iterator[tuple[str, ast.expr | None]]:
    """Yield the names that a node gives values, with these."""
    if isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if key is not None:
                yield _key(key), value
    elif isinstance(node, ast.Call):
        for keyword in node.keywords:
            yield keyword.arg or "", keyword.value
        if getattr(node.func, "attr", "") == "setdefault" and node.args:
            yield _key(node.args[0]), node.args[-1]
    elif isinstance(node, ast.FunctionDef) and scope.parent is not None and scope.parent.is_class:
        yield node.name, None
    elif isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Attribute):
                yield target.attr, node.value
            elif isinstance(target, ast.Subscript) and not _is_environment(target.value):
                yield from ((text, node.value) for text in _texts(target.slice, module))


def _texts(node: ast.expr, module: Module) -> Iterator[str]:
    """Yield the texts that are the value of a name at the top of its module."""
    if _key(node):
        yield _key(node)
    elif isinstance(node, ast.Name):
        for binding in module.scope.bindings.get(node.id, []):
            if isinstance(binding.value, ast.Constant) and isinstance(binding.value.value, str):
                yield binding.value.value


def unseen_in(module: Module) -> Iterator[ast.AST]:
    """Yield what sets keys of the configuration that are not written there."""
    if b"config" not in module.data:
        return
    for node in module.source.all_of(ast.Subscript, ast.AugAssign, ast.Call):
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store) and _is_config(node.value):
            values: list[ast.expr] = [node.slice]
        elif isinstance(node, ast.AugAssign) and _is_config(node.target):
            values = [node.value]
        elif isinstance(node, ast.Call) and _is_update(node):
            values = [*node.args, *(each.value for each in node.keywords if each.arg is None)]
        else:
            continue
        if not all(_is_seen(each, module.scope.nodes[node]) for each in values):
            yield node


def _is_update(node: ast.Call) -> bool:
    function = node.func
    is_method = isinstance(function, ast.Attribute) and function.attr in {"update", "from_mapping"}
    return is_method and _is_config(function.value)  # type: ignore[attr-defined]  # an attribute


def _is_seen(node: ast.expr, scope: Scope) -> bool:
    """Whether the keys are written down; those that a test gives to a factory count as that."""
    if isinstance(node, ast.Name):
        return any(isinstance(each.node, ast.arg) for each in scope.find(node.id))
    return isinstance(node, (ast.Constant, ast.Dict)) or _is_dict_call(node)


def prefixes_in(module: Module) -> Iterator[ast.AST]:
    """Yield the beginnings of keys that are put together."""
    if b"CORS_" not in module.data:
        return
    for node in module.source.all_of(ast.Constant):
        if isinstance(node.value, str) and _PREFIX.fullmatch(node.value):
            yield node


def _is_dict_call(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "dict"


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


def reads_in(module: Module) -> Iterator[tuple[str, ast.AST]]:
    """Yield the keys that a program reads itself, with where."""
    if b"CORS_" not in module.data:
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
