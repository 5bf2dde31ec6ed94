"""How a command ends when it is used wrongly: one sentence on standard error, and the exit code 2."""

from __future__ import annotations

from typing import Final

import click

#: The exit codes: nothing to report; something found; used wrongly.
GOOD: Final = 0
FOUND: Final = 1
WRONG: Final = 2


class Failure(click.ClickException):
    """The command cannot do what the user asked; the message explains why, and what to do."""

    exit_code = WRONG
