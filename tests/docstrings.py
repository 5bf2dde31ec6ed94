"""What docstrings of public names document, and their examples."""

from __future__ import annotations

import ast
import doctest
import inspect
import re
import sys
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import ModuleType


def classes_of(public: Mapping[str, object]) -> dict[str, type]:
    """Return the classes among the *public* names."""
    return {name: value for name, value in public.items() if inspect.isclass(value)}


def callables_of(public: Mapping[str, object]) -> dict[str, Callable[..., object]]:
    """Return the functions among the *public* names, and the public methods of the classes, by dotted name.

    A method that overrides one of a base class is documented there.
    """
    functions = {name: value for name, value in public.items() if inspect.isfunction(value)}
    methods = {
        f"{name}.{attribute}": getattr(each, attribute)
        for name, each in classes_of(public).items()
        for attribute, value in vars(each).items()
        if inspect.isfunction(value) or isinstance(value, classmethod)
        if not attribute.startswith("_") and not any(hasattr(base, attribute) for base in each.__bases__)
    }
    return {**functions, **methods}


def constructors_of(public: Mapping[str, object]) -> dict[str, type]:
    """Return the classes among the *public* names of which users make objects."""
    return {
        name: each for name, each in classes_of(public).items() if not issubclass(each, (Enum, Exception))
    }


def properties_of(public: Mapping[str, object]) -> dict[str, property]:
    """Return the properties of the classes among the *public* names, by dotted name."""
    return {
        f"{name}.{attribute}": value
        for name, each in classes_of(public).items()
        for attribute, value in vars(each).items()
        if isinstance(value, property)
    }


def parameters_of(function: Callable[..., object]) -> list[inspect.Parameter]:
    """Return the parameters that a caller passes."""
    parameters = inspect.signature(function).parameters.values()
    return [each for each in parameters if each.name != "self" and each.annotation != "NoReturn"]


def fields_of(documented: object, *kinds: str) -> set[str]:
    """Return the names in the fields of these *kinds*, such as ``:param name:``."""
    return {
        name
        for kind in kinds
        for name in re.findall(rf"^:{kind} (\w+): \S", inspect.getdoc(documented) or "", re.MULTILINE)
    }


def documents_a_result(function: Callable[..., object]) -> bool:
    """Whether the docstring of *function* has ``:returns:``."""
    return re.search(r"^:returns: \S", inspect.getdoc(function) or "", re.MULTILINE) is not None


def returns_something(function: Callable[..., object]) -> bool:
    """Whether *function* returns anything but ``None``."""
    return inspect.signature(function).return_annotation != "None"


def begins_with_a_sentence(documented: object) -> bool:
    """Whether the first paragraph of a docstring is a sentence that ends in a period."""
    first = (inspect.getdoc(documented) or "").partition("\n\n")[0].replace("\n", " ")
    return re.fullmatch(r"[A-Z].*[.]", first) is not None


def has_an_example(documented: object) -> bool:
    """Whether a docstring has an example."""
    return bool(doctest.DocTestParser().get_examples(inspect.getdoc(documented) or ""))


def source_of(each: type) -> str:
    """Return the source of a class, whose ``__module__`` may be the public one instead of its own."""
    modules = [module for name, module in sys.modules.items() if name.startswith(f"{each.__module__}.")]
    sources = [inspect.getsource(module) for module in modules if vars(module).get(each.__name__) is each]
    (found,) = [
        ast.get_source_segment(source, node)
        for source in sources
        for node in ast.parse(source).body
        if isinstance(node, ast.ClassDef) and node.name == each.__name__
    ]
    return found or ""


def examples_of(module: ModuleType) -> dict[str, doctest.DocTest]:
    """Return the docstrings with examples of the names of a module, by dotted name."""
    finder = doctest.DocTestFinder(exclude_empty=True)
    found = finder.find(module)
    for name, value in vars(module).items():
        if inspect.isclass(value) and value.__module__ == module.__name__:
            # doctest ignores the methods of a class that shows its public module.
            path = f"{module.__name__}.{name}"
            found += finder.find(value, path, module=False, globs={**vars(module)})
    return {test.name: test for test in found if test.examples}


def failed_examples(module: ModuleType) -> list[str]:
    """Run the examples in the docstrings of a module, and return the names of those that fail."""
    runner = doctest.DocTestRunner()
    return [name for name, test in examples_of(module).items() if runner.run(test).failed]
