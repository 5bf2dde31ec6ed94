"""``explain`` shows what a browser does with a request, whose policy decides, and what to change."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask

from explanations.small_servers import Server, serving
from flask_corsguard import CorsGuard, Policy
from flask_corsguard.cli.explain import command

PAGE = ("--origin", "https://app.example")


class Loaded:
    """What a group puts into the context: an application."""

    def __init__(self, application):
        self._application = application

    def load_app(self):
        """Return the application."""
        return self._application


def run(*arguments, app=None):
    """Run the command."""
    return CliRunner().invoke(command, arguments, obj=Loaded(app))


@pytest.fixture
def shop(monkeypatch):
    """Return an application, written in this file and seen from this folder."""
    monkeypatch.chdir(Path(__file__).parent)
    app = Flask("shop")
    app.add_url_rule("/names/<int:number>", view_func=lambda number: "x", endpoint="name", methods=["PUT"])
    CorsGuard(app, origins=["https://app.example"])
    return app


def test_the_first_screen_has_the_cause_and_the_change(shop):
    """The wire comes after."""
    result = run(*PAGE, "-X", "PUT", "-H", "X-Tenant", "/names/7", app=shop)

    head, _, wire = result.output.partition("\n> ")
    assert result.exit_code == 1
    assert "header-not-allowed" in head
    assert "Whose policy decides: application (test_explain.py:" in head
    assert '    allow_headers=["Content-Type", "X-Tenant"],' in head
    assert len(head.splitlines()) < 24
    assert wire.startswith("OPTIONS /names/7 HTTP/1.1")


def test_a_request_that_passes_has_the_exit_code_0(shop):
    """The status is the application's, which was not run."""
    result = run(*PAGE, "-X", "PUT", "/names/7", app=shop)

    assert result.exit_code == 0
    assert "and to read the answer, which is the application's: it was not run" in " ".join(
        result.output.split()
    )


def test_run_has_the_application_answer(shop):
    """Its status is shown."""
    result = run(*PAGE, "-X", "PUT", "--run", "/names/7", app=shop)

    assert "read the answer, which has status 200." in " ".join(result.output.split())


@pytest.mark.parametrize(("flag", "verb"), [("--form", "submit a form with POST"), ("--no-cors", "send GET")])
def test_a_page_that_does_not_read_is_described_so(shop, flag, verb):
    """Its request is sent all the same."""
    result = run(*PAGE, flag, "/names/7", app=Policy(origins=["https://app.example"], credentials=True))

    assert result.exit_code == 0
    assert verb in result.output
    assert "the page does not see the answer" in " ".join(result.output.split())


def test_what_the_guard_refuses_is_shown(shop):
    """The browser would send it."""
    result = run("--origin", "https://evil.example", "--form", "/names/7", app=shop)

    assert result.exit_code == 1
    assert "and the guard refuses it: origin-not-allowed" in " ".join(result.output.split())


def test_a_url_is_requested_over_the_network():
    """Whatever server is there; the headers that it has to send are shown."""
    with serving(Server(lambda *_: (404, [("Server", "nginx")], b"x"))) as server:
        result = run("--origin", "http://app.example", server.url)

    text = " ".join(result.output.split())
    assert result.exit_code == 1
    assert "The status is 404." in text
    assert (
        f"Any server passes if it answers GET {server.url}/, whatever the status, errors included, with:"
        in text
    )
    assert "    Access-Control-Allow-Origin: http://app.example" in result.output
    assert 'Policy(origins=["http://app.example"])' in text


def test_a_server_cannot_steer_the_terminal():
    """What is not printable is escaped."""
    with serving(
        Server(lambda *_: (200, [("Server", "\x1b[2Jevil\x9b"), ("Location", "\x1b]0;x")], b"x"))
    ) as server:
        result = run("--origin", "http://app.example", server.url)

    assert not {"\x1b", "\x9b"} & set(result.output)
    assert "\\x1b[2Jevil" in result.output


def test_an_engine_that_differs_is_named_with_the_difference():
    """The page works there, and not where the standard is taken at its word."""

    def answer(method, path, headers):
        return 204, [("Access-Control-Allow-Origin", "*"), ("Access-Control-Allow-Headers", "*")], b""

    with serving(Server(answer)) as server:
        arguments = "--origin", "http://app.example", "-H", "Authorization", server.url
        standard = " ".join(run(*arguments).output.split())
        chromium = " ".join(run(*arguments, "--engine", "chromium").output.split())

    assert "Chromium allows it (wildcard-authorization: Whether" in standard
    assert "The standard refuses it" in chromium


