"""The options that one use of Flask-CORS has, with where each is written."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice, product
from typing import Any, Final, cast

from .evaluator import Evaluator
from .mutations import is_changed
from .origins import UNKNOWN
from .project import Module
from .resolver import MAX_DEPTH, Definition, Resolver
from .scopes import Scope
from .values import Several, Value

#: Combinations of values that are looked at.
MAX_COMBINATIONS: Final = 24


@dataclass(eq=False)
class Setting:
    """One option.

    :ivar node: its value; ``None`` if there is no text for it here.
    :ivar holder: the call, or the dictionary, in which it is written.
    :ivar name: as it is written there.
    """

    name: str
    value: Value
    node: ast.expr | None
    module: Module
    scope: Scope
    holder: ast.AST | None
    #: How it is written where only run time knows it, if not as the node.
    text: str = ""
    #: How the function for run time reads it.
    run_time_text: str = ""


@dataclass(eq=False)
class Settings:
    """The options of one use.

    :ivar by_name: the last one that was written wins.
    :ivar opaque: what is spread into the call and cannot be seen.
    """

    by_name: dict[str, Setting] = field(default_factory=dict)
    opaque: list[ast.expr] = field(default_factory=list)

    @property
    def is_known(self) -> bool:
        """Whether there is one value for each option."""
        return all(each.value.is_known for each in self.by_name.values())

    def combinations(self) -> Iterator[dict[str, Any]]:
        """Yield the values that the options can have together."""
        names = list(self.by_name)
        choices = [_choices(self.by_name[name].value) for name in names]
        for values in islice(product(*choices), MAX_COMBINATIONS):
            yield dict(zip(names, values, strict=True))

    def with_others(self, others: Settings) -> Settings:
        """Return these options, and above them *others*."""
        return Settings({**self.by_name, **others.by_name}, [*self.opaque, *others.opaque])


def _choices(value: Value) -> list[Any]:
    found = [plain(each) for each in value.candidates]
    if not value.is_exact:
        # What an unset variable gives is not what anybody wrote down.
        found = [each for each in found if each not in ("", [""], None)]
    return found or [UNKNOWN]


def plain(value: Any) -> Any:
    """Return a value without what is not known in it."""
    if isinstance(value, Several):
        return plain(value.value.candidates[0]) if value.value.candidates else UNKNOWN
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items()}
    return value


def settings_of_keywords(
    call: ast.Call, module: Module, scope: Scope, resolver: Resolver, evaluator: Evaluator
) -> Settings:
    """Return the options that a call gives."""
    result = Settings()
    for keyword in call.keywords:
        if keyword.arg == "app":
            continue
        if keyword.arg is None:
            spread = dictionary_of(keyword.value, module, scope, resolver)
            inner = settings_of_dictionary(spread, evaluator) if spread is not None else None
            if inner is None:
                result.opaque.append(keyword.value)
            else:
                result = result.with_others(inner)
            continue
        value = evaluator.value(keyword.value, module, scope)
        result.by_name[keyword.arg] = Setting(keyword.arg, value, keyword.value, module, scope, call)
    return result


def dictionary_of(
    node: ast.expr, module: Module, scope: Scope, resolver: Resolver, depth: int = 0
) -> Definition | None:
    """Return the one dictionary that *node* refers to, if the code shows it."""
    found = resolver.lookup(node, module, scope)
    if len(found) != 1 or not isinstance(found[0], Definition) or depth > MAX_DEPTH:
        return None
    only = found[0]
    if any(is_changed(node, each, resolver) for each in (module, only.module)):
        return None
    if isinstance(only.node, ast.Dict):
        return only
    if isinstance(only.node, ast.Call):
        if isinstance(only.node.func, ast.Name) and only.node.func.id == "dict" and not only.node.args:
            return only
        for called in resolver.lookup(only.node.func, only.module, only.scope):
            if isinstance(called, Definition) and isinstance(called.node, ast.FunctionDef):
                returned = [each for each in ast.walk(called.node) if isinstance(each, ast.Return)]
                inner = called.module.scope.nodes[called.node]
                if len(returned) == 1 and returned[0].value is not None and _is_plain(called.node):
                    return dictionary_of(returned[0].value, called.module, inner, resolver, depth + 1)
    return None


def _is_plain(function: ast.FunctionDef) -> bool:
    """Whether *function* returns what its body shows, and the same each time."""
    return not function.decorator_list and not function.args.args


def settings_of_dictionary(found: Definition, evaluator: Evaluator) -> Settings | None:
    """Return the options in a dictionary; ``None`` if the code does not show all of it."""
    result = Settings()
    for name, node in _entries(found.node):
        if name == _SPREAD:
            spread = dictionary_of(node, found.module, found.scope, evaluator.resolver)
            inner = settings_of_dictionary(spread, evaluator) if spread is not None else None
            if inner is None:
                return None
            result = result.with_others(inner)
            continue
        if name is None:
            return None
        value = evaluator.value(node, found.module, found.scope)
        result.by_name[name] = Setting(name, value, node, found.module, found.scope, found.node)
    return result


#: In the place of a name, for a dictionary within another one.
_SPREAD: Final = "**"


def _entries(node: ast.AST) -> Iterator[tuple[str | None, ast.expr]]:
    if isinstance(node, ast.Call):
        for keyword in node.keywords:
            yield keyword.arg or _SPREAD, keyword.value
        return
    entries = cast("ast.Dict", node)
    for key, value in zip(entries.keys, entries.values, strict=True):
        if key is None:
            yield _SPREAD, value
            continue
        name = key.value if isinstance(key, ast.Constant) else None
        yield (name if isinstance(name, str) else None), value


def known_settings(values: Mapping[Any, Any], module: Module, scope: Scope) -> Settings:
    """Return options of which only the values are known."""
    result = Settings()
    for name, value in values.items():
        wrapped = value.value if isinstance(value, Several) else Value((value,), True)
        result.by_name[str(name)] = Setting(str(name), wrapped, None, module, scope, None)
    return result


def without(settings: Settings, names: Iterable[str]) -> Settings:
    """Return the options but those with these *names*."""
    return Settings({n: s for n, s in settings.by_name.items() if n not in set(names)}, settings.opaque)
