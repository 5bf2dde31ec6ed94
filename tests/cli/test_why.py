"""``why`` explains the text of a console."""

from __future__ import annotations

import json
import sys

import pytest
from click.testing import CliRunner

from flask_corsguard.cli.why import command

TEXT = (
    "Access to fetch at 'https://api.example/names' from origin 'https://app.example' has been blocked by "
    "CORS policy: Request header field x-tenant is not allowed by Access-Control-Allow-Headers in "
    "preflight response."
)


def run(*arguments, stdin=None):
    """Run the command."""
    return CliRunner().invoke(command, arguments, input=stdin)


def test_the_text_may_be_an_argument():
    """The change names what the message names."""
    result = run(TEXT)

    assert result.exit_code == 0
    assert (
        'Policy(origins=["https://app.example"], allow_headers=["Content-Type", "x-tenant"])' in result.output
    )


def test_the_text_may_come_on_standard_input():
    """Two messages are two explanations, with an empty line between them."""
    result = run(stdin=f"{TEXT}\nTypeError: Failed to fetch\n(Reason: CORS disabled).\n")

    assert result.exit_code == 0
    assert result.output.count("What happened:") == 2


def test_a_person_at_a_terminal_is_told_to_paste():
    """Or the command would seem to hang."""
    with CliRunner().isolation(input=TEXT) as (out, err, _):
        sys.stdin.isatty = lambda: True
        command.main([], standalone_mode=False)

    assert "Paste the text" in err.getvalue().decode()
    assert "What happened" in out.getvalue().decode()


def test_a_text_that_says_nothing_of_cors_is_answered_in_a_sentence():
    """On standard error, and with the exit code 1."""
    result = run("hello")

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("There is no message about CORS in this text.")


@pytest.mark.parametrize("stdin", ["", " \n"])
def test_no_text_is_a_wrong_use(stdin):
    """The exit code is 2."""
    result = run(stdin=stdin)

    assert result.exit_code == 2
    assert result.stderr == "Error: There is no text: give it as an argument, or on standard input.\n"


def test_json_has_stable_keys():
    """For programs."""
    (finding,) = json.loads(run(TEXT, "--json").output)["findings"]

    assert list(finding) == [
        *("code", "engine", "message", "values", "meaning", "notes", "remedy", "change", "link"),
    ]
    assert finding["code"] == "header-not-allowed"


def test_json_of_nothing_is_an_empty_list():
    """And nothing is on standard error."""
    result = run("hello", "--json")

    assert (result.exit_code, json.loads(result.stdout), result.stderr) == (1, {"findings": []}, "")


def test_bytes_that_are_no_text_are_read_all_the_same():
    """A log may hold anything."""
    result = run(stdin=b"\xff\xfe " + TEXT.encode())

    assert result.exit_code == 0
