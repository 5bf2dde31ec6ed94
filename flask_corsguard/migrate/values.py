"""The values that an expression can have, as far as the files of a project show it. Nothing is executed."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice, product
from typing import Any, Final

from .origins import UNKNOWN
from .project import Module
from .resolver import MAX_DEPTH, Definition, External, Meaning, Resolver
from .scopes import Scope

#: Values of one expression that are told apart.
MAX_CANDIDATES: Final = 8

#: What changes a list or a dictionary in place.
_MUTATORS: Final = frozenset(
    {"append", "extend", "add", "insert", "update", "remove", "pop", "clear", "setdefault"}
)

#: Methods of texts that are computed.
_TEXT_METHODS: Final = frozenset(
    {
        "split",
        "strip",
        "rstrip",
        "lstrip",
        "lower",
        "upper",
        "replace",
        "splitlines",
        "removesuffix",
        "format",
        "join",
    }
)

_FLAGS: Final = {"I": re.I, "IGNORECASE": re.I, "A": re.A, "ASCII": re.A, "X": re.X, "VERBOSE": re.X}


@dataclass(frozen=True)
class Value:
    """What an expression can be.

    :ivar candidates: the values that are written down.
    :ivar is_exact: whether there is no other one at run time.
    """

    candidates: tuple[Any, ...]
    is_exact: bool

    @property
    def is_known(self) -> bool:
        """Whether there is one value."""
        return self.is_exact and len(self.candidates) == 1

    @property
    def known(self) -> Any:
        """The one value."""
        return self.candidates[0]


_OPEN: Final = Value((), False)


def _known(value: Any) -> Value:
    return Value((value,), True)


class Evaluator:
    """Computes what can be known of an expression."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver

    def value(
        self,
        node: ast.AST,
        module: Module,
        scope: Scope,
        depth: int = 0,
        local: Mapping[str, Any] | None = None,
    ) -> Value:
        """Return what *node* can be.

        :param local: names that a comprehension has bound.
        """
        if depth > MAX_DEPTH:
            return _OPEN
        reader = getattr(self, f"_{type(node).__name__.lower()}", None)
        return _OPEN if reader is None else reader(node, _Context(module, scope, depth + 1, local or {}))

    def _in(self, node: ast.AST, at: _Context) -> Value:
        return self.value(node, at.module, at.scope, at.depth, at.local)

    def _constant(self, node: ast.Constant, _: _Context) -> Value:
        return _known(node.value)

    def _name(self, node: ast.Name, at: _Context) -> Value:
        if node.id in at.local:
            return _known(at.local[node.id])
        return self._followed(node, at)

    def _attribute(self, node: ast.Attribute, at: _Context) -> Value:
        return self._followed(node, at)

    def _followed(self, node: ast.expr, at: _Context) -> Value:
        found = self._resolver.lookup(node, at.module, at.scope)
        values = [self._meaning(each, at) for each in found]
        result = _any_of(values)
        name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
        if self._is_changed(name, at):
            return Value(result.candidates, False)
        return result

    def _meaning(self, meaning: Meaning, at: _Context) -> Value:
        if not isinstance(meaning, Definition):
            return _OPEN
        if isinstance(meaning.node, ast.arg):
            # The default is one value, and callers may give others.
            from .resolver import default_of

            default = default_of(meaning.scope.node, meaning.node)
            if default is None:
                return _OPEN
            outside = meaning.scope.parent or meaning.scope
            return Value(self.value(default, meaning.module, outside, at.depth).candidates, False)
        return self.value(meaning.node, meaning.module, meaning.scope, at.depth)

    def _is_changed(self, name: str, at: _Context) -> bool:
        return name in _changed_names(at.module)

    def _list(self, node: ast.List | ast.Tuple | ast.Set, at: _Context) -> Value:
        parts: list[list[Any]] = []
        is_exact = True
        for element in node.elts:
            inner = element.value if isinstance(element, ast.Starred) else element
            value = self._in(inner, at)
            is_exact = is_exact and value.is_known
            items: list[Any] = []
            for candidate in value.candidates:
                is_many = isinstance(element, ast.Starred) and isinstance(candidate, (list, tuple, set))
                items += candidate if is_many else [candidate]
            parts.append(items if value.is_exact else [*items, UNKNOWN])
        listed = [item for part in parts for item in part]
        return Value((tuple(listed) if isinstance(node, ast.Tuple) else listed,), is_exact)

    _tuple = _list
    _set = _list

    def _dict(self, node: ast.Dict, at: _Context) -> Value:
        result: dict[Any, Any] = {}
        is_exact = True
        for key, element in zip(node.keys, node.values, strict=True):
            value = self._in(element, at)
            if key is None:
                if not value.is_known or not isinstance(value.known, dict):
                    return _OPEN
                result.update(value.known)
                continue
            name = self._in(key, at)
            if not name.is_known or isinstance(name.known, (list, dict)):
                return _OPEN
            is_exact = is_exact and value.is_known
            result[name.known] = value.known if value.is_known else Several(value)
        return Value((result,), is_exact)

    def _ifexp(self, node: ast.IfExp, at: _Context) -> Value:
        return _any_of([self._in(node.body, at), self._in(node.orelse, at)])

    def _boolop(self, node: ast.BoolOp, at: _Context) -> Value:
        values = [self._in(each, at) for each in node.values]
        if isinstance(node.op, ast.Or) and values[0].is_known:
            return values[0] if values[0].known else _any_of(values[1:])
        return _any_of(values)

    def _unaryop(self, node: ast.UnaryOp, at: _Context) -> Value:
        value = self._in(node.operand, at)
        if isinstance(node.op, ast.Not):
            return Value(tuple(dict.fromkeys(not each for each in value.candidates)), value.is_exact)
        if isinstance(node.op, ast.USub) and value.is_known and isinstance(value.known, (int, float)):
            return _known(-value.known)
        return _OPEN

    def _binop(self, node: ast.BinOp, at: _Context) -> Value:
        left, right = self._in(node.left, at), self._in(node.right, at)
        results = []
        for one, other in product(left.candidates, right.candidates):
            if (
                isinstance(node.op, ast.Add)
                and type(one) is type(other)
                and isinstance(one, (str, list, tuple))
            ):
                results.append(one + other)
            elif isinstance(node.op, ast.Mult) and isinstance(one, int) and isinstance(other, int):
                results.append(one * other)
            elif isinstance(node.op, ast.Mod) and isinstance(one, str) and isinstance(other, str):
                results.append(one.replace("%s", other, 1))
        return _some(results, is_exact=left.is_exact and right.is_exact and bool(results))

    def _joinedstr(self, node: ast.JoinedStr, at: _Context) -> Value:
        parts = []
        for each in node.values:
            value = self._in(each.value if isinstance(each, ast.FormattedValue) else each, at)
            if not value.is_known:
                return Value(("".join(parts),) if False else (), False)
            parts.append(str(value.known))
        return _known("".join(parts))

    def _subscript(self, node: ast.Subscript, at: _Context) -> Value:
        base, key = self._in(node.value, at), self._in(node.slice, at)
        if base.is_known and key.is_known:
            try:
                value = base.known[key.known]
            except (KeyError, IndexError, TypeError):
                return _OPEN
            return value.value if isinstance(value, Several) else _known(value)
        return _OPEN

    def _listcomp(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp, at: _Context) -> Value:
        generator = node.generators[0]
        if len(node.generators) > 1 or not isinstance(generator.target, ast.Name):
            return _OPEN
        several = self._in(generator.iter, at)
        results = []
        for candidate in several.candidates:
            if not isinstance(candidate, (list, tuple, set)) or UNKNOWN in candidate:
                return _OPEN
            listed: list[Any] = []
            for item in candidate:
                inner = at.with_local(generator.target.id, item)
                tests = [self._in(test, inner) for test in generator.ifs]
                if not all(test.is_known for test in tests):
                    return _OPEN
                element = self._in(node.elt, inner)
                if not element.is_known:
                    return _OPEN
                if all(test.known for test in tests):
                    listed.append(element.known)
            results.append(listed)
        return _some(results, is_exact=several.is_exact)

    _setcomp = _listcomp
    _generatorexp = _listcomp

    def _call(self, node: ast.Call, at: _Context) -> Value:
        dotted = self._resolver.dotted(node.func, at.module, at.scope)
        if dotted in {"os.getenv", "os.environ.get"} or dotted.endswith((".environ.get", ".getenv")):
            default = self._in(node.args[1], at) if len(node.args) > 1 else _known(None)
            return Value(default.candidates if len(node.args) > 1 else (), False)
        if dotted in {"re.compile", "regex.compile"}:
            return self._regex(node, at)
        if dotted in {"datetime.timedelta", "timedelta"}:
            return self._timedelta(node, at)
        if isinstance(node.func, ast.Attribute) and node.func.attr in {*_TEXT_METHODS, "get"}:
            return self._method(node, node.func, at)
        if isinstance(node.func, ast.Name) and not at.scope.find(node.func.id):
            return self._builtin(node, node.func.id, at)
        return _OPEN

    def _regex(self, node: ast.Call, at: _Context) -> Value:
        pattern = self._in(node.args[0], at) if node.args else _OPEN
        flags = re.RegexFlag(0)
        for each in [*node.args[1:], *(keyword.value for keyword in node.keywords)]:
            for name in ast.walk(each):
                if isinstance(name, ast.Attribute):
                    flags |= _FLAGS.get(name.attr, re.RegexFlag(0))
        if not pattern.is_known or not isinstance(pattern.known, (str, bytes)):
            return _OPEN
        try:
            return _known(re.compile(pattern.known, flags))
        except (re.error, ValueError):
            return _OPEN

    def _timedelta(self, node: ast.Call, at: _Context) -> Value:
        arguments = {each.arg: self._in(each.value, at) for each in node.keywords}
        positional = [self._in(each, at) for each in node.args]
        values = [*positional, *arguments.values()]
        if (
            not all(each.is_known and isinstance(each.known, (int, float)) for each in values)
            or None in arguments
        ):
            return _OPEN
        try:
            return _known(
                timedelta(
                    *(each.known for each in positional), **{k: v.known for k, v in arguments.items() if k}
                )
            )
        except (TypeError, OverflowError):
            return _OPEN

    def _method(self, node: ast.Call, function: ast.Attribute, at: _Context) -> Value:
        base = self._in(function.value, at)
        arguments = [self._in(each, at) for each in node.args]
        if node.keywords or not all(each.is_known for each in arguments):
            return _OPEN
        results = []
        for candidate in base.candidates:
            if function.attr == "get" and isinstance(candidate, dict):
                found = candidate.get(*(each.known for each in arguments))
                results.append(UNKNOWN if isinstance(found, Several) else found)
            elif isinstance(candidate, str) and function.attr != "get":
                try:
                    results.append(getattr(candidate, function.attr)(*(each.known for each in arguments)))
                except (TypeError, ValueError, LookupError):
                    return _OPEN
        return _some(results, is_exact=base.is_exact and bool(results))

    def _builtin(self, node: ast.Call, name: str, at: _Context) -> Value:
        if name == "dict" and not node.args:
            values = {each.arg: self._in(each.value, at) for each in node.keywords}
            if None in values:
                return _OPEN
            is_exact = all(each.is_known for each in values.values())
            return Value(({k: v.known if v.is_known else Several(v) for k, v in values.items()},), is_exact)
        if len(node.args) != 1 or name not in {
            "list",
            "tuple",
            "set",
            "frozenset",
            "sorted",
            "str",
            "int",
            "bool",
        }:
            return _OPEN
        value = self._in(node.args[0], at)
        results = []
        for each in value.candidates:
            try:
                results.append(
                    list(each)
                    if name in {"list", "tuple", "set", "frozenset", "sorted"}
                    else _PLAIN[name](each)
                )
            except (TypeError, ValueError):
                return _OPEN
        return _some(results, is_exact=value.is_exact)


