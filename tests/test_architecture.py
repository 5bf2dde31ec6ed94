"""The rules of the house that a program can check."""

from __future__ import annotations

import ast
import re
import subprocess
from importlib import metadata
from pathlib import Path

import pytest

import flask_corsguard
from rows import for_each

ROOT = Path(__file__).parent.parent
#: Where the package is imported from, which can be an environment.
PACKAGE = Path(flask_corsguard.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))


@for_each("module", MODULES)
def test_a_module_has_one_reason_to_change(module):
    """None is longer than 300 lines, no function than 40 statements' lines, and each has a docstring."""
    text = module.read_text()
    tree = ast.parse(text)

    assert len(text.splitlines()) <= 300
    assert ast.get_docstring(tree)
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            length = (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0
            assert length <= 40, f"{node.name} has {length} lines"


def test_the_core_imports_nothing_that_acts():
    """No framework, no WSGI, no log, no clock, no file, no network."""
    allowed = {
        *(
            "__future__",
            "abc",
            "collections",
            "contextlib",
            "copy",
            "dataclasses",
            "datetime",
            "difflib",
            "enum",
            "functools",
        ),
        *(
            "idna",
            "inspect",
            "ipaddress",
            "itertools",
            "publicsuffixlist",
            "operator",
            "re",
            "types",
            "typing",
        ),
        # For the parser of regular expressions, whose name depends on the version.
        *("importlib", "sys"),
        # Where the public suffix list lies.
        "pathlib",
        # Of the package, the core alone: import-linter sees to that.
        "flask_corsguard",
    }
    imported = set()
    for module in (PACKAGE / "core").rglob("*.py"):
        for node in ast.walk(ast.parse(module.read_text())):
            if isinstance(node, ast.Import):
                imported |= {name.name.partition(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                imported.add((node.module or "").partition(".")[0])

    assert imported <= allowed


def test_the_run_time_dependencies_are_four():
    """And nothing else is installed with the library."""
    # What an extra adds has the extra's name behind a semicolon.
    requirements = [each for each in metadata.requires("flask-corsguard") or [] if "extra ==" not in each]
    names = {re.split(r"[<>=!~ \[;]", each, maxsplit=1)[0] for each in requirements}

    assert names == {"flask", "idna", "publicsuffixlist", "werkzeug"}


def test_the_package_is_typed():
    """Type checkers read its annotations."""
    assert (PACKAGE / "py.typed").exists()


@pytest.mark.slow
def test_every_test_is_collected(collected, pytestconfig):
    """No function that looks like a test is left out because of the name of its module or class."""
    whole = [Path(each).absolute() for each in pytestconfig.args] == [ROOT / "tests"]
    if not whole or pytestconfig.option.ignore:
        pytest.skip("this run does not collect the whole tree")
    written = {
        f"{module.relative_to(ROOT).as_posix()}::{node.name}"
        for module in TESTS
        for node in ast.walk(ast.parse(module.read_text()))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }

    assert {name.partition("[")[0] for name in collected} == written


def test_the_name_of_a_test_is_the_same_in_every_process(collected):
    """No parameter is named by its address, because parallel runs must collect the same names."""
    assert [name for name in collected if re.search(r"\bat 0x[0-9a-f]+", name)] == []


@for_each("module", TESTS)
def test_every_test_is_a_sentence_about_what_is_true(module):
    """Its name is a sentence, and so is the first line of its docstring."""
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            docstring = ast.get_docstring(node) or ""
            assert re.match(r"\S.*[.]$", docstring.partition("\n")[0]), f"{node.name}: {docstring!r}"


@pytest.mark.slow
def test_no_file_names_a_place_of_one_machine():
    """The project speaks of itself alone."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    hosts = re.compile(r"(?:py" + r"pi|npm" + r"js|python" + r"hosted)\.(?:org|com)")
    wrong = []
    for name in listed.splitlines():
        path = ROOT / name
        if (
            path.suffix in {".py", ".md", ".toml", ".cfg", ".yml", ".yaml", ".html", ".js", ""}
            and path.is_file()
        ):
            wrong += [name] if hosts.search(path.read_text(errors="replace")) else []

    assert wrong == []
