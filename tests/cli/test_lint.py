"""The command ``lint``: findings as text, as JSON and for GitHub, and an exit code that scripts can trust."""

from __future__ import annotations

import json
import re

import pytest
from click.testing import CliRunner
from flask import Flask
from flask_cors import CORS

from cases import A
from flask_corsguard import CorsGuard, Policy, cors
from flask_corsguard.cli.lint import _escaped, command

EVERYONE = Policy(origins="*")


class Chosen:
    """What a group has found."""

    def __init__(self, app):
        self.app = app

    def load_app(self):
        """Return it."""
        return self.app


def ran(app, *arguments):
    """Return the outcome of the command about *app*."""
    return CliRunner().invoke(command, arguments, obj=Chosen(app))


def an_app(*policies, **fields):
    """Return an application with a POST under each of *policies*, and these fields for the rest."""
    app = Flask("shop", static_folder=None)
    for number, policy in enumerate(policies):
        app.add_url_rule(f"/{number}", f"x{number}", cors(policy)(lambda: ""), methods=["POST"])
    CorsGuard(app, **{"origins": [A], **fields})
    return app


def test_a_finding_has_its_line_its_code_what_it_is_and_what_to_write():
    """And the routes that it is about."""
    result = ran(an_app(EVERYONE))

    lines = result.stdout.splitlines()
    assert re.fullmatch(r"tests/cli/test_lint\.py:\d+: policy\.everyone-unsafe", lines[0])
    assert lines[1:] == [
        '    origins="*" allows every page on the web to send this request and to read the answer.',
        "    List the origins that may; or, if it is public, ignore this code.",
        "    POST /0",
        "1 warning.",
    ]
    assert result.exit_code == 1


def test_many_routes_are_counted():
    """JSON has all of them."""
    app = Flask("shop", static_folder=None)
    for number in range(9):
        app.add_url_rule(f"/{number}", f"x{number}", lambda: "", methods=["POST"])
    CorsGuard(app, EVERYONE)

    assert "    POST /0, POST /1, POST /2, POST /3, POST /4 and 4 more\n" in ran(app).stdout
    assert len(json.loads(ran(app, "--json").stdout)[0]["routes"]) == 9


@pytest.mark.parametrize(
    ("app", "arguments", "code", "summary"),
    [
        (lambda: an_app(), [], 0, "Nothing found."),
        (lambda: an_app(dangerously_allow=["null-origin"]), [], 0, "1 note."),
        (lambda: an_app(dangerously_allow=["null-origin"]), ["--strict"], 1, "1 note."),
        (lambda: an_app(EVERYONE, EVERYONE), [], 1, "1 warning."),
        (lambda: an_app(EVERYONE), ["--ignore", "policy.everyone-unsafe"], 0, "Nothing found."),
        (
            lambda: an_app(EVERYONE, dangerously_allow=["null-origin", "any-extension"]),
            ["--strict"],
            1,
            "1 warning, 2 notes.",
        ),
    ],
)
def test_warnings_fail_and_notes_fail_where_that_is_asked_for(app, arguments, code, summary):
    """What is ignored does neither."""
    result = ran(app(), *arguments)

    assert (result.exit_code, result.stdout.splitlines()[-1]) == (code, summary)


def test_json_has_stable_keys():
    """One element per line."""
    result = ran(an_app(EVERYONE), "--json")

    (found,) = json.loads(result.stdout)
    assert list(found) == ["level", "code", "message", "hint", "where", "routes"]
    assert (found["level"], found["routes"]) == ("warning", ["POST /0"])
    assert result.exit_code == 1


def test_github_shows_a_finding_beside_its_line():
    """Characters that its commands cannot contain are escaped."""
    result = ran(an_app(EVERYONE, dangerously_allow=["null-origin"]), "--format", "github")

    lines = [re.sub(r"line=\d+", "line=N", line) for line in sorted(result.stdout.splitlines())]
    assert lines == [
        (
            "::notice file=tests/cli/test_lint.py,line=N,title=policy.open-door::"
            'dangerously_allow has "null-origin". (* /) Remove it, unless something needs it.'
        ),
        (
            "::warning file=tests/cli/test_lint.py,line=N,title=policy.everyone-unsafe::"
            'origins="*" allows every page on the web to send this request and to read the answer. (POST /0) '
            "List the origins that may; or, if it is public, ignore this code."
        ),
    ]
    assert _escaped("50%\n,:", ",:") == "50%25%0A%2C%3A"


def test_a_finding_without_a_line_is_shown_without_one():
    """Nobody knows where the application should have its extension."""
    app = Flask("shop", static_folder=None)
    app.add_url_rule("/50%", "x", cors(EVERYONE)(lambda: ""))

    assert ran(app).stdout.startswith("guard.missing\n    @cors marks x, but the application 'shop' has no ")
    assert ran(app, "--format", "github").stdout.startswith(
        "::warning title=guard.missing::@cors marks x, but"
    )


def test_an_unknown_code_is_a_mistake():
    """It would ignore nothing."""
    result = ran(an_app(), "--ignore", "policy.guard-of")

    assert result.exit_code == 2
    assert "There is no code 'policy.guard-of'. Did you mean \"policy.guard-off\"?" in result.output


def test_the_error_for_an_application_without_a_policy_shows_what_to_write():
    """And what Flask-CORS does there now."""
    app = Flask("bare")
    CORS(app)

    assert ran(app).exit_code == 2
    assert "has no CorsGuard. Write CorsGuard(app, policy). Flask-CORS answers there now:" in ran(app).stderr


def test_two_forms_of_output_are_refused():
    """One of them would not be written."""
    result = ran(an_app(), "--json", "--format", "github")

    assert result.exit_code == 2
    assert "The output is either of --json or of --format github." in result.stderr
