"""The command ``lint``: findings about the policies, each with file, line and remedy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Final

import click

from flask_corsguard.core.findings import FINDINGS, Finding
from flask_corsguard.core.problems import did_you_mean
from flask_corsguard.inventories.lint import findings_of
from flask_corsguard.inventories.words import relative

from .failures import FOUND, Failure
from .output import example, json_option, write, write_json
from .subject import context_of, load_subject, why_no_entries

_COLOURS: Final = {"warning": "yellow", "note": "cyan"}

#: How many routes of a finding are named; JSON has all.
_MAX_ROUTES: Final = 5

#: What GitHub calls the levels.
_OF_GITHUB: Final = {"warning": "warning", "note": "notice"}


@click.command(
    name="lint",
    epilog=example("flask --app shop cors lint --strict --ignore policy.everyone-unsafe"),
)
@click.option("--strict", is_flag=True, help="Exit with 1 for notes, too, and not for warnings alone.")
@click.option("--ignore", "ignored", metavar="CODE", multiple=True, help="Leave a code out; repeatable.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "github"]),
    default="text",
    help="Write text, or what GitHub shows beside the lines of a pull request.",
)
@json_option
@click.pass_context
def command(ctx: click.Context, *, strict: bool, ignored: tuple[str, ...], form: str, as_json: bool) -> None:
    """Find policies that are not in force, or that allow more than they may be meant to.

    A finding has a code, which the documentation explains. The application is imported and not run; what only
    requests show is warned of when it runs.
    """
    if as_json and form != "text":
        raise click.UsageError("The output is either of --json or of --format github.")
    for code in ignored:
        if code not in FINDINGS:
            raise click.UsageError(f"There is no code {code!r}. {did_you_mean(code, list(FINDINGS))}")
    subject = load_subject()
    try:
        with context_of(subject):
            found = [each for each in findings_of(subject) if each.code not in ignored]
    except LookupError as error:
        raise Failure(why_no_entries(subject, error)) from error
    if as_json:
        write_json([{"level": each.level, **asdict(each)} for each in found])
    elif form == "github":
        _write_for_github(found)
    else:
        _write_text(found)
    if any(strict or each.level == "warning" for each in found):
        ctx.exit(FOUND)


def _write_text(found: Iterable[Finding]) -> None:
    counts = {"warning": 0, "note": 0}
    for each in found:
        counts[each.level] += 1
        place = f"{relative(each.where)}: " if each.where else ""
        write(f"{place}{each.code}", _COLOURS[each.level])
        for line in filter(None, (each.message, each.hint, _routes(each))):
            write(f"    {line}")
    counted = [f"{count} {level}{'' if count == 1 else 's'}" for level, count in counts.items() if count]
    write(f"{', '.join(counted) or 'Nothing found'}.")


def _routes(finding: Finding) -> str:
    shown = ", ".join(finding.routes[:_MAX_ROUTES])
    more = len(finding.routes) - _MAX_ROUTES
    return f"{shown} and {more} more" if more > 0 else shown


def _write_for_github(found: Iterable[Finding]) -> None:
    # https://docs.github.com/actions/reference/workflow-commands-for-github-actions
    for each in found:
        file, _, line = relative(each.where).rpartition(":")
        place = f"file={_escaped(file, ':,')},line={line}," if each.where else ""
        routes = f" ({_routes(each)})" if each.routes else ""
        text = _escaped(f"{each.message}{routes} {each.hint}")
        write(f"::{_OF_GITHUB[each.level]} {place}title={each.code}::{text}")


def _escaped(text: str, others: str = "") -> str:
    for character in f"%\r\n{others}":
        text = text.replace(character, f"%{ord(character):02X}")
    return text
