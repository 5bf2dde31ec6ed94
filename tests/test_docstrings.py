"""The docstrings of the public names of flask_corsguard, and the examples in the core."""

from __future__ import annotations

import re
from importlib import import_module
from pkgutil import walk_packages
from pydoc import plaintext, render_doc
from types import ModuleType
from typing import Final

import pytest
from flask import Blueprint, Flask

import flask_corsguard
import flask_corsguard.core
from docstrings import (
    begins_with_a_sentence,
    callables_of,
    classes_of,
    constructors_of,
    documents_a_result,
    examples_of,
    failed_examples,
    fields_of,
    has_an_example,
    parameters_of,
    properties_of,
    returns_something,
)
from flask_corsguard import (
    SAME_ORIGIN,
    UNMANAGED,
    CorsGuard,
    CorsMiddleware,
    Policy,
    cors,
    decide,
    inventory,
    policy_from_flask_cors,
)
from flask_corsguard.core.guard import judge
from harness import SpyApp
from rows import for_each

PUBLIC: Final = {name: getattr(flask_corsguard, name) for name in flask_corsguard.__all__}
CALLABLES: Final = callables_of(PUBLIC)
CONSTRUCTORS: Final = constructors_of(PUBLIC)
PROPERTIES: Final = properties_of(PUBLIC)
CORE: Final = sorted(
    module.name for module in walk_packages(flask_corsguard.core.__path__, "flask_corsguard.core.")
)
WITH_EXAMPLE: Final = ("Policy", "Request", "Origin.parse", "decide")

TWICE: Final = {"policy": SAME_ORIGIN, "origins": "*"}
MISSPELT: Final = {"/api/*": SAME_ORIGIN}


def guarded_app():
    """Return an application that has the extension."""
    app = Flask(__name__)
    CorsGuard(app)
    return app


def registered_blueprint():
    """Return a blueprint that is registered with an application."""
    blueprint = Blueprint("api", __name__)
    Flask(__name__).register_blueprint(blueprint)
    return blueprint


#: Calls that fail: the callable, the exception, the call.
FAILURES: Final = [
    ("Policy", "PolicyError", lambda: Policy(origins="https://app.example")),
    ("Policy.replace", "PolicyError", lambda: SAME_ORIGIN.replace(max_age=-1)),
    ("Policy.replace", "TypeError", lambda: UNMANAGED.replace(max_age=3)),
    ("Policy.from_mapping", "PolicyError", lambda: Policy.from_mapping({})),
    (
        "policy_from_flask_cors",
        "PolicyError",
        lambda: policy_from_flask_cors(origins="https://app.example/"),
    ),
    ("CorsMiddleware", "PolicyError", lambda: CorsMiddleware(SpyApp(), MISSPELT)),
    ("CorsMiddleware", "TypeError", lambda: CorsMiddleware(None, SAME_ORIGIN)),
    (
        "CorsMiddleware",
        "ValueError",
        lambda: CorsMiddleware(SpyApp(), SAME_ORIGIN, refusal_headers={"Vary": "Cookie"}),
    ),
    ("CorsGuard", "PolicyError", lambda: CorsGuard(Flask(__name__), **TWICE)),
    ("CorsGuard", "RuntimeError", lambda: CorsGuard(guarded_app())),
    ("CorsGuard", "TypeError", lambda: CorsGuard(SpyApp())),
    ("CorsGuard.init_app", "PolicyError", lambda: CorsGuard(paths=MISSPELT).init_app(Flask(__name__))),
    ("CorsGuard.init_app", "RuntimeError", lambda: CorsGuard().init_app(guarded_app())),
    ("CorsGuard.init_app", "TypeError", lambda: CorsGuard().init_app(SpyApp())),
    (
        "policy_from_flask_cors",
        "ValueError",
        lambda: flask_corsguard.policy_from_flask_cors(origins=["https://app.example"], answers={"no": "no"}),
    ),
    ("cors", "PolicyError", lambda: cors()),
    ("cors", "TypeError", lambda: cors(SAME_ORIGIN)(registered_blueprint())),
    ("inventory", "LookupError", lambda: inventory(Flask(__name__))),
    (
        "policy_from_flask_cors",
        "PolicyError",
        lambda: flask_corsguard.policy_from_flask_cors(origins=["https://app.example/"]),
    ),
    ("cors", "RuntimeError", lambda: cors(SAME_ORIGIN)(cors(origins="*")(Blueprint("b", __name__)))),
]


