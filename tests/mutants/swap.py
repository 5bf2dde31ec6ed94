"""Puts a mutant in the place of loaded code: its functions get other code, and nothing is imported anew."""

from __future__ import annotations

import ast
import gc
import inspect
from collections import defaultdict
from collections.abc import Iterator
from types import CodeType, FunctionType

from .source import PACKAGE, ROOT, Mutant, tree_of

#: The placeholder for the code of a function where the code around it is compared.
_NESTED = object()


class Functions:
    """The functions of the package that exist in this process, by their code."""

    def __init__(self) -> None:
        self._known: dict[CodeType, list[FunctionType]] = defaultdict(list)
        for each in gc.get_objects():
            if isinstance(each, FunctionType) and each.__code__.co_filename.startswith(str(PACKAGE)):
                self._known[each.__code__].append(each)

    def become(self, mutant: Mutant) -> bool:
        """Put the code of *mutant* into the functions that it changes; return whether it changes only these.

        A constant of a module, a class body and the default of an argument are made when the module is
        imported. So is the result of a function that runs by then.
        """
        path = str(ROOT / mutant.module)
        before = compile(ast.parse((ROOT / mutant.module).read_text()), path, "exec", dont_inherit=True)
        after = compile(tree_of(mutant), path, "exec", dont_inherit=True)
        changes = list(changed_functions(before, after))
        outermost = [change for change in changes if change is not None and change[0] in self._known]
        if None in changes or not outermost:
            return False
        for old, new in outermost:
            for function in self._known[old]:
                if len(function.__code__.co_freevars) != len(new.co_freevars):
                    return False
                function.__code__ = new
        return True


def changed_functions(before: CodeType, after: CodeType) -> Iterator[tuple[CodeType, CodeType] | None]:
    """Yield each function whose code differs, before and after, and ``None`` for code that runs at import."""
    if before == after:
        return
    is_function = bool(before.co_flags & inspect.CO_NEWLOCALS)
    if is_function:
        yield before, after
    inside, others = _nested(before), _nested(after)
    if not is_function and (_own(before) != _own(after) or len(inside) != len(others)):
        yield None
    for old, new in zip(inside, others, strict=False):
        yield from changed_functions(old, new)


def _nested(code: CodeType) -> list[CodeType]:
    return [each for each in code.co_consts if isinstance(each, CodeType)]


def _own(code: CodeType) -> tuple[object, ...]:
    constants = [
        _NESTED if isinstance(each, CodeType) else (type(each), repr(each)) for each in code.co_consts
    ]
    return code.co_code, constants, code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars
