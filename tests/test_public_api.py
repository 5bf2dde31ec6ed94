"""What the package exports, and how it is written."""

from __future__ import annotations

import inspect
import pickle
import pickletools
import pydoc
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import flask_corsguard
from flask_corsguard import (
    SAME_ORIGIN,
    UNMANAGED,
    CorsGuard,
    CorsMiddleware,
    Policy,
    PolicyError,
    asgi,
    cors,
    decide,
)
from flask_corsguard.core.policy_fields import DEFAULTS, FIELDS, SENTENCES, PolicyFields, explains_fields
from rows import for_each

PUBLIC = {
    *("Policy", "SAME_ORIGIN", "UNMANAGED", "PolicyError", "decide", "judge"),
    *("CorsMiddleware", "CorsGuard", "cors", "policy_from_flask_cors"),
    *("CrossOriginRefused", "cors_refused", "CorsGuardWarning", "inventory", "Entry", "Finding"),
    # What the first nine take and give.
    *("Decision", "Kind", "Origin", "Problem", "Reason", "Request"),
}

#: Those that are neither classes nor functions.
VALUES = {"SAME_ORIGIN", "UNMANAGED", "cors_refused"}
FUNCTIONS = {"decide", "judge", "cors", "inventory", "policy_from_flask_cors"}


def test_the_package_exports_its_public_names_and_no_other():
    """Nothing else can be imported from it by accident."""
    exported = {name for name in dir(flask_corsguard) if not name.startswith("_")}
    modules = {name for name in exported if inspect.ismodule(getattr(flask_corsguard, name))}

    assert exported - modules == PUBLIC == set(flask_corsguard.__all__)


def test_a_name_that_is_not_exported_is_an_attribute_error():
    """As of any module, although some names are imported on first use."""
    with pytest.raises(AttributeError, match=r"^module 'flask_corsguard' has no attribute 'Cors'$"):
        flask_corsguard.Cors  # noqa: B018


def test_a_program_of_wsgi_imports_neither_flask_nor_werkzeug():
    """Flask's side of the package is imported when one of its names is used."""
    program = (
        "import sys, flask_corsguard as it; it.CorsMiddleware(lambda *_: [], it.SAME_ORIGIN); "
        "before = {'flask', 'werkzeug'} & set(sys.modules); it.CorsGuard; "
        "print(before == set(), 'flask' in sys.modules)"
    )

    printed = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout

    assert printed == "True True\n"


@pytest.mark.slow
def test_a_program_of_wsgi_imports_nothing_of_asgi():
    """The layer for ASGI is imported by its own name."""
    program = (
        "import sys, flask_corsguard as it; it.CorsGuard, it.CorsMiddleware; "
        "print([name for name in sys.modules if name.startswith('flask_corsguard.asgi')])"
    )

    printed = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout

    assert printed == "[]\n"


@pytest.mark.slow
def test_importing_the_package_loads_no_list_and_no_tables():
    """Public suffixes are for patterns with credentials, Punycode for mistakes."""
    program = (
        "import sys, flask, flask_corsguard as it; it.Policy(origins=['https://*.a.example']); "
        "print(sorted({'publicsuffixlist', 'idna'} & set(sys.modules)))"
    )

    printed = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout

    assert printed == "[]\n"


#: The modules that the documentation names, each with its public names.
MODULES = {
    name: [each for each in vars(import_module(name)) if not each.startswith("_")]
    for name in ("flask_corsguard.asgi", "flask_corsguard.live", "flask_corsguard.testing")
} | {"flask_corsguard": sorted(PUBLIC)}
CLASSES = [
    (module, name)
    for module, names in sorted(MODULES.items())
    for name in names
    if inspect.isclass(getattr(import_module(module), name))
]


@for_each("module, name", CLASSES)
def test_a_traceback_shows_the_public_path_of_a_class(module, name):
    """A reader finds it in the documentation, and a module of ours may move."""
    public = getattr(import_module(module), name)

    assert f"{public.__module__}.{public.__qualname__}" == f"{module}.{name}"
    assert pickle.loads(pickle.dumps(public)) is public


def test_many_classes_are_public():
    """A test of each would pass if none were found."""
    assert len(CLASSES) > 20


def help_on(module, name):
    """Return what help() shows of a public name."""
    return pydoc.render_doc(getattr(import_module(module), name), renderer=pydoc.plaintext)


@for_each("module, name", CLASSES)
def test_help_shows_no_private_member_and_no_address(module, name):
    """What a reader sees is what a reader can use."""
    shown = help_on(module, name)

    assert re.findall(r"(?m)^ \|  _[a-z]\w*", shown) == []
    assert not re.search(r"object at 0x|__annotations__ = .*'_", shown)


