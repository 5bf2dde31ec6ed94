"""The groups list their commands without importing them, and call the one that is named."""

from __future__ import annotations

import re
import subprocess
import sys
import types
from importlib import import_module, metadata

import click
import pytest
from click.testing import CliRunner
from flask import Flask
from flask.cli import FlaskGroup

from flask_corsguard.cli.catalogue import COMMANDS, Listed
from flask_corsguard.cli.groups import cors, corsguard
from flask_corsguard.cli.loading import load_application


@click.command()
def show():
    """Show the application."""
    click.echo(repr(load_application()))


@pytest.fixture
def table(monkeypatch):
    """Put two commands into the table, of which one cannot be imported."""
    module = types.ModuleType("flask_corsguard.cli.shown")
    module.command = show
    monkeypatch.setitem(sys.modules, module.__name__, module)
    # Another table: in one that is emptied and filled again, the commands would not have their order.
    commands = {
        "show": Listed("shown", "command", "Shows it."),
        "broken": Listed("broken", "command", "Cannot be imported."),
    }
    monkeypatch.setattr("flask_corsguard.cli.groups.COMMANDS", commands)


def test_help_lists_the_commands_without_importing_any(table):
    """One of them could not be imported."""
    result = CliRunner().invoke(corsguard, ["--help"])

    assert result.exit_code == 0
    assert "show    Shows it." in result.output
    assert "broken  Cannot be imported." in result.output


def test_a_command_finds_the_application_that_the_group_names(table, tmp_path, monkeypatch):
    """As flask and gunicorn name it."""
    (tmp_path / "named_shop.py").write_text("application = 'the shop'")
    monkeypatch.chdir(tmp_path)

    result = CliRunner().invoke(corsguard, ["--app", "named_shop:application", "show"])

    assert result.output == "'the shop'\n"


def test_the_environment_names_the_application_too(table, tmp_path, monkeypatch):
    """As it does for flask."""
    (tmp_path / "named_by_environment.py").write_text("app = 'the shop'")
    monkeypatch.chdir(tmp_path)

    result = CliRunner(env={"FLASK_APP": "named_by_environment"}).invoke(corsguard, ["show"])

    assert result.output == "'the shop'\n"


def test_a_misspelt_command_gets_the_nearest_one(table):
    """In one sentence, with the exit code of a wrong use."""
    result = CliRunner().invoke(corsguard, ["shwo"])

    assert result.exit_code == 2
    assert "There is no command 'shwo'. Did you mean \"show\"?" in result.output


def test_an_unknown_option_is_reported_by_click(table):
    """It is not a command."""
    result = CliRunner().invoke(corsguard, ["--nothing"])

    assert result.exit_code == 2
    assert "No such option" in result.output


@pytest.mark.parametrize("option", [["--app", "shop:app"], ["-A", "shop:app"], ["--app=shop:app"]], ids=str)
def test_the_application_is_named_before_the_command(table, option, monkeypatch):
    """One sentence shows where."""
    # Flask sets it itself, and it has to be taken back.
    monkeypatch.setenv("FLASK_RUN_FROM_CLI", "true")
    ours = CliRunner().invoke(corsguard, ["show", *option], prog_name="corsguard")
    flask = CliRunner().invoke(FlaskGroup(), ["cors", "show", *option], prog_name="flask")

    assert ours.exit_code == flask.exit_code == 2
    assert "Error: Name the application first: corsguard --app module:object show\n" in ours.output
    assert "Error: Name the application first: flask --app module:object cors show\n" in flask.output


def test_commands_and_options_are_completed_without_an_import(table):
    """Each with what it does."""
    context = click.Context(corsguard, info_name="corsguard")
    found = corsguard.shell_complete(context, "")
    options = corsguard.shell_complete(context, "--a")

    assert [(each.value, each.help) for each in found] == [
        ("show", "Shows it."),
        ("broken", "Cannot be imported."),
    ]
    assert [each.value for each in options] == ["--app"]


def test_completion_goes_on_below_a_name_that_is_not_a_command(table):
    """Click asks what there is to complete, and a wrong name is not its error."""
    context = click.Context(corsguard, info_name="corsguard", resilient_parsing=True)

    assert corsguard.resolve_command(context, ["nothing"])[1] is None


def test_the_group_of_flask_has_the_same_commands_about_its_own_application(table, monkeypatch):
    """Flask has found the application."""
    # Flask sets it itself, and it has to be taken back.
    monkeypatch.setenv("FLASK_RUN_FROM_CLI", "true")
    app = Flask("shop")
    group = FlaskGroup(create_app=lambda: app)

    result = CliRunner().invoke(group, ["cors", "show"])

    assert result.output == "<Flask 'shop'>\n"
    assert cors.list_commands(click.Context(cors)) == ["show", "broken"]


@pytest.mark.parametrize(("group", "name"), [("flask.commands", "cors"), ("console_scripts", "corsguard")])
def test_the_groups_are_entry_points(group, name):
    """Flask and the shell find them where the package is installed."""
    (point,) = (each for each in metadata.entry_points(group=group) if each.name == name)

    assert point.load() is {"cors": cors, "corsguard": corsguard}[name]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_of_the_table_is_one_and_has_an_example(name):
    """Its help describes in a sentence what it does, has --json, and shows how it is called."""
    listed = COMMANDS[name]
    command = getattr(import_module(f"flask_corsguard.cli.{listed.module}"), listed.attribute)
    result = CliRunner().invoke(command, ["--help"])

    assert isinstance(command, click.Command)
    assert listed.summary.endswith(".")
    assert "--json" in result.output
    assert re.search(rf"Examples?:\n.*(?:flask --app \S+ cors|corsguard.*) {name}", result.output, re.DOTALL)


@pytest.mark.slow
def test_help_imports_neither_flask_nor_a_command():
    """Nor does the library import the command line."""
    program = (
        "import sys, flask_corsguard; before = 'flask_corsguard.cli' in sys.modules; "
        "from flask_corsguard.cli.groups import corsguard; "
        "corsguard(['--help'], standalone_mode=False); "
        "names = {'flask', 'rich', 'httpx', 'flask_corsguard.testing', 'flask_corsguard.inventories'}; "
        "print(before, sorted(names & set(sys.modules)), file=sys.stderr)"
    )

    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert run.stderr == "False []\n"
    assert "--app" in run.stdout
