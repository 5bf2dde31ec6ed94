"""``corsguard export``, as it is called."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest
from click.testing import CliRunner
from flask.cli import FlaskGroup

from flask_corsguard import Policy
from flask_corsguard.cli.export import command
from flask_corsguard.cli.groups import corsguard
from flask_corsguard.cli.loading import NamedObject


@pytest.fixture
def run(monkeypatch):
    """Run the command about an object."""
    monkeypatch.setitem(__import__("sys").modules, "shop", Shop)

    def run(*words, name="policy"):
        context = {"obj": NamedObject(f"shop:{name}")}
        return CliRunner().invoke(command, words, **context)

    return run


class Shop:
    """A module of an application."""

    __name__ = "shop"
    policy = Policy(origins=["https://app.example"])
    more = Policy(origins=["https://app.example", "https://more.example"])
    pattern = Policy(origins=["https://app.example", "https://*.app.example"])
    paths = {"/api": policy}
    report = Policy(origins=["https://app.example", str.isascii], guard="report")
    nothing = 7


def test_without_a_directory_the_files_are_printed(run):
    """Each under its name."""
    result = run("nginx")

    assert result.exit_code == 0
    assert re.findall("==> (.*) <==", result.output) == ["http.conf", "server.conf", "origins-0.map"]
    assert '"https://app.example" 1;' in result.output


def test_files_are_written_into_a_directory(run, tmp_path):
    """It is made; the names of the files are printed, and nothing else is left there."""
    result = run("nginx", "-o", str(tmp_path / "a" / "b"))

    written = sorted((tmp_path / "a" / "b").iterdir())
    assert result.exit_code == 0
    assert sorted(result.output.splitlines()) == [str(each) for each in written]
    assert [each.name for each in written] == ["http.conf", "origins-0.map", "server.conf"]


def test_lists_alone_can_be_written(run, tmp_path):
    """After a change of origins nothing else has to change."""
    run("nginx", "-o", str(tmp_path))
    result = run("nginx", "--data-only", "-o", str(tmp_path), name="more")

    assert result.exit_code == 0
    assert result.output.splitlines() == [str(tmp_path / "origins-0.map")]
    assert '"https://more.example" 1;' in (tmp_path / "origins-0.map").read_text()


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        (None, "policy", "http.conf, server.conf"),
        ("policy", "pattern", "http.conf"),
        ("paths", "policy", "http.conf"),
    ],
)
def test_lists_alone_are_refused_if_other_files_change(run, tmp_path, before, after, changed):
    """The engine would read them with the rules of another export, or not at all; nothing is written."""
    if before is not None:
        run("nginx", "-o", str(tmp_path), name=before)
    written = {each: each.read_text() for each in tmp_path.iterdir()}

    result = run("nginx", "--data-only", "-o", str(tmp_path), name=after)

    assert result.exit_code == 2
    assert f"this export also changes {changed}. Write all files: leave out --data-only." in result.stderr
    assert {each: each.read_text() for each in tmp_path.iterdir()} == written


def test_lists_are_written_before_the_files_that_include_them(run, tmp_path):
    """An engine that reloads meanwhile finds each of them: here the others cannot be replaced."""
    (tmp_path / "server.conf").mkdir()

    result = run("nginx", "-o", str(tmp_path))

    assert result.exit_code == 2
    assert sorted(each.name for each in tmp_path.glob("*[!w]") if each.is_file()) == ["origins-0.map"]


def test_no_list_is_replaced_if_the_rules_cannot_be_written(run, tmp_path):
    """As on a full disk: at the next reload, the old rules would allow the origins of other ones."""
    run("nginx", "-o", str(tmp_path))
    before = (tmp_path / "origins-0.map").read_text()
    (tmp_path / "http.conf.new").mkdir()

    result = run("nginx", "-o", str(tmp_path), name="more")

    assert result.exit_code == 2
    assert "The files cannot be written" in result.stderr
    assert (tmp_path / "origins-0.map").read_text() == before


def test_a_list_of_apache_has_another_name_where_the_rules_are_others(run, tmp_path):
    """Apache reads it before it reads the new rules; where only origins change, the name stays."""
    names = []
    for name in ("policy", "more", "paths"):
        run("apache", "-o", str(tmp_path / name), name=name)
        names += [each.name for each in (tmp_path / name).glob("*.txt")]

    assert names[0] == names[1] != names[2]


def test_a_table_that_an_engine_reads_instead_of_a_list_is_named(run, tmp_path):
    """With the command that makes it anew: until then, the engine has the origins of before."""
    first = run("apache", "-o", str(tmp_path), "--directory", str(tmp_path))
    (list_of_text,) = tmp_path.glob("*.txt")
    table = list_of_text.with_suffix(".dbm")
    table.touch()

    result = run("apache", "--data-only", "-o", str(tmp_path), "--directory", str(tmp_path), name="more")

    new = table.with_suffix(".new")
    assert first.stderr == ""
    assert result.exit_code == 0
    assert result.stderr == (
        f"{table.name} is older than its list. "
        f"Run: httxt2dbm -i {list_of_text} -o {new} && mv {new} {table}\n"
    )


def test_a_file_names_the_command_that_made_it(run, monkeypatch):
    """With everything that decides what is in it, and nothing else."""
    monkeypatch.setitem(__import__("sys").modules, "shop", Shop)
    monkeypatch.setitem(
        __import__("flask_corsguard.cli.catalogue", fromlist=["COMMANDS"]).COMMANDS,
        "export",
        __import__("flask_corsguard.cli.catalogue", fromlist=["Listed"]).Listed("export", "command", ""),
    )
    words = ["--own", "https://api.example", "--accept", "edge.report", "--directory", "a b"]

    result = CliRunner().invoke(corsguard, ["--app", "shop:paths", "export", "nginx", *words, "--json"])

    made = "corsguard --app shop:paths export nginx --own https://api.example --accept edge.report"
    assert result.exit_code == 0
    for file in json.loads(result.output)["files"]:
        assert f"# Written by `{made} --directory 'a b'`." in file["text"]


def test_a_file_names_the_command_of_flask_that_made_it(tmp_path, monkeypatch):
    """That of Flask, if it was Flask's: the other one would have no application."""
    (tmp_path / "shop_of_flask.py").write_text(
        "from flask import Flask\nfrom flask_corsguard import CorsGuard\n"
        'app = Flask("shop")\nCorsGuard(app, origins=["https://app.example"])\n'
    )
    monkeypatch.syspath_prepend(tmp_path)
    # The group of Flask sets it.
    monkeypatch.setenv("FLASK_RUN_FROM_CLI", "true")
    words = ["--app", "shop_of_flask", "cors", "export", "nginx"]

    result = CliRunner().invoke(FlaskGroup(), words)

    assert "# Written by `flask --app shop_of_flask cors export nginx`." in result.output