@pytest.mark.parametrize("name", ["CorsGuard", "Policy", "cors"])
def test_help_names_and_explains_every_field_of_a_policy(name):
    """A caller needs no other page."""
    shown = help_on("flask_corsguard", name)

    assert tuple(SENTENCES) == FIELDS
    assert [field for field in FIELDS if not re.search(rf"\b{field}\b", shown)] == []
    assert [sentence for sentence in SENTENCES.values() if sentence not in shown] == []


def test_a_parameter_of_fields_is_explained_at_its_own_indentation():
    """Python 3.13 removes that of the class, and earlier versions leave it."""

    def takes(**fields: object) -> None:
        """Take.

        :param fields: the fields of a policy, instead of *policy*.
        :returns: nothing.
        """

    lines = (explains_fields(takes).__doc__ or "").rstrip().splitlines()
    indent = " " * (len(lines[2]) - len(lines[2].lstrip()))

    assert lines[4] == f"{indent}    - ``origins``: {SENTENCES['origins']}"
    assert lines[-1] == f"{indent}:returns: nothing."


def test_what_has_no_docstring_is_left_without_one():
    """``python -OO`` removes them all."""

    def takes(**fields: object) -> None: ...

    assert explains_fields(takes).__doc__ is None


@pytest.mark.parametrize(
    "policy",
    [
        SAME_ORIGIN,
        SAME_ORIGIN.replace(guard="report"),
        UNMANAGED,
        Policy(origins="*"),
        Policy(origins=["https://a.example"], credentials=True),
    ],
    ids=["closed", "closed-and-reporting", "unmanaged", "everyone", "listed"],
)
def test_a_pickled_policy_names_public_paths_alone(policy):
    """It can be read by a later version, whose modules are other ones."""
    pickled = pickle.dumps(policy)
    texts = {text for _, text, _ in pickletools.genops(pickled) if isinstance(text, str)}

    assert pickle.loads(pickled) == policy
    assert {text for text in texts if "corsguard" in text} == {"flask_corsguard"}


def test_every_public_name_is_documented():
    """Each has a docstring whose first line is a sentence."""
    for name in PUBLIC - VALUES:
        first = (inspect.getdoc(getattr(flask_corsguard, name)) or "").partition("\n\n")[0]
        assert first.replace("\n", " ").endswith((".", ":")), name


def test_the_fields_of_a_policy_are_the_same_everywhere():
    """The signature, the defaults and the types that are passed on are one list."""
    parameters = inspect.signature(Policy).parameters

    assert tuple(parameters)[:-1] == FIELDS
    assert tuple(PolicyFields.__annotations__) == FIELDS
    assert {name: parameters[name].default for name in DEFAULTS} == DEFAULTS
    assert all(each.kind in {each.KEYWORD_ONLY, each.VAR_KEYWORD} for each in parameters.values())


def test_the_signatures_are_those_of_the_design():
    """What is written down in the contract can be called as it is written."""
    assert list(inspect.signature(CorsMiddleware).parameters) == [
        *("app", "policy", "debug", "on_refusal", "refusal_headers")
    ]
    assert inspect.signature(asgi.CorsMiddleware).parameters.keys() == (
        inspect.signature(CorsMiddleware).parameters.keys()
    )
    arguments = ["app", "policy", "paths", "blueprints", "report_only", "fields"]
    of_constructor = [*arguments[:-1], "debug_page", "fields"]
    assert list(inspect.signature(CorsGuard).parameters) == of_constructor
    assert list(inspect.signature(CorsGuard().init_app).parameters) == arguments
    assert list(inspect.signature(cors).parameters) == ["policy", "fields"]
    assert list(inspect.signature(decide).parameters) == ["policy", "request"]
    assert issubclass(PolicyError, ValueError)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["api.py", "asgi.py"])
def test_the_consumers_example_runs(name):
    """What two type checkers read is a program, too."""
    example = Path(__file__).parent / "typing" / name

    subprocess.run([sys.executable, "-W", "error", str(example)], check=True)


@pytest.mark.parametrize(
    "name", ["CorsGuard", "CorsGuardWarning", "CrossOriginRefused", "cors", "cors_refused"]
)
def test_a_name_of_flasks_side_is_found_when_it_is_first_asked_for(name):
    """From then on it is an attribute of the package like any other."""
    assert flask_corsguard.__getattr__(name) is vars(flask_corsguard)[name]
