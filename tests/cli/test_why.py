"""``why`` explains the text of a console."""

from __future__ import annotations

import json
import sys

import pytest
from click.testing import CliRunner
from flask.cli import ScriptInfo

from flask_corsguard import Policy
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


def test_what_more_is_known_is_printed():
    """The status, for example."""
    result = run("(Reason: CORS header ‘Access-Control-Allow-Origin’ missing). Status code: 502.")

    assert "The status is 502." in result.output


def test_a_person_at_a_terminal_is_asked_to_paste():
    """Or the command would seem to hang."""
    with CliRunner().isolation(input=TEXT) as (out, err, _):
        sys.stdin.isatty = lambda: True
        command.main([], standalone_mode=False)

    assert "Paste the text" in err.getvalue().decode()
    assert "What happened" in out.getvalue().decode()


def test_a_text_without_a_message_about_cors_is_answered_in_a_sentence():
    """On standard error, and with the exit code 1."""
    result = run("hello")

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("There is no message about CORS in this text.")
    assert "quotes" not in result.stderr


def test_a_text_without_its_quotes_is_better_in_a_file():
    """A message of Chromium is recognised by its quotes, too."""
    result = run(
        "Access", "to", "fetch", "at", "https://api.example/", "from", "origin", "https://app.example"
    )

    assert result.stderr.endswith(
        "A shell removes quotes. Put the text into a file: corsguard why < console.txt\n"
    )


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
        "application",
    ]
    assert finding["code"] == "header-not-allowed"


def test_json_of_nothing_is_an_empty_list():
    """And nothing is on standard error."""
    result = run("hello", "--json")

    assert (result.exit_code, json.loads(result.stdout), result.stderr) == (1, {"findings": []}, "")


def test_bytes_that_are_not_text_are_read_all_the_same():
    """A log may contain anything."""
    result = run(stdin=b"\xff\xfe " + TEXT.encode())

    assert result.exit_code == 0


class Named:
    """What ``corsguard --app`` puts into the context."""

    spec = "shop:app"

    def __init__(self, application):
        self._application = application

    def load_app(self):
        """Return the application."""
        return self._application


POLICY = Policy(origins=["https://app.example"])


def run_with(application, *arguments):
    """Run the command for an application."""
    return CliRunner().invoke(command, arguments, obj=Named(application))


def test_with_an_application_its_policy_is_named_and_what_to_change_in_it():
    """Instead of a policy that is nobody's."""
    result = run_with({"/names": POLICY}, TEXT)

    text = " ".join(result.output.split())
    assert result.exit_code == 0
    assert "Whose policy decides: path /names" in text
    assert '    allow_headers=["Content-Type", "x-tenant"],' in result.output
    assert "Policy(origins" not in result.output


BEGINNING = (
    "Access to fetch at 'https://api.example/names' from origin 'https://app.example' has been blocked by "
)
BEGINNING += "CORS policy: "
NO_HEADER = "No 'Access-Control-Allow-Origin' header is present on the requested resource."


@pytest.mark.parametrize(
    ("message", "method", "credentials"),
    [
        (NO_HEADER, "GET", False),
        ("Response to preflight request doesn't pass access control check: " + NO_HEADER, "POST", False),
        (
            "Method PATCH is not allowed by Access-Control-Allow-Methods in preflight response.",
            "PATCH",
            False,
        ),
        (
            (
                "The value of the 'Access-Control-Allow-Credentials' header in the response is '' which must "
                "be 'true' when the request's credentials mode is 'include'."
            ),
            "GET",
            True,
        ),
    ],
)
def test_the_request_is_read_from_the_message(message, method, credentials):
    """As far as it names it."""
    (finding,) = json.loads(run_with(POLICY, BEGINNING + message, "--json").output)["findings"]

    application = finding["application"]
    assert f"{method} https://api.example/names" in application["verdict"]
    assert application["policy"]["source"] == "application"
    assert (application["change"] or {"code": ""})["code"] == {
        ("PATCH", False): 'methods=["GET", "HEAD", "POST", "PATCH"],',
        ("GET", True): "credentials=True,",
    }.get((method, credentials), "")


def test_an_application_that_allows_it_did_not_answer():
    """A proxy did, or another version."""
    result = run_with(POLICY, BEGINNING + NO_HEADER)

    assert "something before the application" in " ".join(result.output.split())


@pytest.mark.parametrize(
    ("application", "text"),
    [
        (POLICY, "(Reason: CORS disabled)."),
        (POLICY, TEXT.replace("https://app.example", "file:")),
        (lambda environ, start_response: [], TEXT),
    ],
    ids=["no URL", "no page", "no policy"],
)
def test_what_an_application_cannot_be_asked_is_explained_without_it(application, text):
    """As if there was none."""
    (finding,) = json.loads(run_with(application, text, "--json").output)["findings"]

    assert finding["application"] is None


def test_an_application_that_nobody_names_is_not_looked_for():
    """The explanation needs none."""
    result = CliRunner().invoke(command, [TEXT], obj=ScriptInfo())

    assert result.exit_code == 0
