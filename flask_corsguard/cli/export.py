"""``corsguard export``: the policies as the configuration of an engine in front of the application."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final, NoReturn

import click

from flask_corsguard.core.problems import PolicyError
from flask_corsguard.edge.export import Export, export
from flask_corsguard.edge.files import Table
from flask_corsguard.edge.formats import FORMATS
from flask_corsguard.edge.losses import ACCEPTABLE
from flask_corsguard.edge.places import Source
from flask_corsguard.edge.source import source_of
from flask_corsguard.edge.writing import differing, write_files

from .failures import FOUND, Failure
from .loading import NamedObject, load_application
from .output import example, json_option, write, write_json

_OWN: Final = "An origin that the engine itself is reached by; may be repeated."


def load_source() -> Source:
    """Return what the current command is about.

    :raises Failure: if it is nothing that can be exported.
    """
    found = load_application()
    try:
        return source_of(found)
    except PolicyError as error:
        raise Failure(str(error)) from error


def refuse(error: PolicyError, *, as_json: bool) -> NoReturn:
    """Write the problems of *error*, and end with the exit code for something that was found."""
    if as_json:
        fields = ("code", "field", "message", "hint")
        write_json({"problems": [{name: getattr(each, name) for name in fields} for each in error.problems]})
    else:
        write(str(error), err=True)
    raise click.exceptions.Exit(FOUND)


@click.command(
    short_help="Write the policies as the configuration of nginx and other engines.",
    epilog=example("corsguard --app shop:app export nginx -o /etc/nginx/corsguard"),
)
@click.argument("form", metavar="FORMAT", type=click.Choice(list(FORMATS)))
@click.option("--own", multiple=True, metavar="ORIGIN", help=_OWN)
@click.option(
    "-o", "--output", metavar="DIR", type=click.Path(file_okay=False, path_type=Path), help="Where to write."
)
@click.option("--directory", metavar="DIR", help="Where the engine finds the files, if it is elsewhere.")
@click.option(
    "--accept",
    multiple=True,
    metavar="CODE",
    type=click.Choice(sorted(ACCEPTABLE)),
    help="Accept that the format does not do something; may be repeated.",
)
@click.option("--data-only", is_flag=True, help="Write only the lists of origins.")
@json_option
def command(
    *,
    form: str,
    own: tuple[str, ...],
    output: Path | None,
    directory: str | None,
    accept: tuple[str, ...],
    data_only: bool,
    as_json: bool,
) -> None:
    """Write the policies as the configuration of an engine in front of the application.

    Nothing is written to the files of the engine itself: include the new files there. The page "Scale out" of
    the documentation shows where.
    """
    try:
        made = export(
            load_source(),
            FORMATS[form],
            own=own,
            accepted=accept,
            directory=directory,
            command=_command_line(),
        )
    except PolicyError as error:
        refuse(error, as_json=as_json)
    files = {name: text for name, text in made.files.items() if not data_only or name in made.data}
    if output is not None:
        _write_files(output, made, files)
        _name_old_tables(output, [made.tables[name] for name in files if name in made.tables])
    _report(made, files, output, as_json=as_json)


def _command_line() -> str:
    """Return the command that makes the same files, wherever it writes them."""
    context = click.get_current_context()
    if isinstance(context.obj, NamedObject):
        start, spec, group = "corsguard", context.obj.spec, []
    else:
        # Flask's own object.
        start, spec, group = "flask", getattr(context.obj, "app_import_path", None), ["cors"]
    words = [start, *(["--app", spec] if spec else []), *group, "export", context.params["form"]]
    for name in ("own", "accept"):
        for value in context.params[name]:
            words += [f"--{name}", value]
    if context.params["directory"] is not None:
        words += ["--directory", context.params["directory"]]
    return shlex.join(words)


def _write_files(output: Path, made: Export, files: Mapping[str, str]) -> None:
    try:
        changed = differing(output, made, made.files.keys() - files.keys())
        if changed:
            raise Failure(
                f"The lists alone are not enough: this export also changes {', '.join(changed)}. "
                "Write all files: leave out --data-only."
            )
        write_files(output, files)
    except OSError as error:
        raise Failure(f"The files cannot be written: {error}") from error


def _name_old_tables(output: Path, tables: Iterable[Table]) -> None:
    for table in tables:
        if (output / table.name).exists():
            write(f"{table.name} is older than its list. Run: {table.command}", err=True)


def _report(made: Export, files: Mapping[str, str], output: Path | None, *, as_json: bool) -> None:
    if as_json:
        listed = [
            {"name": name, "is_data": name in made.data, "text": text if output is None else None}
            for name, text in files.items()
        ]
        write_json({"files": listed})
    elif output is None:
        for name, text in files.items():
            write(f"==> {name} <==")
            write(text)
    else:
        for name in files:
            write(str(output / name))
