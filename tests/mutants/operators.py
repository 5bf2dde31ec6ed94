"""What a mutator does to one node of a syntax tree: the small mistakes that tests have to notice.

The words of a sentence are left alone, because a message may be put better at any time. Which message is
chosen, and what it names, is logic like any other.
"""

from __future__ import annotations

import ast
import copy
import re
import warnings
from collections.abc import Iterator
from typing import NamedTuple


class Variant(NamedTuple):
    """What takes the place of a node; ``None`` removes it from the list that it is in."""

    operator: str
    node: ast.AST | None


_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_SWAPPED_CALLS = {"any": "all", "all": "any", "min": "max", "max": "min", "sorted": "list"}
#: Methods without which a text mostly stays as it is.
_DROPPED_METHODS = frozenset(
    {"casefold", "lower", "lstrip", "removeprefix", "removesuffix", "rstrip", "strip", "title", "upper"}
)
#: Calls whose first argument is for a type checker.
_TYPING_CALLS = frozenset({"NewType", "ParamSpec", "TypeVar", "cast"})
#: Assignments that mean something to Python or to a reader, and change no answer.
_SILENT_NAMES = frozenset({"__all__", "__match_args__", "__module__", "__slots__"})

_SENTENCE = re.compile(r"[A-Za-z]{2,},? +[A-Za-z]{2,}")


def is_sentence(node: ast.AST) -> bool:
    """Whether *node* is a text of words."""
    if isinstance(node, ast.JoinedStr):
        parts = (part.value for part in node.values if isinstance(part, ast.Constant))
        return _SENTENCE.search("x".join(map(str, parts))) is not None
    return isinstance(node, ast.Constant) and _SENTENCE.search(str(node.value)) is not None


def fields_to_mutate(node: ast.AST) -> Iterator[tuple[str, object]]:
    """Yield the fields of *node* in which a mutant changes what a program does."""
    if is_silent(node):
        return
    for name, value in ast.iter_fields(node):
        if name in {"annotation", "returns", "decorator_list", "bases", "keywords"} and not isinstance(
            node, ast.Call
        ):
            continue
        first_is_silent = (name == "args" and _name_of(getattr(node, "func", node)) in _TYPING_CALLS) or (
            name == "body" and isinstance(value, list) and _begins_with_docstring(node)
        )
        if first_is_silent:
            yield name, [ast.Pass(), *value[1:]]
        elif not (isinstance(node, ast.Subscript) and _is_type(node)):
            yield name, value


def is_silent(node: ast.AST) -> bool:
    """Whether nothing below *node* is seen by a caller: types, slots, overloads."""
    if isinstance(node, ast.If):
        return "TYPE_CHECKING" in ast.unparse(node.test)
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return any(_name_of(each) == "overload" for each in node.decorator_list)
    if isinstance(node, (ast.Assign, ast.AnnAssign)):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return any(_name_of(each) in _SILENT_NAMES for each in targets)
    return isinstance(node, (ast.Import, ast.ImportFrom, ast.Global, ast.Nonlocal))


def variants_of(node: ast.AST, parent: ast.AST, *, in_regex: bool, in_text: bool) -> Iterator[Variant]:
    """Yield everything that can take the place of *node*.

    :param in_regex: whether the node is within a call of ``re.compile``.
    :param in_text: whether the node is part of an f-string that is a sentence.
    """
    if is_silent(node):
        return
    for kind, variants in _BY_TYPE.items():
        if isinstance(node, kind):
            yield from variants(node)
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and not in_text:
        yield from _of_text(node, parent, in_regex=in_regex)
    if isinstance(node, (ast.If, ast.While, ast.IfExp)) and not isinstance(
        node.test, (ast.Compare, ast.BoolOp, ast.UnaryOp, ast.Constant)
    ):
        yield _with(node, "negated", test=ast.UnaryOp(ast.Not(), node.test))


def _of_text(node: ast.Constant, parent: ast.AST, *, in_regex: bool) -> Iterator[Variant]:
    text = node.value
    if in_regex:
        for place in range(len(text)):
            shorter = text[:place] + text[place + 1 :]
            # A piece of an f-string is only part of an expression, so it need not be one itself.
            if not isinstance(parent, ast.JoinedStr) and not _compiles(shorter):
                continue
            yield Variant("regex", ast.Constant(shorter))
    elif isinstance(parent, ast.JoinedStr):
        if text:
            yield Variant("text", ast.Constant(""))
    elif not is_sentence(node):
        yield Variant("text", ast.Constant(f"{text}X" if text else "X"))


def _of_number(node: ast.Constant) -> Iterator[Variant]:
    if isinstance(node.value, bool):
        yield Variant("bool", ast.Constant(not node.value))
    elif isinstance(node.value, (int, float)):
        yield Variant("number", ast.Constant(node.value + 1))
        yield Variant("number", ast.Constant(node.value - 1))


