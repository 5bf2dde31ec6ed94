"""What commands write: JSON for programs, columns for people, and colours for terminals alone."""

from __future__ import annotations

import json
import os
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterable, Sequence
from itertools import zip_longest
from typing import Any, Final, NamedTuple, TypeVar

import click

#: The narrowest that a column becomes where the terminal is narrow, in characters.
MIN_WIDTH: Final = 9

_GAP: Final = "  "

F = TypeVar("F", bound=Callable[..., Any])


class Cell(NamedTuple):
    """A text and its colour, where there are colours."""

    text: str
    colour: str | None = None


def example(*lines: str) -> str:
    """Return the end of the help of a command: how it is called."""
    # After a backspace click leaves the lines of a paragraph as they are.
    return "\n".join(["\b", "Example:", *(f"  {line}" for line in lines)])


def json_option(command: F) -> F:
    """Give *command* the option ``--json``, as the argument ``as_json``."""
    return click.option("--json", "as_json", is_flag=True, help="Write JSON, for programs.")(command)


def write_json(value: object) -> None:
    """Write *value* as JSON; the elements of a list each on a line of its own."""
    if not isinstance(value, list):
        click.echo(json.dumps(value, indent=2, ensure_ascii=False))
        return
    lines = ",\n".join(json.dumps(each, ensure_ascii=False) for each in value)
    click.echo(f"[\n{lines}\n]" if value else "[]")


def write(text: str = "", colour: str | None = None, *, err: bool = False) -> None:
    """Write a line; *colour* applies on a terminal if ``NO_COLOR`` is not set."""
    styled = click.style(text, fg=colour) if colour else text
    click.echo(styled, err=err, color=False if os.environ.get("NO_COLOR") else None)


def terminal_width() -> int | None:
    """Return how many characters a line of the terminal has; ``None`` if the output is not a terminal."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def write_table(titles: Sequence[str], rows: Iterable[Sequence[Cell | str]]) -> None:
    """Write columns; on a terminal they fit its width, and no text is cut."""
    cells = [[_printable(each) for each in row] for row in rows]
    head = [Cell(title) for title in titles]
    widths = [max(len(each.text) for each in column) for column in zip(head, *cells, strict=True)]
    available = terminal_width()
    if available is not None:
        widths = _fitting(widths, available)
    for row in (head, [Cell("-" * width) for width in widths], *cells):
        _write_row(row, widths)


def _write_row(row: Sequence[Cell], widths: Sequence[int]) -> None:
    wrapped = [_wrapped(each.text, width) for each, width in zip(row, widths, strict=True)]
    for parts in zip_longest(*wrapped, fillvalue=""):
        padded = [part.ljust(width) for part, width in zip(parts, widths, strict=True)]
        padded[-1] = padded[-1].rstrip()
        styled = [
            click.style(part, fg=each.colour) if each.colour else part
            for part, each in zip(padded, row, strict=True)
        ]
        write(_GAP.join(styled).rstrip())


def _fitting(widths: Sequence[int], available: int) -> list[int]:
    """Return *widths*, the widest made narrower until the row fits."""
    narrowed = list(widths)
    excess = sum(narrowed) + len(_GAP) * (len(narrowed) - 1) - available
    while excess > 0:
        widest = max(range(len(narrowed)), key=narrowed.__getitem__)
        if narrowed[widest] <= MIN_WIDTH:
            break
        narrowed[widest] -= 1
        excess -= 1
    return narrowed


def _wrapped(text: str, width: int) -> list[str]:
    if len(text) <= width:
        return [text]
    return textwrap.wrap(text, width, break_on_hyphens=False) or [""]


def _printable(cell: Cell | str) -> Cell:
    text, colour = (cell.text, cell.colour) if isinstance(cell, Cell) else (cell, None)
    if text.isprintable():
        return Cell(text, colour)
    return Cell("".join(each if each.isprintable() else ascii(each)[1:-1] for each in text), colour)