_PLAIN: Final[Mapping[str, Any]] = {"str": str, "int": int, "bool": bool}


@dataclass(frozen=True)
class Several:
    """A value within a dictionary that is not one known value."""

    value: Value


@dataclass(frozen=True)
class _Context:
    module: Module
    scope: Scope
    depth: int
    local: Mapping[str, Any]

    def with_local(self, name: str, value: Any) -> _Context:
        return _Context(self.module, self.scope, self.depth, {**self.local, name: value})


def _any_of(values: list[Value]) -> Value:
    candidates: list[Any] = []
    for value in values:
        candidates += [each for each in value.candidates if each not in candidates]
    return _some(candidates, is_exact=bool(values) and all(value.is_exact for value in values))


def _some(candidates: list[Any], *, is_exact: bool) -> Value:
    return Value(tuple(islice(candidates, MAX_CANDIDATES)), is_exact and len(candidates) <= MAX_CANDIDATES)


def _changed_names(module: Module) -> frozenset[str]:
    """Return the names whose lists or dictionaries a module changes."""
    found = module.__dict__.get("_changed")
    if found is None:
        found = module.__dict__["_changed"] = frozenset(_changes(module.source.tree))
    return found


def _changes(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        target: ast.expr | None = None
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in _MUTATORS
        ):
            target = node.func.value
        elif isinstance(node, ast.AugAssign):
            target = node.target
        elif isinstance(node, ast.Subscript) and isinstance(node.ctx, (ast.Store, ast.Del)):
            target = node.value
        if isinstance(target, ast.Name):
            yield target.id
        elif isinstance(target, ast.Attribute):
            yield target.attr
