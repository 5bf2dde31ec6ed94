"""What commands write: columns that fit the terminal, and colours where there is one."""

from __future__ import annotations

import os

import click
import pytest
from click.testing import CliRunner

from flask_corsguard.cli import output
from flask_corsguard.cli.output import Cell, json_option, terminal_width, write, write_json, write_table

ROWS = [("GET", "/a", Cell("open", "red")), ("DELETE", "/much/longer/than/that", "closed")]


def written(function, *args, colour=False, **environment):
    """Return what is written, to a terminal with colours or to none."""

    @click.command()
    def command():
        function(*args)

    return CliRunner(env=environment).invoke(command, color=colour).output


def test_columns_are_as_wide_as_what_is_in_them():
    """A line has no white space at its end."""
    assert written(write_table, ("method", "rule", "who"), ROWS).splitlines() == [
        "method  rule                    who",
        "------  ----------------------  ------",
        "GET     /a                      open",
        "DELETE  /much/longer/than/that  closed",
    ]


@pytest.mark.parametrize(
    ("width", "lines"),
    [
        (80, 4),
        (
            30,
            [
                "method  rule            who",
                "------  --------------  ------",
                "GET     /a              open",
                "DELETE  /much/longer/t  closed",
                "        han/that",
            ],
        ),
        (10, 6),
    ],
)
def test_columns_fit_the_terminal_and_no_text_is_cut(width, lines, monkeypatch):
    """The widest one goes on in the next line, down to a width that can be read."""
    monkeypatch.setattr(output, "terminal_width", lambda: width)

    found = written(write_table, ("method", "rule", "who"), ROWS).splitlines()

    assert found == lines if isinstance(lines, list) else len(found) == lines


def test_the_width_is_that_of_the_terminal(monkeypatch):
    """A pipe has none."""
    assert terminal_width() is None
    monkeypatch.setattr(output.sys, "stdout", type("Terminal", (), {"isatty": lambda self: True})())
    monkeypatch.setattr(output.shutil, "get_terminal_size", lambda: os.terminal_size((99, 20)))

    assert terminal_width() == 99


def test_colours_are_for_terminals_that_want_them():
    """NO_COLOR turns them off, and a pipe has none."""
    assert written(write, "text", "red", colour=True) == "\x1b[31mtext\x1b[0m\n"
    assert written(write, "text", "red", colour=True, NO_COLOR="1") == "text\n"
    assert written(write, "text", "red") == "text\n"
    assert "\x1b[31mopen\x1b[0m" in written(write_table, ("method", "rule", "who"), ROWS, colour=True)


def test_a_control_character_does_not_reach_the_terminal():
    """A rule can contain anything."""
    assert "a\\x1b[2Jb" in written(write_table, ("rule",), [("a\x1b[2Jb",)])


def test_a_blank_text_stays_a_line():
    """However narrow it is."""
    assert output._wrapped("    ", 2) == [""]


def test_json_is_for_people_too():
    """It is indented, or has a line for each element, and names are written as they are."""
    assert written(write_json, {"name": "é"}) == '{\n  "name": "é"\n}\n'
    assert written(write_json, [{"name": "é"}, 1]) == '[\n{"name": "é"},\n1\n]\n'
    assert written(write_json, []) == "[]\n"


def test_a_command_knows_whether_json_is_asked_for():
    """By an option that all commands have."""

    @click.command()
    @json_option
    def command(as_json):
        click.echo(as_json)

    assert CliRunner().invoke(command, ["--json"]).output == "True\n"
