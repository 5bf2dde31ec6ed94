"""``corsguard migrate``: moves an application from Flask-CORS."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from flask_corsguard.migrate.migration import Migration, migrate
from flask_corsguard.migrate.observation import differences, written_origins
from flask_corsguard.migrate.project import read_project
from flask_corsguard.migrate.questions import AnswersError, read_answers
from flask_corsguard.migrate.report import json_of, text_of
from flask_corsguard.migrate.source import SourceError
from flask_corsguard.migrate.trial import Trial, TrialError, started, started_after
from flask_corsguard.migrate.writing import WritingError, check_clean, write

from .output import example


class _UnusableError(click.ClickException):
    """What cannot be read or written: one sentence."""

    exit_code = 2


class _BrokenError(click.ClickException):
    """The migrated application does not start."""

    exit_code = 3


def _try(app: str, found: Migration, before: Trial, origins: Sequence[str]) -> None:
    here = Path.cwd()
    for change in found.changes:
        if not change.path.resolve().is_relative_to(here):
            raise _UnusableError(
                f"--app starts a copy of the current folder, and {change.name} is not in it. "
                "Run the command in a folder that has both."
            )
    try:
        after = started_after(app, Path(), found.changes, origins)
    except TrialError as error:
        raise _BrokenError(f"After the migration, {error} Nothing is written.") from None
    found.lines += differences(before.seen, after.seen, origins, app)


def _named_before(context: click.Context) -> str | None:
    """Return the application that ``--app`` of the group names; one of the environment is not started."""
    root = context.find_root()
    for parameter, attribute in (("spec", "spec"), ("app", "app_import_path")):
        if root.get_parameter_source(parameter) is ParameterSource.COMMANDLINE:
            named: str | None = getattr(root.obj, attribute)
            return named
    return None


@click.command("migrate", epilog=example("corsguard migrate src --origins https://app.example --write"))
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--app", metavar="MODULE:NAME", help="Start this application, before and after, and compare.")
@click.option("--origins", default="", metavar="URL,...", help="The origins that may send cookies.")
@click.option("--answers", type=click.Path(path_type=Path), help="A file with answers to what is asked.")
@click.option("--write", "is_written", is_flag=True, help="Write the files. Without it nothing is changed.")
@click.option("--force", is_flag=True, help="Write also where git could not undo it.")
@click.option(
    "--guard",
    type=click.Choice(["report", "enforce"]),
    default="report",
    show_default=True,
    help="What the guard does with forged requests.",
)
@click.option("--json", "is_json", is_flag=True, help="Write the report as JSON.")
@click.pass_context
def command(
    context: click.Context,
    paths: tuple[Path, ...],
    app: str | None,
    origins: str,
    answers: Path | None,
    *,
    is_written: bool,
    force: bool,
    guard: str,
    is_json: bool,
) -> None:
    """Move an application from Flask-CORS, or list what you must decide first.

    PATHS are files and folders; without one, the current folder. Nothing of the project is executed, unless
    --app names the application.

    The exit code is 0 if the move is complete or there is nothing to do. It is 1 if questions or work by hand
    are left: then no file of that application changes. It is 2 if a file cannot be read or written, and 3 if
    the migrated application does not start.

    """
    roots = paths or (Path(),)
    app = app or _named_before(context)
    try:
        text = answers.read_text("utf-8") if answers is not None else ""
        given = read_answers(text, [each.strip() for each in origins.split(",") if each.strip()])
        pages = written_origins(each.data for each in read_project(roots).every) if app is not None else []
        before = started(app, Path(), pages) if app is not None else Trial([], [])
        found = migrate(roots, given, guard, before.routes)
        if app is not None and found.changes:
            _try(app, found, before, pages)
        if is_written and found.changes:
            if not force:
                check_clean(roots, found.changes)
            write(found.changes)
    except OSError as error:
        raise _UnusableError(f"{error.filename} cannot be read ({error.strerror}).") from None
    except (AnswersError, SourceError, TrialError, WritingError) as error:
        raise _UnusableError(str(error)) from None
    code = int(found.is_open)
    click.echo(json_of(found, code) if is_json else text_of(found), nl=False)
    context.exit(code)


__all__: list[Any] = ["command"]
