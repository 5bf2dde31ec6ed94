"""The command ``routes``: the inventory as a table, as JSON and as a page."""

from __future__ import annotations

import json
import re

import click
import pytest
from click.testing import CliRunner
from flask import Flask, current_app
from flask_cors import CORS
from werkzeug.test import Client

from cases import A
from flask_corsguard import CorsGuard, Policy, cors
from flask_corsguard.cli.loading import NamedObject
from flask_corsguard.cli.routes import command
from flask_corsguard.cli.subject import load_subject

EVERYONE = Policy(origins="*", guard="report")


def never(origin):
    """Allow nobody, as a query of the application's database may."""
    return current_app.name == "another"


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


def lines(app, *arguments):
    """Return the lines of its table, without the lines that gave the policies."""
    result = ran(app, *arguments)
    assert (result.exit_code, result.stderr) == (0, ""), result.output
    return [re.sub(r" +\S*:\d+$", "", line) for line in result.stdout.splitlines()[2:]]


@pytest.fixture
def app():
    """Return an application with a policy of each kind."""
    app = Flask("shop", static_folder=None)
    app.add_url_rule("/rates", "rates", cors(EVERYONE)(lambda: ""), methods=["GET", "POST"])
    app.add_url_rule("/ask", "ask", lambda: "", methods=["OPTIONS"])
    app.add_url_rule("/me", "me", lambda: "", methods=["GET", "PUT"], subdomain="a")
    CorsGuard(app, origins=[A, re.compile(r"https://b\.example"), never], credentials=True)
    return app


def test_the_table_shows_who_may_read_what_and_where_that_is_configured(app):
    """Methods with one policy share a line; HEAD and OPTIONS are shown where there is nothing else."""
    who = f"{A}, re.compile('https://b\\\\.example'), never()"

    assert lines(app) == [
        f"OPTIONS    /ask        {who}  yes      enforce  application",
        f"GET, PUT   a|/me       {who}  yes      enforce  application",
        f"GET, POST  /rates      {'everyone'.ljust(len(who))}           report   view",
        f"*          /... (404)  {who}  yes      enforce  application",
    ]


def test_all_methods_can_be_shown(app):
    """Those that Flask adds, too."""
    assert lines(app, "--all-methods")[1].startswith("GET, HEAD, OPTIONS, PUT   a|/me ")


def test_the_table_can_show_what_a_page_of_one_origin_may_do(app):
    """It reads, it sends a form that runs, or it does nothing."""
    assert lines(app, "--origin", A) == [
        "OPTIONS    /ask        reads, with cookies            application",
        "GET, PUT   a|/me       reads, with cookies            application",
        "GET, POST  /rates      reads                          view",
        "*          /... (404)  reads, with cookies            application",
    ]
    assert lines(app, "--origin", "https://evil.example") == [
        "OPTIONS    /ask        no: origin-not-allowed          application",
        "GET        a|/me       cannot read                     application",
        "PUT        a|/me       no: origin-not-allowed          application",
        "GET, POST  /rates      reads                           view",
        "*          /... (404)  cannot read                     application",
    ]


@pytest.mark.parametrize(
    ("written", "example"),
    [
        (f"{A}/", A),
        ("a.example:8443", "https://a.example:8443"),
        ("https://*.a.example", "https://app.example"),
        ("null", "https://app.example"),
    ],
)
def test_an_origin_is_an_origin(written, example, app):
    """And not a URL or a pattern; the error shows the origin that was meant."""
    result = ran(app, "--origin", written)

    assert result.exit_code == 2
    assert result.stderr == (
        f"Error: {written!r} is not an origin. Write a scheme and a host, as in {example}.\n"
    )


def test_a_page_that_cannot_be_written_is_a_wrong_use(app, tmp_path):
    """The exit code 1 would mean that something was found."""
    result = ran(app, "--html", str(tmp_path / "nowhere" / "inventory.html"))

    assert result.exit_code == 2
    assert "No such file or directory" in result.stderr


def test_json_has_the_policy_with_all_its_fields(app):
    """And, if it was asked for, what a page may do."""
    records = json.loads(ran(app, "--json", "--origin", A).stdout)

    assert records[0].keys() == {
        *("access", "endpoint", "host", "method", "policy", "rule", "source", "where")
    }
    me = next(each for each in records if each["rule"] == "/me" and each["method"] == "PUT")
    assert me["policy"]["origins"] == [A, "re.compile('https://b\\\\.example')", "never()"]
    assert me["policy"]["max_age"] == 600
    assert me["access"] == {"level": "read", "with_cookies": True, "reason": "allowed"}
    assert "access" not in json.loads(ran(app, "--json").stdout)[0]


