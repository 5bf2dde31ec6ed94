"""The docstrings of the public names of flask_corsguard.testing."""

from __future__ import annotations

import ast
import doctest
import inspect
import re
import sys
from functools import partial
from typing import Final, get_args

import pytest

import flask_corsguard.testing
from flask_corsguard.testing import DIFFERENCES, Browser, Engine, FetchRefused
from testing.scripted import API, APP, answering

PUBLIC: Final = {
    name: value
    for name, value in vars(flask_corsguard.testing).items()
    if not name.startswith("_") and not inspect.ismodule(value)
}
CLASSES: Final = {name: value for name, value in PUBLIC.items() if inspect.isclass(value)}
#: Callables by the name that a test calls them by; the constructor of the other classes is the model's.
CALLABLES: Final = {
    "Browser": Browser,
    **{name: value for name, value in PUBLIC.items() if inspect.isfunction(value)},
    **{
        f"{name}.{method}": function
        for name, value in CLASSES.items()
        for method, function in vars(value).items()
        if inspect.isfunction(function) and not method.startswith("_")
    },
}
PROPERTIES: Final = {
    f"{name}.{attribute}": value
    for name, each in CLASSES.items()
    for attribute, value in vars(each).items()
    if isinstance(value, property)
}
#: Calls that fail: the callable, its arguments, the exception.
FAILURES: Final = [
    *((name, {"url": "ftp://api.example"}, FetchRefused) for name in CALLABLES if name.startswith("Page.")),
    ("Browser.visit", {"url": "ftp://api.example"}, FetchRefused),
    ("Browser.open", {"url": "ftp://api.example"}, ValueError),
    ("Browser.open", {"url": APP, "referrer_policy": "never"}, ValueError),
    ("Browser.wait", {"seconds": -1}, ValueError),
    ("Browser", {"app": {"api.example": answering()}}, ValueError),
    ("Browser", {"app": answering(), "engine": "safari"}, ValueError),
    ("Page.fetch", {"url": API, "mode": "any"}, ValueError),
    ("Page.submit", {"url": API, "method": "PUT"}, ValueError),
    ("assert_can_fetch", {"url": API, "mode": "any"}, ValueError),
    ("assert_can_fetch", {"url": "ftp://api.example"}, AssertionError),
    ("assert_cannot_fetch", {"url": API, "mode": "any"}, ValueError),
    ("assert_cannot_fetch", {"url": APP}, AssertionError),
]
WITH_EXAMPLE: Final = {"Browser", "Page.fetch", "assert_can_fetch"}


def parameters_of(function):
    """Return the parameters that a caller passes."""
    parameters = inspect.signature(function).parameters.values()
    return [parameter for parameter in parameters if parameter.name != "self"]


def fields_of(function, kind):
    """Return the names in the fields of one *kind*, such as ``:param name:``."""
    return set(re.findall(rf"^:{kind} (\w+): \S", inspect.getdoc(function) or "", re.MULTILINE))


def test_the_public_callables_are_found():
    """A table that loses its rows would make the tests below pass."""
    assert {"Browser", "Browser.open", "Page.fetch", "Exchange.text", "assert_can_fetch"} <= set(CALLABLES)
    assert {"Page.origin", "Response.json", "FetchRefused.sent"} <= set(PROPERTIES)


@pytest.mark.parametrize("name", CALLABLES)
def test_every_parameter_is_documented(name):
    """The docstring of a callable has one :param for each parameter, and none for anything else."""
    documented = fields_of(CALLABLES[name], "param")

    assert documented == {parameter.name for parameter in parameters_of(CALLABLES[name])}


@pytest.mark.parametrize("name", CALLABLES)
def test_every_returned_value_is_documented(name):
    """The docstring of a callable has :returns if, and only if, it returns something."""
    returned = inspect.signature(CALLABLES[name]).return_annotation
    documented = re.search(r"^:returns: \S", inspect.getdoc(CALLABLES[name]), re.MULTILINE)

    assert bool(documented) is (name != "Browser" and returned != "None")


@pytest.mark.parametrize(
    ("name", "arguments", "exception"), FAILURES, ids=lambda value: getattr(value, "__name__", None)
)
def test_every_exception_is_documented(name, arguments, exception):
    """A call that fails raises an exception that :raises names."""
    browser = Browser(answering())
    page = browser.open(APP)
    function = CALLABLES[name]
    if "." in name:
        function = partial(function, page if name.startswith("Page.") else browser)
    missing = {"page": page, "data": {}}
    names = {each.name for each in parameters_of(function) if each.default is each.empty}

    with pytest.raises(exception):
        function(**{each: missing[each] for each in names & missing.keys()}, **arguments)
    assert exception.__name__ in fields_of(CALLABLES[name], "raises")


@pytest.mark.parametrize("name", [*CLASSES, *CALLABLES, *PROPERTIES])
def test_a_docstring_begins_with_a_sentence(name):
    """The first paragraph is a sentence that ends in a period."""
    documented = {**CLASSES, **CALLABLES, **PROPERTIES}[name]
    first = (inspect.getdoc(documented) or "").partition("\n\n")[0].replace("\n", " ")

    assert re.fullmatch(r"[A-Z].*[.]", first)


def source_of(documented):
    """Return the source of a class, also of one that gives its public path as its module."""
    module = inspect.getmodule(documented.__init__) or inspect.getmodule(documented)
    lines = inspect.getsource(module).splitlines(keepends=True)
    found = [
        node
        for node in ast.walk(ast.parse("".join(lines)))
        if isinstance(node, ast.ClassDef) and node.name == documented.__name__
    ]
    return "".join(lines[found[0].lineno - 1 : found[0].end_lineno])


@pytest.mark.parametrize("name", CLASSES)
def test_every_attribute_is_documented(name):
    """The attributes of a public class are in its docstring, or have a comment that Sphinx reads."""
    source = source_of(CLASSES[name])
    documented = set(re.findall(r":ivar (\w+):", inspect.getdoc(CLASSES[name]) or ""))
    attributes = re.findall(r"^    (\w+): ", source, re.MULTILINE)
    attributes += re.findall(r"^        self\.([a-z]\w+) = ", source, re.MULTILINE)

    assert [
        each
        for each in attributes
        if each not in documented and not re.search(rf"#: [^\n]+\n +(self\.)?{each}(:| =)", source)
    ] == []


@pytest.mark.parametrize(
    "module", sorted(name for name in sys.modules if name.startswith("flask_corsguard.testing."))
)
def test_the_examples_do_what_they_show(module):
    """Each example in a docstring prints what the docstring shows."""
    results = doctest.testmod(sys.modules[module])

    assert results.failed == 0


@pytest.mark.parametrize("name", sorted(WITH_EXAMPLE))
def test_the_names_that_every_test_uses_have_an_example(name):
    """Browser, Page.fetch and assert_can_fetch have one."""
    assert doctest.DocTestParser().get_examples(inspect.getdoc(CALLABLES[name]))


def test_every_public_name_is_checked():
    """Engine and DIFFERENCES are data; everything else is a class or a function."""
    data = {name for name in PUBLIC if name not in CLASSES and name not in CALLABLES}

    assert data == {"DIFFERENCES", "Engine"}
    assert {each for difference in DIFFERENCES for each in difference.deviating} == set(get_args(Engine))
