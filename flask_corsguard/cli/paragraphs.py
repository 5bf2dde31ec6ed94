"""Paragraphs: text of some length, wrapped to the terminal."""

from __future__ import annotations

import textwrap
from typing import Final

from .output import terminal_width, write

#: The width of a line where the output is not a terminal, and the greatest on a terminal, in characters.
MAX_WIDTH: Final = 100


def write_paragraph(
    text: str, indent: str = "", *, hanging: str = "", colour: str | None = None, err: bool = False
) -> None:
    """Write *text* in lines that fit the terminal.

    :param indent: what every line begins with.
    :param hanging: what all lines but the first have after that.
    :param colour: the colour, on a terminal.
    :param err: write to standard error.
    """
    width = min(terminal_width() or MAX_WIDTH, MAX_WIDTH)
    lines = textwrap.wrap(
        _printable(text),
        width,
        initial_indent=indent,
        subsequent_indent=indent + hanging,
        # A URL, or a name with hyphens, can be copied only if it is whole.
        break_long_words=False,
        break_on_hyphens=False,
    )
    for line in lines:
        write(line, colour, err=err)


def write_code(text: str, indent: str = "    ") -> None:
    """Write *text* as code to paste: it is not wrapped."""
    for line in text.split("\n"):
        write(f"{indent}{_printable(line)}".rstrip(), "cyan")


def _printable(text: str) -> str:
    """Return *text* with escapes for what a server could steer a terminal with."""
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)
