"""The command ``migrate``: what it prints, what it writes, how it exits."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask.cli import FlaskGroup

from flask_corsguard.cli.groups import corsguard
from flask_corsguard.cli.migrate import command
from flask_corsguard.migrate import trial, writing

PROGRAM = "from flask import Flask\nfrom flask_cors import CORS\n\napp = Flask(__name__)\nCORS(app)\n"
ASKED = PROGRAM.replace("CORS(app)", "CORS(app, supports_credentials=True)")


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run the command in a folder of the test, and return the result."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        return CliRunner().invoke(command, [str(each) for each in arguments])

    return run


@pytest.fixture
def program(tmp_path):
    """Return a file with a program."""
    path = tmp_path / "app.py"
    path.write_text(PROGRAM)
    return path


def committed(folder):
    """Make a git tree of *folder* without changes."""
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@x.example", "-c", "init.defaultBranch=x"]
    subprocess.run([*git, "init", "-q"], cwd=folder, check=True)
    subprocess.run([*git, "add", "."], cwd=folder, check=True)
    subprocess.run([*git, "commit", "-qm", "x"], cwd=folder, check=True)


def test_a_dry_run_shows_the_difference_and_changes_nothing(run, program):
    """The report lists what was done, and that the guard only reports."""
    result = run()

    assert result.exit_code == 0
    assert (
        '+CorsGuard(app, origins="*", allow_headers=["*", "Authorization"], guard="report")' in result.output
    )
    assert "\ndone\n  app.py:5 extension CORS(app) -> CorsGuard(app, " in result.output
    assert "report-mode" in result.output
    assert program.read_text() == PROGRAM


def test_where_nothing_uses_flask_cors_there_is_nothing_to_do(run, tmp_path):
    """Other programs that set headers do not matter to it."""
    (tmp_path / "app.py").write_text("from flask_corsguard import CorsGuard\nCORS = 1\n")

    assert run().output == "Nothing uses Flask-CORS.\n"
    assert run().exit_code == 0


def test_an_open_question_changes_nothing_and_lists_the_possible_answers(run, program):
    """The answers are listed with what each does."""
    program.write_text(ASKED)

    result = run("--write", "--force")

    assert result.exit_code == 1
    assert "\nasked\n  app.py:5 any-origin-with-credentials " in result.output
    assert '"any-origin-with-credentials": "closed"   nobody may read the answers' in result.output
    assert '"any-origin-with-credentials": [...]   these origins, with cookies' in result.output
    assert program.read_text() == ASKED


def test_origins_answer_who_may_send_cookies(run, program):
    """They are checked as those of a policy."""
    program.write_text(ASKED)

    assert run("--origins", "https://a.example, https://b.example", "--write", "--force").exit_code == 0
    assert 'origins=["https://a.example", "https://b.example"]' in program.read_text()


def test_answers_come_from_a_file(run, program, tmp_path):
    """A JSON object from the id to the answer."""
    program.write_text(ASKED)
    (tmp_path / "answers.json").write_text('{"any-origin-with-credentials": "no-credentials"}')

    assert run("--answers", "answers.json", "app.py", "--write", "--force").exit_code == 0
    assert 'CorsGuard(app, credentials=False, origins="*", ' in program.read_text()


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ("{", "The answers are not JSON ("),
        ("[]", "The answers must be a JSON object such as"),
        ('{"what": "closed"}', "'what' is not a question: choose of any-origin-with-credentials, "),
        ('{"above-route": "keep"}', "'keep' does not answer above-route: choose of 'closed', 'as-written'."),
        ('{"above-route": ["x"]}', "['x'] does not answer above-route"),
        (
            '{"never-matched": []}',
            "[] does not answer never-matched: choose of 'closed', 'as-written', a list.",
        ),
        ('{"never-matched": "[...]"}', "'[...]' does not answer never-matched"),
    ],
)
def test_an_answer_to_something_else_is_an_error(run, program, tmp_path, answers, message):
    """One sentence, and 2."""
    (tmp_path / "answers.json").write_text(answers)

    result = run("--answers", "answers.json")

    assert result.exit_code == 2
    assert result.output.startswith(f"Error: {message}")
    assert result.output.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--origins", "a.example"], "'a.example' is not an origin: write one such as https://app.example."),
        (["--answers", "none.json"], "none.json cannot be read (No such file or directory)."),
        (["none"], "none does not exist."),
    ],
)
def test_a_mistake_in_the_arguments_is_one_sentence(run, program, arguments, message):
    """And 2."""
    result = run(*arguments)

    assert (result.exit_code, result.output) == (2, f"Error: {message}\n")


@pytest.mark.parametrize(
    "text",
    [b"import flask_cors\ndef (\n", b"import flask_cors\n\x00", b"# coding: x-none\nimport flask_cors"],
)
def test_a_file_that_does_not_parse_is_one_sentence(run, program, tmp_path, text):
    """And no other file changes."""
    (tmp_path / "wrong.py").write_bytes(text)

    result = run("--write", "--force")

    assert result.exit_code == 2
    assert result.output.startswith("Error: wrong.py")
    assert result.output.count("\n") == 1
    assert program.read_text() == PROGRAM


def test_a_file_that_does_not_parse_and_has_no_part_in_it_is_passed_over(run, program, tmp_path):
    """For example, a template of another tool."""
    (tmp_path / "template.py").write_text("{{ name }} = {% x %}\n")

    assert run().exit_code == 0


def test_only_a_clean_git_tree_is_written(run, program, tmp_path):
    """So that what is written can be undone."""
    outside = run("--write")
    committed(tmp_path)
    (tmp_path / "other.txt").write_text("x")
    dirty = run("app.py", "--write")
    (tmp_path / "other.txt").unlink()

    assert (outside.exit_code, dirty.exit_code) == (2, 2)
    assert (
        outside.output
        == "Error: . is not in a git tree, so nothing could be undone; --force writes anyway.\n"
    )
    assert dirty.output == "Error: . has changes that are not committed; commit them, or use --force.\n"
    assert program.read_text() == PROGRAM
    assert run("--write").exit_code == 0
    assert "CorsGuard" in program.read_text()


@pytest.mark.parametrize("where", [".", "inner"])
def test_the_difference_can_be_applied_wherever_the_command_runs(run, program, tmp_path, monkeypatch, where):
    """Its names are those of the tree, even for a path from the root."""
    committed(tmp_path)
    (tmp_path / "inner").mkdir()
    monkeypatch.chdir(tmp_path / where)
    report = run(program).output
    difference = report[: report.index("\ndone")] + "\n"

    subprocess.run(["git", "apply", "-"], cwd=tmp_path, input=difference, text=True, check=True)

    assert "CorsGuard(app" in program.read_text()


def test_the_difference_names_files_from_the_current_folder_where_there_is_no_git_tree(
    run, program, tmp_path, monkeypatch
):
    """And from the root, if they are elsewhere."""
    assert run(program).output.startswith("--- a/app.py\n+++ b/app.py\n")
    (tmp_path / "inner").mkdir()
    monkeypatch.chdir(tmp_path / "inner")
    assert run(program).output.startswith(f"--- a{program}\n+++ b{program}\n")


def test_without_git_nothing_is_written(run, program, monkeypatch):
    """Unless it is forced."""
    monkeypatch.setenv("PATH", "")

    assert "git is not installed" in run("--write").output
    assert run("--write", "--force").exit_code == 0


def test_the_report_for_programs_has_stable_keys(run, program):
    """The difference, and a line for everything that was found."""
    program.write_text(ASKED)

    report = json.loads(run("--json").output)

    assert sorted(report) == ["changes", "complete", "exit", "lines"]
    assert (report["complete"], report["exit"], report["changes"]) == (False, 1, [])
    assert sorted(report["lines"][0]) == ["choices", "code", "place", "section", "text"]
    program.write_text(PROGRAM)
    report = json.loads(run("--json").output)
    assert (report["complete"], report["exit"]) == (True, 0)
    assert report["changes"][0]["path"] == "app.py"


def test_one_application_does_not_wait_for_another(run, tmp_path):
    """Each is moved whole, or not at all."""
    (tmp_path / "sure.py").write_text(PROGRAM)
    (tmp_path / "asked.py").write_text(ASKED)

    assert run("--write", "--force").exit_code == 1
    assert "CorsGuard" in (tmp_path / "sure.py").read_text()
    assert (tmp_path / "asked.py").read_text() == ASKED


def test_a_read_only_file_stops_everything(run, program, tmp_path, monkeypatch):
    """No file is written if one cannot be."""
    (tmp_path / "zoo.py").write_text(PROGRAM)
    access = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: path.name != "zoo.py" and access(path, mode))

    result = run("--write", "--force")

    assert (result.exit_code, result.output) == (2, "Error: zoo.py is read-only; nothing is written.\n")
    assert program.read_text() == PROGRAM
    assert sorted(each.name for each in tmp_path.iterdir()) == ["app.py", "zoo.py"]


@pytest.mark.parametrize("when", ["staged", "replaced"])
def test_a_file_that_changed_meanwhile_stops_everything(run, program, tmp_path, monkeypatch, when):
    """What somebody else wrote stays."""
    (tmp_path / "zoo.py").write_text(PROGRAM)
    name = {"staged": "_stage", "replaced": "_replace"}[when]
    original = getattr(writing, name)

    def change_first(argument):
        (tmp_path / "zoo.py").write_text("theirs\n")
        return original(argument)

    monkeypatch.setattr(writing, name, change_first)

    result = run("--write", "--force")

    assert (result.exit_code, result.output) == (
        2,
        "Error: zoo.py has changed meanwhile; nothing is written.\n",
    )
    assert program.read_text() == PROGRAM
    assert (tmp_path / "zoo.py").read_text() == "theirs\n"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["app.py", "zoo.py"]


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(28, "No space left on device")])
def test_nothing_is_half_written_if_it_is_interrupted(program, tmp_path, monkeypatch, error, run):
    """The files that were replaced get back what they had."""
    (tmp_path / "zoo.py").write_text(PROGRAM)
    original = writing.Path.replace

    def fail_second(path, target):
        if target.name == "zoo.py":
            raise error
        return original(path, target)

    monkeypatch.setattr(writing.Path, "replace", fail_second)

    result = run("--write", "--force")

    assert result.exit_code in {1, 2}
    assert program.read_text() == (tmp_path / "zoo.py").read_text() == PROGRAM
    assert sorted(each.name for each in tmp_path.iterdir()) == ["app.py", "zoo.py"]


def test_a_file_that_cannot_be_staged_is_one_sentence(run, program, monkeypatch):
    """For example, the folder is full."""

    def full(**_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(writing.tempfile, "mkstemp", full)

    result = run("--write", "--force")

    assert result.output == "Error: app.py cannot be written (No space left on device); nothing is written.\n"


def test_encodings_ends_of_lines_modes_and_links_stay(run, tmp_path):
    """Only the characters of the edits change."""
    head = "# -*- coding: latin-1 -*-\r\n# Gr\xfc\xdfe\r\n"
    path = tmp_path / "app.py"
    path.write_bytes(
        (head + PROGRAM.replace("\n", "\r\n").replace("CORS(app)", 's = "\xe9"; CORS(app)')).encode("latin-1")
    )
    path.chmod(0o750)
    (tmp_path / "bom.py").write_bytes(b"\xef\xbb\xbf" + PROGRAM.rstrip("\n").encode())

    assert run("--write", "--force").exit_code == 0

    after = path.read_bytes().decode("latin-1")
    assert after.startswith(head)
    assert 's = "\xe9"; CorsGuard(app, origins="*"' in after
    assert after.count("\n") == after.count("\r\n")
    assert path.stat().st_mode & 0o777 == 0o750
    bom = (tmp_path / "bom.py").read_bytes()
    assert bom.startswith(b"\xef\xbb\xbffrom flask")
    assert not bom.endswith(b"\n")


def test_the_difference_of_a_file_without_an_end_mentions_it(run, tmp_path):
    """As other programs do."""
    (tmp_path / "app.py").write_text(PROGRAM.rstrip("\n"))

    assert "\\ No newline at end of file\n" in run().output


def test_folders_that_are_not_the_project_s_own_are_passed_over(run, program, tmp_path):
    """Environments, caches, what other programs have built; and what is a link to elsewhere."""
    for name in (".venv", "node_modules", "mine"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.py").write_text("import flask_cors\ndef (\n")
    (tmp_path / "mine" / "pyvenv.cfg").write_text("")
    (tmp_path / "link.py").symlink_to(tmp_path / "mine" / "x.py")

    assert run(".", "app.py").exit_code == 0


def test_a_file_that_cannot_be_read_is_one_sentence(run, program, monkeypatch):
    """And 2."""

    def deny(_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.read_bytes", deny)

    assert run().output == "Error: app.py cannot be read (Permission denied).\n"


def test_what_is_left_to_the_user_is_named(run, tmp_path):
    """Dependencies, keys of configuration files, variables, tests."""
    program = PROGRAM.replace("CORS(app)", "app.config.from_prefixed_env()\nCORS(app)")
    (tmp_path / "app.py").write_text(program)
    (tmp_path / "requirements.txt").write_text("flask\nflask-cors==4.0\n")
    (tmp_path / ".env").write_text("CORS_ORIGINS=x\nFLASK_CORS_SEND_WILDCARD=1\nCORS_OTHER=1\n")
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_other.py").write_text("from app import app\n")
    (tmp_path / "tests" / "test_app.py").write_text(
        "from app import app\n\ndef test_x():\n    assert app.y['Access-Control-Allow-Origin'] == '*'\n"
    )

    output = run().output

    assert "requirements.txt:2 dependency flask-cors==4.0 -> flask-corsguard" in output
    assert ".env:1 key CORS_ORIGINS -> CORSGUARD_ORIGINS" in output
    assert ".env:2 key CORS_SEND_WILDCARD -> nothing" in output
    assert "app.py:5 environment from_prefixed_env" in output
    assert "test_app.py:4 expects-header" in output


def test_a_configuration_file_that_cannot_be_read_is_passed_over(run, program, tmp_path, monkeypatch):
    """It is only looked at for names of keys."""
    (tmp_path / "a.env").write_text("")

    read = Path.read_bytes

    def deny(path):
        if path.suffix == ".env":
            raise PermissionError(13, "Permission denied")
        return read(path)

    monkeypatch.setattr("pathlib.Path.read_bytes", deny)

    assert run().exit_code == 0


def test_a_result_that_does_not_parse_is_never_written(run, program, monkeypatch):
    """Nor one whose changes overlap."""
    monkeypatch.setattr("flask_corsguard.migrate.plan.ImportEdits.write", lambda self: None)
    monkeypatch.setattr("flask_corsguard.migrate.extension_edits.ExtensionEdits._empty", lambda *_: None)
    monkeypatch.setattr("flask_corsguard.migrate.source.Source.result_bytes", lambda _: b"def (\n")

    result = run("--write", "--force")

    assert result.exit_code == 2
    assert "the result would not parse" in result.output
    assert program.read_text() == PROGRAM


def test_two_changes_of_one_place_are_never_written(run, program, monkeypatch):
    """That would be a mistake of the program, and is reported as one."""

    def twice(self):
        source = self._work.project.modules[0].source
        source.edit(0, 4, "x")
        source.edit(2, 6, "y")

    monkeypatch.setattr("flask_corsguard.migrate.plan.ImportEdits.write", twice)

    assert "app.py:1: two changes overlap here; nothing is changed." in run("--write", "--force").output


ROUTED = """
from flask import Flask
from flask_cors import CORS

