"""How a command ends when it is used wrongly: one sentence on standard error, and the exit code 2."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Final

import click

#: The exit codes: nothing to report; something found; used wrongly.
GOOD: Final = 0
FOUND: Final = 1
WRONG: Final = 2


class Failure(click.ClickException):
    """The command cannot do what it was asked; the message is a sentence that says why, and what to do."""

    exit_code = WRONG


def require(*modules: str) -> None:
    """Raise if one of *modules*, which the extra ``cli`` installs, is missing.

    :param modules: the names of top-level modules.
    :raises Failure: with the command that installs them.
    """
    missing = [name for name in modules if find_spec(name) is None]
    if missing:
        raise Failure(
            f'This command needs {" and ".join(missing)}. Install it: pip install "flask-corsguard[cli]".'
        )
