"""The values of calls: variables of the environment, regular expressions, texts that are split."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from .expressions import Context, Expressions
from .origins import UNKNOWN
from .values import OPEN, Several, Value, known, some

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

_FLAGS: Final = {
    "I": re.IGNORECASE,
    "IGNORECASE": re.IGNORECASE,
    "A": re.ASCII,
    "ASCII": re.ASCII,
    "X": re.VERBOSE,
    "VERBOSE": re.VERBOSE,
}


_PLAIN: Final[Mapping[str, Any]] = {"str": str, "int": int, "bool": bool}


class Evaluator(Expressions):
    """Computes what can be known of an expression."""

    def _call(self, node: ast.Call, at: Context) -> Value:
        dotted = self.resolver.dotted(node.func, at.module, at.scope)
        if dotted in {"os.getenv", "os.environ.get"} or dotted.endswith((".environ.get", ".getenv")):
            default = self.inside(node.args[1], at) if len(node.args) > 1 else known(None)
            return Value(default.candidates if len(node.args) > 1 else (), False)
        if dotted in {"re.compile", "regex.compile"}:
            return self._regex(node, at)
        if dotted in {"datetime.timedelta", "timedelta"}:
            return self._timedelta(node, at)
        if isinstance(node.func, ast.Attribute) and node.func.attr in {*_TEXT_METHODS, "get"}:
            return self._method(node, node.func, at)
        if isinstance(node.func, ast.Name) and not at.scope.find(node.func.id):
            return self._builtin(node, node.func.id, at)
        return OPEN

    def _regex(self, node: ast.Call, at: Context) -> Value:
        pattern = self.inside(node.args[0], at) if node.args else OPEN
        flags = re.RegexFlag(0)
        for each in [*node.args[1:], *(keyword.value for keyword in node.keywords)]:
            for name in ast.walk(each):
                if isinstance(name, ast.Attribute):
                    flags |= _FLAGS.get(name.attr, re.RegexFlag(0))
        if not pattern.is_known or not isinstance(pattern.known, (str, bytes)):
            return OPEN
        try:
            return known(re.compile(pattern.known, flags))
        except (re.error, ValueError):
            return OPEN

    def _timedelta(self, node: ast.Call, at: Context) -> Value:
        arguments = {each.arg: self.inside(each.value, at) for each in node.keywords}
        positional = [self.inside(each, at) for each in node.args]
        values = [*positional, *arguments.values()]
        if (
            not all(each.is_known and isinstance(each.known, (int, float)) for each in values)
            or None in arguments
        ):
            return OPEN
        try:
            return known(
                timedelta(
                    *(each.known for each in positional), **{k: v.known for k, v in arguments.items() if k}
                )
            )
        except (TypeError, OverflowError):
            return OPEN

    def _method(self, node: ast.Call, function: ast.Attribute, at: Context) -> Value:
        base = self.inside(function.value, at)
        arguments = [self.inside(each, at) for each in node.args]
        if node.keywords or not all(each.is_known for each in arguments):
            return OPEN
        results = []
        for candidate in base.candidates:
            if function.attr == "get" and isinstance(candidate, dict):
                found = candidate.get(*(each.known for each in arguments))
                results.append(UNKNOWN if isinstance(found, Several) else found)
            elif isinstance(candidate, str) and function.attr != "get":
                try:
                    results.append(getattr(candidate, function.attr)(*(each.known for each in arguments)))
                except (TypeError, ValueError, LookupError):
                    return OPEN
        return some(results, is_exact=base.is_exact and bool(results))

    def _builtin(self, node: ast.Call, name: str, at: Context) -> Value:
        if name == "dict" and not node.args:
            values = {each.arg: self.inside(each.value, at) for each in node.keywords}
            if None in values:
                return OPEN
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
            return OPEN
        value = self.inside(node.args[0], at)
        results = []
        for each in value.candidates:
            try:
                results.append(
                    list(each)
                    if name in {"list", "tuple", "set", "frozenset", "sorted"}
                    else _PLAIN[name](each)
                )
            except (TypeError, ValueError):
                return OPEN
        return some(results, is_exact=value.is_exact)