def _of_comparison(node: ast.Compare) -> Iterator[Variant]:
    for place, operator in enumerate(node.ops):
        for other in _COMPARISONS[type(operator)]:
            ops = [*node.ops]
            ops[place] = other()
            yield _with(node, "comparison", ops=ops)


def _of_bool_op(node: ast.BoolOp) -> Iterator[Variant]:
    yield _with(node, "and/or", op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
    for place in range(len(node.values)):
        rest = node.values[:place] + node.values[place + 1 :]
        yield Variant("operand", rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest))


def _of_not(node: ast.UnaryOp) -> Iterator[Variant]:
    if isinstance(node.op, ast.Not):
        yield Variant("not", node.operand)


def _of_bin_op(node: ast.BinOp) -> Iterator[Variant]:
    if isinstance(node.op, (ast.Add, ast.Sub, ast.BitOr, ast.BitAnd, ast.Mult, ast.FloorDiv)):
        yield Variant("left", node.left)
        yield Variant("right", node.right)


def _of_call(node: ast.Call) -> Iterator[Variant]:
    name = _name_of(node.func)
    if isinstance(node.func, ast.Name) and name in _SWAPPED_CALLS:
        yield _with(node, "call", func=ast.Name(_SWAPPED_CALLS[name], ast.Load()))
    if isinstance(node.func, ast.Attribute) and name in _DROPPED_METHODS:
        yield Variant("method", node.func.value)
    for place, keyword in enumerate(node.keywords):
        if keyword.arg is not None:
            yield _with(node, "keyword", keywords=node.keywords[:place] + node.keywords[place + 1 :])


def _of_table(node: ast.Set | ast.List | ast.Tuple) -> Iterator[Variant]:
    if not isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
        return
    is_table = all(isinstance(each, (ast.Constant, ast.Starred, ast.Tuple)) for each in node.elts)
    if is_table and len(node.elts) > 1:
        for place in range(len(node.elts)):
            yield _with(node, "member", elts=node.elts[:place] + node.elts[place + 1 :])


def _of_dict(node: ast.Dict) -> Iterator[Variant]:
    for place in range(len(node.keys)):
        yield _with(
            node,
            "member",
            keys=node.keys[:place] + node.keys[place + 1 :],
            values=node.values[:place] + node.values[place + 1 :],
        )


def _of_return(node: ast.Return) -> Iterator[Variant]:
    if node.value is not None and not isinstance(node.value, ast.Constant):
        yield Variant("return", ast.Return(ast.Constant(None)))


def _of_comprehension(node: ast.comprehension) -> Iterator[Variant]:
    for place in range(len(node.ifs)):
        yield _with(node, "filter", ifs=node.ifs[:place] + node.ifs[place + 1 :])


def _of_statement(node: ast.stmt) -> Iterator[Variant]:
    yield Variant("statement", ast.Pass())


def _of_expression_statement(node: ast.Expr) -> Iterator[Variant]:
    if isinstance(node.value, ast.Call):
        yield Variant("statement", ast.Pass())


_BY_TYPE = {
    ast.Constant: _of_number,
    ast.Compare: _of_comparison,
    ast.BoolOp: _of_bool_op,
    ast.UnaryOp: _of_not,
    ast.BinOp: _of_bin_op,
    ast.Call: _of_call,
    (ast.Set, ast.List, ast.Tuple): _of_table,
    ast.Dict: _of_dict,
    ast.Return: _of_return,
    ast.comprehension: _of_comprehension,
    (ast.AugAssign, ast.Raise, ast.Delete): _of_statement,
    ast.Expr: _of_expression_statement,
    ast.Continue: lambda _: [Variant("loop", ast.Break())],
    ast.Break: lambda _: [Variant("loop", ast.Continue())],
}


def _with(node: ast.AST, operator: str, **changes: object) -> Variant:
    other = copy.copy(node)
    for name, value in changes.items():
        setattr(other, name, value)
    return Variant(operator, other)


def _name_of(node: ast.AST) -> str:
    while isinstance(node, ast.Call):
        node = node.func
    return getattr(node, "attr", None) or getattr(node, "id", "")


def _is_type(node: ast.Subscript) -> bool:
    # tuple[str, str], Literal["*"]: nothing looks them up at run time.
    return _name_of(node.value) in {
        "Callable",
        "ClassVar",
        "Final",
        "Literal",
        "Mapping",
        "dict",
        "list",
        "tuple",
    }


def _begins_with_docstring(node: ast.AST) -> bool:
    first = node.body[0] if getattr(node, "body", None) else None
    return (
        isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
        and isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
    )


def _compiles(expression: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            re.compile(expression)
    except (re.error, OverflowError):
        return False
    return True
