"""The application that a command is about: that of ``flask --app``, or that of ``corsguard --app``."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import sys
import sysconfig
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from types import ModuleType
from typing import Any, Final, Protocol

import click

from flask_corsguard.core.problems import PolicyError, did_you_mean
from flask_corsguard.wsgi.application import is_asgi

from .failures import Failure

#: What is looked for in a module if ``--app`` names no object: applications, and what returns one.
_USUAL_NAMES: Final = ("app", "application")
_USUAL_FACTORIES: Final = ("create_app", "make_app")

#: How many arguments servers pass to an application, of WSGI and of ASGI.
_ARGUMENTS_OF_SERVERS: Final = (2, 3)

#: The folders of code that is not the application's: Python, other packages, and this one.
_LIBRARIES: Final = (
    *(sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")),
    str(Path(__file__).parents[1]),
)

_SPELLING: Final = "Write --app module:object, or --app module:factory."


class Choice(Protocol):
    """What a group has put into ``click.Context.obj``; Flask's ``ScriptInfo`` is one."""

    def load_app(self) -> object:
        """Return the application."""
        ...


class NamedObject:
    """The object that ``--app`` names.

    :param spec: ``module:object``, ``module:factory()``, ``file.py:object`` or ``module``; ``None`` if
        nothing was named.
    """

    def __init__(self, spec: str | None) -> None:
        self.spec = spec

    def load_app(self) -> object:
        """Import the module and return the object.

        :raises Failure: if there is none.
        """
        if not self.spec:
            raise Failure(f"This command needs an application. {_SPELLING}")
        # A drive of Windows has a colon, too.
        path, name = (*re.split(r":(?![\\/])", self.spec, maxsplit=1), None)[:2]
        module = _module_of(str(path))
        return _usual_object(module) if not name else _evaluated(module, name)


def load_application() -> object:
    """Return the application that the current command is about.

    What the application prints while it is imported goes to standard error, because the output of the command
    may be read by a program.

    :raises Failure: if there is none, or if it cannot be imported.
    """
    choice: Choice | None = click.get_current_context().obj
    with redirect_stdout(sys.stderr), _in_a_sentence():
        return (choice or NamedObject(None)).load_app()


def is_application_named() -> bool:
    """Return whether ``--app``, or the environment, names an application for the current command."""
    choice: Any = click.get_current_context().obj
    # The user has not asked for the application that Flask finds without a name.
    named = [getattr(choice, name, None) for name in ("spec", "app_import_path", "create_app")]
    return any(each is not None for each in named)


@contextmanager
def _in_a_sentence() -> Iterator[None]:
    """Raise whatever is raised while an application is imported as a :class:`Failure`."""
    try:
        yield
    except Failure:
        raise
    except click.UsageError as error:
        # An error of Flask may contain a whole traceback: its first line and its last explain it.
        first, *others = error.format_message().strip().splitlines()
        raise Failure(f"{first} {others[-1]}" if others else first) from error
    except PolicyError as error:
        raise Failure(f"{_where(error)}: {error}") from error
    except (Exception, SystemExit) as error:
        reason = "".join(traceback.format_exception_only(error)).strip().splitlines()[-1]
        raise Failure(f"The application cannot be loaded: {reason} ({_where(error)})") from error


def _where(error: BaseException) -> str:
    """Return the line of the application that raised: the last one that is not of a library."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}:{error.lineno}"
    frames = traceback.extract_tb(error.__traceback__)
    own = [each for each in frames if not each.filename.startswith(("<", *_LIBRARIES))]
    last = (own or frames)[-1]
    return f"{last.filename}:{last.lineno}"


def _module_of(path: str) -> ModuleType:
    name = _importable(path)
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise
        raise Failure(f"There is no module {name!r} here. {_SPELLING}") from error


def _importable(path: str) -> str:
    """Return the name of the module at *path*, and have it found; a name may be given instead of a path."""
    here = Path.cwd()
    if path.endswith(".py") or "/" in path or "\\" in path:
        file = (here / path).resolve()
        parts = [file.stem] if file.suffix == ".py" else [file.name]
        here = file.parent
        if parts == ["__init__"]:
            parts, here = [here.name], here.parent
        while (here / "__init__.py").exists():
            parts, here = [here.name, *parts], here.parent
        path = ".".join(parts)
    sys.path.insert(0, str(here))
    return path


def _usual_object(module: ModuleType) -> object:
    # Here, because a command that needs no application does not pay for it.
    from flask_corsguard.inventories.inventory import layer_of

    named = [getattr(module, name) for name in _USUAL_NAMES if getattr(module, name, None) is not None]
    if named:
        # In programs of other frameworks, the layer is around the application, and has the other name.
        return next((each for each in named if layer_of(each) is not None), named[0])
    for name in _USUAL_FACTORIES:
        if (factory := getattr(module, name, None)) is not None:
            return _called(factory, module, name)
    names = ", ".join((*_USUAL_NAMES, *_USUAL_FACTORIES))
    raise Failure(f"The module {module.__name__!r} has none of {names}. {_SPELLING}")


def _called(found: Any, module: ModuleType, text: str, *arguments: object, **named: object) -> object:
    """Call *found*, which *text* names."""
    try:
        return found(*arguments, **named)
    except TypeError as error:
        if error.__traceback__ is None or error.__traceback__.tb_next is not None:
            raise
        # It was not raised inside of it: the arguments are wrong.
        name = text.partition("(")[0]
        raise Failure(f"{error}. Write the arguments: --app '{module.__name__}:{name}(...)'.") from error


def _is_factory(found: object) -> bool:
    """Return whether *found* is a function that no server can call as an application."""
    if not inspect.isfunction(found) or is_asgi(found):
        return False
    parameters = inspect.signature(found).parameters.values()
    needed = [each for each in parameters if each.default is each.empty]
    return len(needed) not in _ARGUMENTS_OF_SERVERS and all(
        each.kind is not each.VAR_POSITIONAL for each in needed
    )


def _evaluated(module: ModuleType, text: str) -> object:
    """Return the value of *text*: a name, a name of a name, or a call of one with literal arguments."""
    try:
        node = ast.parse(text.strip(), mode="eval").body
        call = node if isinstance(node, ast.Call) else None
        found = _attribute(module, call.func if call else node)
        if call is None:
            return _called(found, module, text) if _is_factory(found) else found
        arguments = [ast.literal_eval(each) for each in call.args]
        named = {each.arg or "": ast.literal_eval(each.value) for each in call.keywords}
    except (SyntaxError, ValueError) as error:
        raise Failure(f"{text!r} is neither a name nor a call with literal arguments. {_SPELLING}") from error
    if not callable(found):
        raise Failure(f"{text!r} cannot be called: write it without the brackets.")
    return _called(found, module, text, *arguments, **named)


def _attribute(module: ModuleType, node: ast.expr) -> object:
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.insert(0, node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        raise ValueError(ast.dump(node))  # noqa: TRY004 - the text is wrong, and not a type
    found: object = module
    for name in (node.id, *names):
        if not hasattr(found, name):
            known = [each for each in vars(found) if not each.startswith("_")] or ["app"]
            raise Failure(f"{module.__name__!r} has no {name!r}. {did_you_mean(name, known)}")
        found = getattr(found, name)
    return found
