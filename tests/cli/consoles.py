"""The consoles on pages of the documentation: each command, and what it is said to print."""

from __future__ import annotations

import re
import shlex
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from click.testing import CliRunner

from pages import DOCS, blocks_of


class Run(NamedTuple):
    """A command on a page."""

    page: str
    command: str
    output: str


def runs_on(page: str) -> list[Run]:
    """Return the commands in the consoles of *page*, in order."""
    blocks = [block.lexemes["source"] for block in blocks_of((DOCS / page).read_text("utf-8"), "console")]
    parts = [re.split(r"(?m)^\$ (.*)\n", f"{block.rstrip()}\n") for block in blocks]
    return [
        Run(page, command, output.rstrip())
        for _, *rest in parts
        for command, output in zip(rest[::2], rest[1::2], strict=True)
    ]


def repeat(run: Run, place: Path, **options: object) -> str:
    """Run the command of *run* in the folder *place*, and return what it prints.

    ``cat FILE`` makes that file of what it is said to print, because the page shows it there.
    """
    words = shlex.split(run.command)
    if words[0] == "cat":
        (place / words[1]).write_text(run.output, "utf-8")
        return run.output
    stdin = None
    if "<" in words:
        *words, _, file = words
        stdin = (place / file).read_text("utf-8")
    assert words[:2] == ["flask", "cors"]
    command = import_module(f"flask_corsguard.cli.{words[2]}").command
    result = CliRunner(env={"COLUMNS": "80", "NO_COLOR": "1"}).invoke(
        command, words[3:], input=stdin, prog_name=f"flask cors {words[2]}", **options
    )
    return "\n".join(line.rstrip() for line in result.output.splitlines()).rstrip()