def test_the_public_callables_are_found():
    """A table that loses its rows would make the tests below pass."""
    assert {"decide", "cors", "Policy.from_mapping", "CorsGuard.init_app", "Decision.explain"} <= set(
        CALLABLES
    )
    assert set(CONSTRUCTORS) == set(classes_of(PUBLIC)) - {
        *("Kind", "Reason", "PolicyError", "CrossOriginRefused", "CorsGuardWarning")
    }
    assert {"Decision.allowed", "Request.is_preflight", "CorsMiddleware.policy"} <= set(PROPERTIES)


@for_each("name", CALLABLES)
def test_every_parameter_of_a_callable_is_documented(name):
    """The docstring of a callable has one :param for each parameter, and none for anything else."""
    assert fields_of(CALLABLES[name], "param") == {each.name for each in parameters_of(CALLABLES[name])}


@for_each("name", CONSTRUCTORS)
def test_every_parameter_of_a_constructor_is_documented(name):
    """The docstring of a class documents each parameter, or the attribute that has its value."""
    documented = fields_of(CONSTRUCTORS[name], "param", "ivar")

    assert documented == {each.name for each in parameters_of(CONSTRUCTORS[name])}


@for_each("name", CALLABLES)
def test_every_returned_value_is_documented(name):
    """The docstring of a callable has :returns if, and only if, it returns something."""
    assert documents_a_result(CALLABLES[name]) is returns_something(CALLABLES[name])


@for_each("name, exception, fail", FAILURES)
def test_every_exception_is_documented(name, exception, fail):
    """A call that fails raises an exception that :raises names."""
    with pytest.raises(Exception) as caught:  # noqa: PT011 - its name is compared
        fail()

    assert exception in {each.__name__ for each in type(caught.value).__mro__}
    assert exception in fields_of({**CALLABLES, **CONSTRUCTORS}[name], "raises")


def test_every_documented_exception_can_be_raised():
    """There is a call above for each :raises."""
    documented = {
        (name, exception)
        for name, each in {**CALLABLES, **CONSTRUCTORS}.items()
        for exception in fields_of(each, "raises")
    }

    assert documented == {(name, exception) for name, exception, _ in FAILURES}


@for_each("name", [*classes_of(PUBLIC), *CALLABLES, *PROPERTIES])
def test_a_docstring_begins_with_a_sentence(name):
    """The first paragraph is a sentence that ends in a period."""
    assert begins_with_a_sentence({**classes_of(PUBLIC), **CALLABLES, **PROPERTIES}[name])


@for_each("name", WITH_EXAMPLE)
def test_the_names_that_a_newcomer_tries_have_an_example(name):
    """Policy, Request, Origin.parse and decide have one."""
    assert has_an_example({**CALLABLES, **CONSTRUCTORS}[name])


@for_each("module", ["flask_corsguard", *CORE])
def test_the_examples_do_what_they_show(module):
    """Each example in a docstring prints what the docstring shows."""
    assert failed_examples(import_module(module)) == []


def test_the_examples_are_found():
    """The examples of a public class are found in the package, those of a function in its module."""
    found = {name for module in ("flask_corsguard", *CORE) for name in examples_of(import_module(module))}

    assert {f"flask_corsguard.{name}" for name in WITH_EXAMPLE if name != decide.__name__} <= found
    assert {f"{each.__module__}.{each.__name__}" for each in (decide, judge)} <= found


def test_an_example_that_shows_something_else_fails():
    """An example that is wrong is named."""
    module = ModuleType("wrong", ">>> 1 + 1\n3\n")

    assert failed_examples(module) == ["wrong"]


@for_each("name", classes_of(PUBLIC))
def test_help_shows_what_is_public_and_no_address(name):
    """A reader in a terminal sees each field, and nothing that only this package uses."""
    text = render_doc(PUBLIC[name], renderer=plaintext)

    assert re.findall(r"0x[0-9a-f]{4,}", text) == []
    assert re.findall(r"(?m)^ \|  (_[a-z]\w*)", text) == []