def create_app():
    app = Flask(__name__)
    CORS(app, resources={"/api/v[0-9]+/*": {"origins": "*"}})
    for name in ("v1", "v22"):
        app.add_url_rule(f"/api/{name}/x", name, lambda: "x")
    return app
"""


@pytest.mark.slow
def test_the_application_s_own_url_map_names_the_routes_that_a_path_covered(run, program):
    """With ``--app`` the program is executed, and nowhere else."""
    program.write_text(ROUTED)

    assert "Use no path, or nothing?" in run().output
    result = run("--app", "app:create_app")
    assert result.exit_code == 1
    assert "Use /api/v1/x, /api/v22/x, or nothing?" in result.output


@pytest.mark.slow
def test_the_migrated_application_is_started_before_it_is_written(run, program):
    """In a copy."""
    assert run("--app", "app:app", "--write", "--force").exit_code == 0
    assert "CorsGuard" in program.read_text()


@pytest.mark.slow
def test_what_pages_may_do_only_before_or_only_after_is_listed_with_route_and_origin(run, program):
    """The application runs in a copy; its own files stay as they are."""
    text = PROGRAM.replace("CORS(app)", "CORS(app, origins=['https://a.example'], methods='*')")
    program.write_text(f"{text}\n@app.put('/x')\ndef x():\n    return 'x'\n")

    result = run("--app", "app:app")

    assert result.exit_code == 0
    assert "\n  app:app fixes PUT /x plainly, for https://a.example\n" in result.output
    assert "opens" not in result.output
    assert "flask_cors " in program.read_text()


@pytest.mark.slow
def test_an_application_that_does_not_start_afterwards_is_not_written(run, program):
    """The command exits with 3."""
    program.write_text(f"{PROGRAM}import sys\n\nif 'flask_cors' not in sys.modules:\n    sys.exit('no')\n")

    result = run("--app", "app:app", "--write", "--force")

    assert result.exit_code == 3
    assert result.output == "Error: After the migration, app:app does not start (no). Nothing is written.\n"


@pytest.mark.slow
def test_an_application_that_does_not_start_is_one_sentence(run, program):
    """It cannot be asked for its routes."""
    program.write_text("raise SystemExit\n")
    assert run("--app", "app:app").output == "Error: app:app does not start (it ended).\n"

    program.write_text("import nowhere\n")
    result = run("--app", "app:app")
    assert result.exit_code == 2
    assert result.output.startswith("Error: app:app does not start (")


def test_an_application_that_hangs_is_one_sentence(run, program, monkeypatch):
    """It has two minutes."""

    def hang(*_, **__):
        raise subprocess.TimeoutExpired("python", 120)

    monkeypatch.setattr(trial.subprocess, "run", hang)

    assert run("--app", "app:app").output == "Error: app:app does not start within 120 seconds.\n"


def test_a_line_of_what_differs_names_its_kind_once(run, program):
    """It is the code of the line."""
    program.write_text(PROGRAM.replace("CORS(app)", r"CORS(app, origins=[r'https://.*\.example\.com'])"))

    assert re.search(r"^  app.py:5 safer the expression ", run().output, re.MULTILINE)


@pytest.mark.parametrize(
    ("group", "arguments"),
    [(corsguard, ["--app", "app:app", "migrate"]), (FlaskGroup(), ["--app", "app:app", "cors", "migrate"])],
    ids=["corsguard", "flask"],
)
def test_the_application_may_be_named_before_the_command(group, arguments, run, program, monkeypatch):
    """As for all other commands. One that only the environment names is not started."""
    monkeypatch.setattr(trial, "MAX_SECONDS", 0)
    # Flask sets it itself, and it has to be taken back.
    monkeypatch.setenv("FLASK_RUN_FROM_CLI", "true")

    named = CliRunner().invoke(group, arguments)
    unnamed = CliRunner(env={"FLASK_APP": "app:app"}).invoke(group, arguments[2:])

    assert named.output == "Error: app:app does not start within 0 seconds.\n"
    assert "does not start" not in unnamed.output


@pytest.mark.slow
def test_a_module_that_cannot_be_imported_here_is_named_with_its_folder(run, program):
    """Its name alone is enough where it is installed."""
    result = run("--app", "nowhere:create_app")

    assert "Name its folder, too, as in --app src/nowhere:create_app.\n" in result.output
    assert "Name its folder" not in run("--app", "src/nowhere:create_app").output


def test_the_rules_of_an_application_are_printed_for_the_other_process(
    program, monkeypatch, capsys, tmp_path
):
    """In a line that nothing of the application prints."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "app", raising=False)

    trial.main(["app:app"])

    del sys.modules["app"]
    assert capsys.readouterr().out == (
        'flask-corsguard routes: {"rules": ["/static/<path:filename>"], "seen": [["GET /static/<path:filename> '
        'plainly", "https://stranger.example", "error"], ["GET /static/<path:filename> with a token", '
        '"https://stranger.example", "error"], ["GET /static/<path:filename> with cookies", '
        '"https://stranger.example", "refused"]]}\n'
    )


def test_the_copy_has_the_files_whose_names_begin_with_a_dot(run, program, tmp_path):
    """The application may read .env while it starts."""
    program.write_text(f"{PROGRAM}open('.env').close()\n")
    (tmp_path / ".env").write_text("SECRET=1\n")

    assert run("--app", "app:app").exit_code == 0


def test_a_file_outside_of_the_folder_of_the_application_is_not_tried(run, program, tmp_path, monkeypatch):
    """The copy would not have it."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    result = run("..", "--app", "../app:app")

    assert result.exit_code == 2
    assert "app.py is not in it. Run the command in a folder that has both." in result.output


def test_a_file_that_git_ignores_is_not_written(run, program, tmp_path):
    """Nobody could undo it: for git the tree has no changes."""
    (tmp_path / ".gitignore").write_text("app.py\n")
    committed(tmp_path)
    result = run("--write")

    assert result.exit_code == 2
    assert (
        result.output
        == "Error: git does not track app.py, so nothing could be undone; --force writes anyway.\n"
    )
    assert program.read_text() == PROGRAM
    assert run("--write", "--force").exit_code == 0
