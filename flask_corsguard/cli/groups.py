"""The groups ``flask cors`` and ``corsguard``, which have the same commands."""

from __future__ import annotations

import re
from importlib import import_module

import click
from click.shell_completion import CompletionItem

from flask_corsguard.core.problems import did_you_mean

from .catalogue import COMMANDS
from .loading import NamedObject
from .output import example


class LazyGroup(click.Group):
    """A group that imports a command when it is called, and not when it is listed."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names, in their order."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as above
        """Import a command."""
        listed = COMMANDS.get(cmd_name)
        if listed is None:
            return None
        module = import_module(f".{listed.module}", __package__)
        command: click.Command = getattr(module, listed.attribute)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that was written.

        A wrong name gets the nearest one, and ``--app`` after a name gets its place.
        """
        name = args[0]
        if name not in COMMANDS and not name.startswith("-") and not ctx.resilient_parsing:
            ctx.fail(f"There is no command {name!r}. {did_you_mean(name, list(COMMANDS))}")
        found = super().resolve_command(ctx, args)
        names_app = any(re.fullmatch("-A|--app(=.*)?", each) for each in args[1:])
        if names_app and not _takes_app(found[1]) and not ctx.resilient_parsing:
            root = ctx.find_root().command_path
            group = ctx.command_path.removeprefix(root)
            ctx.fail(f"Name the application first: {root} --app module:object{group} {name}")
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - as above
        """Write what each command does, from the table."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, listed.summary) for name, listed in COMMANDS.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete the name of a command, from the table."""
        names = [
            CompletionItem(name, help=listed.summary)
            for name, listed in COMMANDS.items()
            if name.startswith(incomplete)
        ]
        # The options; a group would import its commands.
        return [*names, *click.Command.shell_complete(self, ctx, incomplete)]


def _takes_app(command: click.Command | None) -> bool:
    return command is not None and any("--app" in each.opts for each in command.params)


@click.group(
    cls=LazyGroup,
    epilog=example("flask --app shop cors routes"),
    short_help="Show, explain and check the CORS policies of the application.",
)
def cors() -> None:
    """Show, explain and check the CORS policies of the application.

    The application is that of flask --app.
    """


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=example("corsguard --app shop:app routes"),
)
@click.option(
    "--app",
    "-A",
    "spec",
    metavar="MODULE:OBJECT",
    envvar="FLASK_APP",
    help="A Flask or WSGI application, a call that returns one, a Policy, or a mapping of paths to policies.",
)
@click.version_option(package_name="flask-corsguard", message="%(package)s %(version)s")
@click.pass_context
def corsguard(ctx: click.Context, spec: str | None) -> None:
    """Show, explain and check CORS policies."""
    ctx.obj = NamedObject(spec)