def test_a_difference_without_a_name_is_shown_all_the_same():
    """As WebKit's for mixed content on loopback has one, and what stops nothing has none."""
    with serving(Server(lambda *_: (200, [("Access-Control-Allow-Origin", "*")], b"x"))) as server:
        result = run("--origin", "https://app.example", server.url)

    assert result.exit_code == 0
    assert "WebKit (Safari) refuses it" in result.output
    assert "mixed-content-loopback" in result.output


def test_a_step_without_a_fault_of_its_own_is_explained_by_its_reason():
    """Nothing is sent."""
    result = run("--origin", "http://app.example", "http://127.0.0.1:25/")

    text = " ".join(result.output.split())
    assert result.exit_code == 1
    assert "What happened" not in text
    assert "Browsers block port 25" in text


def test_json_has_stable_keys(shop):
    """For programs."""
    refused = json.loads(run(*PAGE, "-H", "X-Tenant: 1", "-X", "PUT", "/names/7", "--json", app=shop).output)
    passing = json.loads(run(*PAGE, "-X", "PUT", "/names/7", "--json", app=shop).output)
    with serving(Server(lambda *_: (200, [], b"x"))) as server:
        remote = json.loads(run("--origin", "http://app.example", server.url, "--json").output)

    assert list(refused) == [
        *("refused", "verdict", "request", "engine", "code", "step", "because", "meaning", "remedy", "notes"),
        *("findings", "reason", "advice", "policy", "change", "others", "exchanges"),
    ]
    assert list(refused) == list(passing) == list(remote)
    assert (refused["code"], refused["reason"]) == ("header-not-allowed", "header-not-allowed")
    assert (passing["code"], passing["change"], passing["refused"]) == (None, None, False)
    assert (remote["policy"], remote["exchanges"][0]["status"]) == (None, 200)


def test_json_names_the_engines_that_differ():
    """As they are named on the command line."""
    with serving(Server(lambda *_: (200, [("Access-Control-Allow-Origin", "*")], b"x"))) as server:
        result = json.loads(run("--origin", "https://app.example", server.url, "--json").output)

    assert result["others"] == {"webkit": "refused"}


WRONG = [
    (("app.example", "/"), "'app.example' is not the URL of a page"),
    (("https://app.example", "names"), "'names' is neither a path of the application"),
    (("https://app.example", "ftp://a.example/"), "is neither a path of the application"),
    (("https://app.example", "/", "-H", "a b"), "'a b' is not a header"),
    (("https://app.example", "/", "--form", "--no-cors"), "either of --no-cors or of --form"),
    (("https://app.example", "https://a.example/", "--run"), "--run is for a path"),
    (("https://app.example", "/", "--form", "-X", "PUT"), "Method is 'PUT'; a form can send GET and POST."),
    (("https://app.example/page", "/"), None),
]


@pytest.mark.parametrize(("arguments", "message"), WRONG)
def test_a_wrong_use_is_reported_in_a_sentence(shop, arguments, message):
    """The exit code is 2; the URL of a page is accepted for its origin."""
    result = run("--origin", *arguments, app=shop)

    if message is None:
        assert "https://app.example/page' is not an origin" in result.stderr
        return
    assert result.exit_code == 2
    assert message in " ".join(result.stderr.split())


FAILURES = [
    (("/",), lambda environ, start_response: [], "has no CorsGuard"),
    (("http://nothing.invalid/",), None, "There is no host named nothing.invalid"),
]


@pytest.mark.parametrize(("arguments", "app", "message"), FAILURES)
def test_what_cannot_be_explained_is_reported_in_a_sentence(arguments, app, message):
    """The exit code is 2, and there is no traceback."""
    result = run("--origin", "http://app.example", *arguments, app=app)

    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_missing_application_is_reported_in_a_sentence():
    """A path needs one."""
    result = CliRunner().invoke(command, [*PAGE, "/"])

    assert (result.exit_code, result.stdout) == (2, "")
    assert "needs an application" in result.stderr


def test_a_change_that_no_policy_can_make_is_reported(shop):
    """With the reason why not."""
    result = run("--origin", "null", "--credentials", "-X", "PUT", "/names/7", app=shop)

    assert result.exit_code == 1
    assert "No policy changes that." in " ".join(result.output.split())
