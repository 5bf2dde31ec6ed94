"""The docstrings of the public names of flask_corsguard.testing."""

from __future__ import annotations

import inspect
import re
import sys
from functools import partial
from typing import Final, get_args

import pytest

import flask_corsguard.testing
from docstrings import (
    begins_with_a_sentence,
    callables_of,
    classes_of,
    documents_a_result,
    failed_examples,
    fields_of,
    has_an_example,
    parameters_of,
    properties_of,
    returns_something,
    source_of,
)
from flask_corsguard.testing import DIFFERENCES, Browser, Engine, FetchRefused
from rows import for_each
from testing.scripted import API, APP, answering

PUBLIC: Final = {
    name: value
    for name, value in vars(flask_corsguard.testing).items()
    if not name.startswith("_") and not inspect.ismodule(value)
}
CLASSES: Final = classes_of(PUBLIC)
#: Callables by the name that a test calls them by; the constructor of the other classes is the model's.
CALLABLES: Final = {"Browser": Browser, **callables_of(PUBLIC)}
PROPERTIES: Final = properties_of(PUBLIC)
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


def test_the_public_callables_are_found():
    """A table that loses its rows would make the tests below pass."""
    assert {"Browser", "Browser.open", "Page.fetch", "Exchange.text", "assert_can_fetch"} <= set(CALLABLES)
    assert {"Page.origin", "Response.json", "FetchRefused.sent"} <= set(PROPERTIES)


@for_each("name", CALLABLES)
def test_every_parameter_is_documented(name):
    """The docstring of a callable has one :param for each parameter, and none for anything else."""
    documented = fields_of(CALLABLES[name], "param")

    assert documented == {parameter.name for parameter in parameters_of(CALLABLES[name])}


@for_each("name", CALLABLES)
def test_every_returned_value_is_documented(name):
    """The docstring of a callable has :returns if, and only if, it returns something."""
    returns = name != "Browser" and returns_something(CALLABLES[name])

    assert documents_a_result(CALLABLES[name]) is returns


@for_each("name, arguments, exception", FAILURES)
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


@for_each("name", [*CLASSES, *CALLABLES, *PROPERTIES])
def test_a_docstring_begins_with_a_sentence(name):
    """The first paragraph is a sentence that ends in a period."""
    assert begins_with_a_sentence({**CLASSES, **CALLABLES, **PROPERTIES}[name])


@for_each("name", CLASSES)
def test_every_attribute_is_documented(name):
    """Each attribute of a public class has a comment that Sphinx reads, or an :ivar."""
    source = source_of(CLASSES[name])
    attributes = re.findall(r"^    (\w+): ", source, re.MULTILINE)
    attributes += re.findall(r"^        self\.([a-z]\w+) = ", source, re.MULTILINE)

    commented = [each for each in attributes if re.search(rf"#: [^\n]+\n +(self\.)?{each}(:| =)", source)]
    assert set(attributes) == {*commented, *fields_of(CLASSES[name], "ivar")}


@for_each("module", sorted(name for name in sys.modules if name.startswith("flask_corsguard.testing.")))
def test_the_examples_do_what_they_show(module):
    """Each example in a docstring prints what the docstring shows."""
    assert failed_examples(sys.modules[module]) == []


@for_each("name", sorted(WITH_EXAMPLE))
def test_the_names_that_every_test_uses_have_an_example(name):
    """Browser, Page.fetch and assert_can_fetch have one."""
    assert has_an_example(CALLABLES[name])


def test_every_public_name_is_checked():
    """Engine and DIFFERENCES are data; everything else is a class or a function."""
    data = {name for name in PUBLIC if name not in CLASSES and name not in CALLABLES}

    assert data == {"DIFFERENCES", "Engine"}
    assert {each for difference in DIFFERENCES for each in difference.deviating} == set(get_args(Engine))
