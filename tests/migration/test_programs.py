"""Programs in the shapes that real ones have, moved by the command and compared by a browser."""

from __future__ import annotations

import json
import re

import pytest
from click.testing import CliRunner

from flask_corsguard.cli.migrate import command
from migration.judge import bad_classes, copy_of, files_of, load, read_programs

PROGRAMS = [*read_programs("programs"), *read_programs("variants")]
MOVED = [each for each in PROGRAMS if each["verdict"].startswith("sure") or each["answers"]]


def move(path, answers=None):
    """Return the exit code and the output of the command."""
    arguments = [str(path), "--write", "--force"]
    if answers is not None:
        file = path.parent / "answers.json"
        file.write_text(json.dumps(answers))
        arguments += ["--answers", str(file)]
    result = CliRunner().invoke(command, arguments, catch_exceptions=False)
    return result.exit_code, result.output


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda each: each["id"])
def test_a_program_is_moved_or_asked_about_and_then_left_alone(program, tmp_path):
    """What is sure is written and exits with 0; everything else exits with 1, and no byte changes."""
    path = copy_of(program, tmp_path)
    before = files_of(path)

    code, output = move(path)

    sure = program["verdict"].startswith("sure")
    assert code == (0 if sure else 1), output
    assert (files_of(path) == before) is not sure


@pytest.mark.parametrize("program", MOVED, ids=lambda each: each["id"])
def test_what_was_moved_has_nothing_left_to_move(program, tmp_path):
    """A second run changes nothing, and Flask-CORS is no longer mentioned by an import."""
    path = copy_of(program, tmp_path)
    code, output = move(path, program["answers"])
    assert code == 0, output
    moved = files_of(path)

    again, _ = move(path)

    assert again == 0
    assert files_of(path) == moved
    assert not any(re.search(rb"\b(?:import|from) flask_cors\b", data) for data in moved.values())


@pytest.mark.slow
@pytest.mark.parametrize("program", MOVED, ids=lambda each: each["id"])
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.filterwarnings("ignore::flask_corsguard.CorsGuardWarning")
def test_browsers_see_the_same_or_better_after_the_move(program, tmp_path):
    """Nothing breaks for a friend and nothing opens to a stranger, whether the guard reports or enforces."""
    moved = copy_of(program, tmp_path)
    code, output = move(moved, program["answers"])
    assert code == 0, output
    environment = program.get("env", {})
    applications = [load(copy_of(program, tmp_path), environment)]
    for guard in ("report", "enforce"):
        environment = {**environment, **program.get("env_after", {})}
        applications.append(load(copy_of({**program, "path": moved}, tmp_path / guard, guard), environment))

    assert bad_classes(program, applications[0], applications[1:]) == {}
