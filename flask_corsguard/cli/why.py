"""``why``: what the text of a browser's console means, and what to change."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import click

from flask_corsguard.console_messages.console_text import MAX_TEXT_LENGTH, Finding, findings_of

from .failures import FOUND, Failure
from .output import json_option, write, write_json
from .paragraphs import write_code, write_paragraph


@click.command("why", short_help="Explain an error of a browser's console.")
@click.argument("text", nargs=-1)
@json_option
@click.pass_context
def command(ctx: click.Context, text: Sequence[str], as_json: bool) -> None:  # noqa: FBT001 - click passes it by name
    """Explain an error of a browser's console: what happened, and what to change.

    TEXT is what the console of Chrome, Edge, Firefox or Safari says; without it, standard input is
    read. All messages about CORS, Cross-Origin-Resource-Policy, private networks and mixed content
    are found in it, whatever else it holds.

    The exit code is 0 if a message was found and explained, as with grep, 1 if none was, and 2 if
    there is no text.

    \b
    Example:
      corsguard why < console.txt
    """  # noqa: D301 - click looks for the backspace itself
    findings = findings_of(_text_of(text))
    if as_json:
        write_json({"findings": [as_dict(finding) for finding in findings]})
    for at, finding in enumerate([] if as_json else findings):
        if at:
            write()
        _write(finding)
    if not findings:
        if not as_json:
            write(
                "There is no message about CORS in this text. Copy the red lines of the console, or ask the "
                "server itself: flask cors explain --origin https://app.example URL",
                err=True,
            )
        ctx.exit(FOUND)


def _text_of(words: Sequence[str]) -> str:
    """Return the text that was given, or that of standard input."""
    if words:
        return " ".join(words)
    if sys.stdin.isatty():
        write("Paste the text of the console, then press Ctrl-D in a line of its own.", err=True)
    # A log may hold any bytes.
    text = sys.stdin.buffer.read(MAX_TEXT_LENGTH).decode(errors="replace")
    if not text.strip():
        raise Failure("There is no text: give it as an argument, or on standard input.")
    return text


def as_dict(finding: Finding) -> dict[str, Any]:
    """Return *finding* as ``--json`` writes it."""
    return {
        "code": finding.fault.code,
        "engine": finding.engine,
        "message": finding.text,
        "values": dict(finding.values),
        "meaning": finding.meaning,
        "notes": list(finding.notes),
        "remedy": finding.remedy,
        "change": finding.change,
        "link": finding.fault.link,
    }


def _write(finding: Finding) -> None:
    write_paragraph(f"{finding.engine}: {finding.text}", hanging="  ", colour="red")
    write()
    write_paragraph(f"What happened: {finding.meaning}", "  ")
    for note in finding.notes:
        write_paragraph(note, "  ")
    write()
    write_paragraph(f"What to change: {finding.remedy}", "  ")
    if finding.change:
        write()
        write_code(finding.change)
    write()
    write(f"  {finding.fault.code}: {finding.fault.link}")
