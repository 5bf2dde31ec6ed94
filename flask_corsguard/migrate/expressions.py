"""The values of expressions, as far as the files of a project show them. Nothing is executed."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any, Final, cast

from .mutations import is_changed
from .origins import UNKNOWN
from .project import Module
from .resolver import MAX_DEPTH, Definition, Meaning, Resolver, default_of
from .scopes import Scope
from .values import OPEN, Several, Value, any_of, known, some

#: Powers that are computed: of seconds, nobody writes larger ones.
MAX_BASE: Final = 100
MAX_POWER: Final = 20


@dataclass(frozen=True)
class Context:
    """Where an expression is.

    :ivar local: names that a comprehension has bound.
    """

    module: Module
    scope: Scope
    depth: int
    local: Mapping[str, Any]

    def with_local(self, name: str, value: Any) -> Context:
        """Return the same with another name."""
        return Context(self.module, self.scope, self.depth, {**self.local, name: value})


class Expressions:
    """Computes what can be known of an expression, calls aside."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver

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
            return OPEN
        reader = getattr(self, f"_{type(node).__name__.lower()}", None)
        return OPEN if reader is None else reader(node, Context(module, scope, depth + 1, local or {}))

    def inside(self, node: ast.AST, at: Context) -> Value:
        """Return what a part of an expression can be."""
        return self.value(node, at.module, at.scope, at.depth, at.local)

    def _constant(self, node: ast.Constant, _: Context) -> Value:
        return known(node.value)

    def _name(self, node: ast.Name, at: Context) -> Value:
        if node.id in at.local:
            return known(at.local[node.id])
        return self._followed(node, at)

    def _attribute(self, node: ast.Attribute, at: Context) -> Value:
        return self._followed(node, at)

    def _followed(self, node: ast.expr, at: Context) -> Value:
        found = self.resolver.lookup(node, at.module, at.scope)
        values = [self._meaning(each, at) for each in found]
        result = any_of(values)
        modules = [at.module, *(each.module for each in found if isinstance(each, Definition))]
        if any(is_changed(node, module, self.resolver) for module in modules):
            # Of a dictionary, any part may be another one.
            return Value(tuple(each for each in result.candidates if not isinstance(each, dict)), False)
        return result

    def _meaning(self, meaning: Meaning, at: Context) -> Value:
        if not isinstance(meaning, Definition):
            return OPEN
        if isinstance(meaning.node, ast.arg):
            # The default is one value, and callers may give others.
            default = default_of(meaning.scope.node, meaning.node)
            if default is None:
                return OPEN
            outside = meaning.scope.parent or meaning.scope
            return Value(self.value(default, meaning.module, outside, at.depth).candidates, False)
        return self.value(meaning.node, meaning.module, meaning.scope, at.depth)

    def _list(self, node: ast.List | ast.Tuple | ast.Set, at: Context) -> Value:
        parts: list[list[Any]] = []
        is_exact = True
        for element in node.elts:
            inner = element.value if isinstance(element, ast.Starred) else element
            value = self.inside(inner, at)
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

    def _dict(self, node: ast.Dict, at: Context) -> Value:
        result: dict[Any, Any] = {}
        is_exact = True
        for key, element in zip(node.keys, node.values, strict=True):
            value = self.inside(element, at)
            if key is None:
                if not value.is_known or not isinstance(value.known, dict):
                    return OPEN
                result.update(value.known)
                continue
            name = self.inside(key, at)
            if not name.is_known or isinstance(name.known, (list, dict)):
                return OPEN
            is_exact = is_exact and value.is_known
            result[name.known] = value.known if value.is_known else Several(value)
        return Value((result,), is_exact)

    def _ifexp(self, node: ast.IfExp, at: Context) -> Value:
        return any_of([self.inside(node.body, at), self.inside(node.orelse, at)])

    def _boolop(self, node: ast.BoolOp, at: Context) -> Value:
        values = [self.inside(each, at) for each in node.values]
        if isinstance(node.op, ast.Or) and values[0].is_known:
            return values[0] if values[0].known else any_of(values[1:])
        return any_of(values)

    def _unaryop(self, node: ast.UnaryOp, at: Context) -> Value:
        value = self.inside(node.operand, at)
        if isinstance(node.op, ast.Not):
            return Value(tuple(dict.fromkeys(not each for each in value.candidates)), value.is_exact)
        if isinstance(node.op, ast.USub) and value.is_known and isinstance(value.known, (int, float)):
            return known(-value.known)
        return OPEN

    def _binop(self, node: ast.BinOp, at: Context) -> Value:
        left, right = self.inside(node.left, at), self.inside(node.right, at)
        results = []
        for one, other in product(left.candidates, right.candidates):
            results += _operation(node.op, one, other)
        return some(results, is_exact=left.is_exact and right.is_exact and bool(results))

    def _joinedstr(self, node: ast.JoinedStr, at: Context) -> Value:
        parts = []
        for each in node.values:
            value = self.inside(each.value if isinstance(each, ast.FormattedValue) else each, at)
            if not value.is_known:
                return OPEN
            parts.append(str(value.known))
        return known("".join(parts))

    def _subscript(self, node: ast.Subscript, at: Context) -> Value:
        base, key = self.inside(node.value, at), self.inside(node.slice, at)
        if base.is_known and key.is_known:
            try:
                value = base.known[key.known]
            except (KeyError, IndexError, TypeError):
                return OPEN
            return value.value if isinstance(value, Several) else known(value)
        return OPEN

    def _listcomp(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp, at: Context) -> Value:
        generator = node.generators[0]
        if len(node.generators) > 1 or not isinstance(generator.target, ast.Name):
            return OPEN
        several = self.inside(generator.iter, at)
        results = []
        for candidate in several.candidates:
            if not isinstance(candidate, (list, tuple, set)) or UNKNOWN in candidate:
                return OPEN
            listed: list[Any] = []
            for item in candidate:
                inner = at.with_local(generator.target.id, item)
                tests = [self.inside(test, inner) for test in generator.ifs]
                if not all(test.is_known for test in tests):
                    return OPEN
                element = self.inside(node.elt, inner)
                if not element.is_known:
                    return OPEN
                if all(test.known for test in tests):
                    listed.append(element.known)
            results.append(listed)
        return some(results, is_exact=several.is_exact)

    _setcomp = _listcomp
    _generatorexp = _listcomp


def _operation(operator: ast.operator, one: Any, other: Any) -> list[Any]:
    """Return the result of an operation on two values, if it is one that is followed."""
    are_texts = isinstance(one, str) and isinstance(other, str)
    are_numbers = all(isinstance(each, (int, float)) for each in (one, other))
    are_lists = type(one) is type(other) and isinstance(one, (list, tuple))
    left, right = cast("Any", one), cast("Any", other)
    if isinstance(operator, ast.Add) and (are_numbers or are_texts or are_lists):
        return [left + right]
    if isinstance(operator, ast.Mult) and are_numbers:
        return [left * right]
    if isinstance(operator, ast.Pow) and are_numbers and abs(left) <= MAX_BASE and 0 <= right <= MAX_POWER:
        return [left**right]
    if isinstance(operator, ast.Mod) and are_texts:
        return [str(left).replace("%s", right, 1)]
    return []
