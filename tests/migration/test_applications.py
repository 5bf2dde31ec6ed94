"""Three real applications from PyPI, moved by the command and driven by real requests before and after."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from migration.judge import bad_differences, files_of
from migration.test_programs import move

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
ENVIRONMENT = Path(sys.prefix) / "applications"

pytestmark = pytest.mark.migration

#: Of each application: its package, what is answered, the environment of its users, and who may read it.
APPLICATIONS = [
    {"id": "changedetection", "package": "changedetectionio", "any": True},
    {
        "id": "mlflow",
        "package": "mlflow",
        "env": {"MLFLOW_SERVER_CORS_ALLOWED_ORIGINS": "https://ui.example,https://slash.example/"},
        "friends": ["https://ui.example", "http://localhost:3000", "http://[::1]:3000"],
        "strangers": ["https://slash.example"],
        "left_out": "https://slash.example/",
    },
    {
        "id": "mlflow",
        "package": "mlflow",
        "env": {"MLFLOW_SERVER_CORS_ALLOWED_ORIGINS": "*"},
        "any": True,
    },
    {
        "id": "asreview",
        "package": "asreview",
        "answers": {"any-origin-with-credentials": ["https://lab.example"]},
        "env": {"ASREVIEW_LAB_CORS_ORIGINS": '["https://ui.example", "https://slash.example/"]'},
        "friends": ["https://ui.example"],
        "strangers": ["https://slash.example", "https://lab.example", "http://localhost:3000"],
        "left_out": "https://slash.example/",
    },
    {
        "id": "asreview",
        "package": "asreview",
        "answers": {"any-origin-with-credentials": ["https://lab.example"]},
        "friends": ["https://lab.example"],
    },
]


def drive(program, source):
    """Return what the driver prints for an application whose package is in *source*."""
    folder = source / "home"
    folder.mkdir()
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "ASREVIEW_PATH": str(folder),
        "_MLFLOW_SERVER_FILE_STORE": f"sqlite:///{folder / 'mlflow.db'}",
        "MLFLOW_SERVER_ALLOWED_HOSTS": "*",
        "PYTHONPATH": os.pathsep.join(map(str, (source, ROOT, ROOT / "tests"))),
        "PYTHONDONTWRITEBYTECODE": "1",
        **program.get("env", {}),
    }
    found = subprocess.run(
        [ENVIRONMENT / "bin" / "python", HERE / "applications" / "drive.py"],
        cwd=folder,
        env=environment,
        input=json.dumps(program),
        capture_output=True,
        text=True,
        check=False,
        timeout=1200,
    )
    assert found.returncode == 0, found.stderr[-4000:]
    return json.loads(found.stdout)


def copy_of(program, folder):
    """Return a folder with a copy of the package of an application, without its assets."""
    installed = next((ENVIRONMENT / "lib").glob("python3*")) / "site-packages" / program["package"]
    ignored = shutil.ignore_patterns("*.pyc", "tests", "*.map")
    shutil.copytree(installed, folder / program["package"], ignore=ignored)
    return folder


@pytest.mark.parametrize("program", APPLICATIONS, ids=lambda each: f"{each['id']}-{'any' in each}")
def test_an_application_is_the_same_for_browsers_after_the_command(program, tmp_path):
    """Nothing breaks, nothing opens; and an origin with a slash at its end is left out, and stops no start."""
    sources = [copy_of(program, tmp_path / name) for name in ("before", "after")]
    files = files_of(sources[1])
    answers = program.get("answers")

    code, output = move(sources[1])

    if answers is not None:
        assert code == 1, output
        assert files_of(sources[1]) == files
        code, output = move(sources[1], answers)
    assert code == 0, output
    assert b"from flask_cors " not in b"".join(files_of(sources[1]).values())
    with ThreadPoolExecutor(2) as pool:
        before, after = pool.map(drive, (program, program), sources)
    assert before["urls"] == after["urls"]
    assert bad_differences(program, before["urls"], before["observed"], after["observed"]) == {}
    left_out = program.get("left_out")
    assert [left_out in each for each in after["warnings"]] == ([] if left_out is None else [True])