def test_a_page_is_written_to_a_file(app, tmp_path):
    """It is whole."""
    path = tmp_path / "inventory.html"

    result = ran(app, "--html", str(path), "--origin", A)

    assert (result.stdout, result.stderr) == ("", f"{path}: 6 entries\n")
    assert path.read_text("utf-8").startswith("<!doctype html>")


def test_a_policy_and_a_mapping_of_paths_have_routes_too(tmp_path, monkeypatch):
    """What they apply to, without a line that nobody knows."""
    (tmp_path / "policies.py").write_text(
        "from flask_corsguard import UNMANAGED, Policy, CorsMiddleware\n"
        "policy = Policy(origins='*')\n"
        "paths = {'/api': {'origins': ['https://a.example']}}\n"
        "wrong = {'api': policy}\n"
        "each = CorsMiddleware(lambda *_: [], lambda environ: policy)\n"
        "several = [Policy(origins=['https://a.example'], credentials=True), policy]\n"
        "unmanaged = UNMANAGED\n"
    )
    monkeypatch.chdir(tmp_path)

    def written(name, *arguments):
        return CliRunner().invoke(command, arguments, obj=NamedObject(f"policies:{name}"))

    assert written("policy").stdout.splitlines()[-1].split() == [
        "*",
        "/...",
        "everyone",
        "enforce",
        "application",
    ]
    written("policy", "--html", "policy.html")
    assert "404" not in (tmp_path / "policy.html").read_text("utf-8")
    assert [line.split()[1] for line in written("paths").stdout.splitlines()[2:]] == ["/api/...", "/..."]
    last = written("several").stdout.splitlines()[-1]
    assert re.sub(" +", " ", last) == ("* /... https://a.example, everyone for some enforce application")
    assert [each["credentials"] for each in json.loads(written("several", "--json").stdout)[0]["policy"]] == [
        True,
        False,
    ]
    assert re.sub(" +", " ", written("unmanaged").stdout.splitlines()[-1]) == "* /... unmanaged application"
    assert json.loads(written("unmanaged", "--json").stdout)[0]["policy"] == {"unmanaged": True}
    assert "[path.spelling]" in written("wrong").stderr
    assert written("wrong").exit_code == 2
    assert "decided per request" in written("each").stdout
    assert "decided per request" in written("each", "--origin", A).stdout
    assert json.loads(written("each", "--json").stdout)[0]["policy"] is None


def test_the_error_for_an_application_without_a_policy_shows_what_to_write():
    """And what Flask-CORS does there now, if it is there."""
    app = Flask("bare")
    app.after_request(lambda response: response)

    assert ran(app).stderr == (
        "Error: The application 'bare' has no CorsGuard. Write CorsGuard(app, policy).\n"
    )

    CORS(app, resources={r"/api/*": {"origins": [A], "supports_credentials": True}, r"/x": {"origins": "*"}})

    assert ran(app).exit_code == 2
    assert ran(app).stderr.endswith(
        f"Flask-CORS answers there now: '/x' allows everyone; '/api/*' allows {A} with credentials.\n"
    )


def test_what_older_releases_of_flask_cors_store_is_read_too():
    """A pattern that is a string, and options that are a dictionary."""
    app = Flask("bare")
    resources = [("/api", {"origins": [A]})]

    def hook(response):
        return resources

    hook.__module__ = "flask_cors.extension"
    app.after_request(hook)

    assert f"Flask-CORS answers there now: '/api' allows {A}." in ran(app).stderr


def test_nothing_answers_below_a_policy_without_an_application():
    """What is put inside of its layer is empty."""

    @click.command()
    def ask():
        click.echo(Client(load_subject()).get("/").status)

    assert CliRunner().invoke(ask, obj=Chosen(EVERYONE)).stdout == "404 Not Found\n"


def test_two_forms_of_output_are_refused(tmp_path):
    """One of them would not be written."""
    result = ran(Flask("shop"), "--json", "--html", str(tmp_path / "inventory.html"))

    assert result.exit_code == 2
    assert "The output is either of --html or of --json." in result.stderr
