"""The application that a command is about, and one sentence where there is none."""

from __future__ import annotations

import sys

import click
import pytest
from click.testing import CliRunner
from flask.cli import NoAppException, ScriptInfo

from flask_corsguard.cli.loading import NamedObject, load_application


@click.command()
def show():
    """Show the application."""
    click.echo(repr(load_application()))


@pytest.fixture
def module(tmp_path, monkeypatch):
    """Write a module of that name and text into the current folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    before = set(sys.modules)

    def write(name: str, text: str) -> None:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    yield write
    for name in set(sys.modules) - before:
        if str(tmp_path) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


def shown(spec):
    """Return what a command prints about *spec*."""
    result = CliRunner().invoke(show, obj=NamedObject(spec))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.output.removeprefix("Error: ").strip(), result.exit_code


@pytest.mark.parametrize(
    ("spec", "found"),
    [
        ("shop:app", "'app'"),
        ("shop", "'app'"),
        ("shop.py", "'app'"),
        ("./shop.py:app", "'app'"),
        ("shop:make", "<class 'shop.make'>"),
        ("shop:make.inner", "'inner'"),
        ("shop:factory()", "(1, 2)"),
        ("shop:factory(3, second='x')", "(3, 'x')"),
        ("package.shop:app", "'in a package'"),
        ("package/shop.py:app", "'in a package'"),
        ("package/__init__.py:made", "'package'"),
        ("package:made", "'package'"),
        ("package/:made", "'package'"),
        ("made", "'made'"),
        ("shop:factory", "(1, 2)"),
        ("shop:wsgi", "<function wsgi at"),
        ("shop:any_arguments", "<function any_arguments at"),
    ],
)
def test_an_object_is_named_as_flask_and_servers_name_it(spec, found, module):
    """By module or file, and by a name, a name of a name, or a call. As in Flask, a factory is called."""
    module(
        "shop.py",
        "app = 'app'\nclass make:\n    inner = 'inner'\n"
        "def factory(first=1, second=2): return first, second\n"
        "def wsgi(environ, start_response): ...\ndef any_arguments(*given): ...",
    )
    module("made.py", "def create_app(): return 'made'")
    module("package/__init__.py", "made = 'package'")
    module("package/shop.py", "app = 'in a package'")

    output, code = shown(spec)

    assert output.startswith(found)
    assert code == 0


def test_the_application_with_a_layer_is_found_in_a_module_that_names_no_object(module):
    """A program of another framework has both: the layer is around the other."""
    module(
        "shop.py",
        "from flask_corsguard import SAME_ORIGIN, CorsMiddleware\n"
        "def app(environ, start_response): ...\napplication = CorsMiddleware(app, SAME_ORIGIN)",
    )

    assert shown("shop")[0].startswith("<flask_corsguard.CorsMiddleware object")


@pytest.mark.parametrize(
    ("spec", "sentence"),
    [
        (
            None,
            "This command needs an application. Write --app module:object, or --app module:factory.",
        ),
        ("nowhere:app", "There is no module 'nowhere' here. Write --app module:object, or --app"),
        ("nowhere.there:app", "There is no module 'nowhere.there' here."),
        ("bad:ap", "'bad' has no 'ap'. Did you mean \"app\"?"),
        ("bad:app.x", "'bad' has no 'x'."),
        ("bad:app + 1", "'app + 1' is neither a name nor a call with literal arguments."),
        ("bad:make(x)", "'make(x)' is neither a name nor a call with literal arguments."),
        ("bad:app(", "'app(' is neither a name nor a call"),
        ("bad:number()", "'number()' cannot be called: write it without the brackets."),
        (
            "bad:needy",
            (
                "needy() missing 1 required positional argument: 'config'. Write the arguments: "
                "--app 'bad:needy(...)'."
            ),
        ),
        ("bad:needy(1, 2)", "needy() takes 1 positional argument but 2 were given. Write the arguments:"),
        ("bad:needy('x')", "The application cannot be loaded: TypeError: "),
        ("needy", "create_app() missing 1 required positional argument: 'config'. Write the arguments:"),
        ("bad:make()", "The application cannot be loaded: ZeroDivisionError: division by zero ("),
        ("nothing", "The module 'nothing' has none of app, application, create_app, make_app."),
        ("exits:app", "The application cannot be loaded: SystemExit: 3 ("),
        ("needs:app", "The application cannot be loaded: ModuleNotFoundError: No module named 'nobody' ("),
        ("wrong:app", "The application cannot be loaded: SyntaxError: "),
    ],
)
def test_what_cannot_be_loaded_is_one_sentence(spec, sentence, module):
    """With the exit code of a wrong use, and never a traceback."""
    module("bad.py", "class app: pass\nnumber = 1\ndef make(): return 1 / 0\ndef needy(config): 1 + ''")
    module("needy.py", "def create_app(config): ...")
    module("nothing.py", "")
    module("exits.py", "raise SystemExit(3)")
    module("needs.py", "import nobody")
    module("wrong.py", "app = (")

    output, code = shown(spec)

    assert output.startswith(sentence), output
    assert code == 2
    assert "Traceback" not in output


def test_a_failure_names_the_line_of_the_application(module, tmp_path):
    """Not one of a package that it calls."""
    module("calls.py", "import json\n\napp = json.loads('{')")

    module("wrong.py", "import json\napp = (")

    assert shown("calls:app")[0].endswith(f"({tmp_path / 'calls.py'}:3)")
    assert shown("wrong:app")[0].endswith(f"({tmp_path / 'wrong.py'}:2)")


def test_a_policy_with_problems_is_shown_whole(module, tmp_path):
    """All of them, each with the spelling that works."""
    module("shop.py", "from flask_corsguard import Policy\napp = Policy(origins=['https://a.example/'])")

    output, code = shown("shop:app")

    assert output.startswith(f"{tmp_path / 'shop.py'}:2: 1 problem in the CORS policy:\n")
    assert "[origin.trailing-slash]" in output
    assert code == 2


def test_what_an_application_prints_is_not_in_the_output(module):
    """It may be JSON, for a program."""
    module("loud.py", "print('hello')\napp = 'app'")

    result = CliRunner().invoke(show, obj=NamedObject("loud:app"))

    assert result.stdout == "'app'\n"
    assert result.stderr == "hello\n"


def test_a_command_without_a_group_needs_an_application_too():
    """Nothing was named."""
    assert CliRunner().invoke(show).output.startswith("Error: This command needs an application.")


@pytest.mark.parametrize(
    ("message", "sentence"),
    [
        ("Could not import 'nowhere'.", "Could not import 'nowhere'."),
        ("While importing 'a', this was raised:\n\nTraceback:\n x\nKeyError: 'b'\n", "raised: KeyError: 'b'"),
    ],
)
def test_what_flask_cannot_load_is_one_sentence(message, sentence):
    """Flask's own message may have a traceback in it."""

    def create_app():
        raise NoAppException(message)

    result = CliRunner().invoke(show, obj=ScriptInfo(create_app=create_app))

    assert result.exit_code == 2
    assert result.output.strip().endswith(sentence)
    assert "Traceback" not in result.output