def test_json_names_the_files(run, tmp_path):
    """And has their texts, unless they were written."""
    printed = json.loads(run("nginx", "--json").output)["files"]
    written = json.loads(run("nginx", "--json", "-o", str(tmp_path)).output)["files"]

    assert [(each["name"], each["is_data"]) for each in printed] == [
        (each["name"], each["is_data"]) for each in written
    ]
    assert all(each["text"] for each in printed)
    assert {each["text"] for each in written} == {None}


def test_what_cannot_be_exported_is_found(run):
    """Every problem, on standard error, with exit code 1."""
    result = run("nginx", name="report")

    assert result.exit_code == 1
    assert result.stdout == ""
    assert "[edge.callable]" in result.stderr
    assert "[edge.report]" in result.stderr


def test_problems_can_be_read_by_a_program(run):
    """With their codes."""
    result = run("nginx", "--json", name="report")

    assert result.exit_code == 1
    assert [each["code"] for each in json.loads(result.stdout)["problems"]] == [
        "edge.callable",
        "edge.report",
    ]


@pytest.mark.parametrize(
    ("words", "name", "message"),
    [
        (["nginx"], "nothing", "edge.source"),
        (["lighttpd"], "policy", "'lighttpd' is not one of"),
        (["nginx", "--accept", "edge.callable"], "policy", "'edge.callable' is not"),
        (["nginx", "-o", "/dev/null/x"], "policy", "The files cannot be written"),
    ],
)
def test_a_wrong_use_is_reported(run, words, name, message):
    """With exit code 2, and no traceback."""
    result = run(*words, name=name)

    assert result.exit_code == 2
    assert message in result.stderr
    assert "Traceback" not in result.stderr


def test_help_has_an_example(run):
    """One that can be copied."""
    assert "corsguard --app shop:app export nginx -o /etc/nginx/corsguard" in run("--help").output


@pytest.mark.slow
def test_the_library_loads_nothing_of_the_export():
    """A program that only applies policies has no use for it."""
    program = (
        "import sys, flask_corsguard as it; it.CorsGuard; print([n for n in sys.modules if '.edge' in n])"
    )

    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert printed.stdout == "[]\n"
