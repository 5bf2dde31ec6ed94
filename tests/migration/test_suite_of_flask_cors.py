"""Flask-CORS's own tests, from its source, against what the command makes of the options in them."""

from __future__ import annotations

import importlib.metadata
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SOURCE = Path(sys.prefix) / "flask-cors-source" / importlib.metadata.version("flask-cors")

#: What a difference may be; another class would be one that breaks users.
CLASSES = ("same for browsers", "safer", "fixes", "error less readable", "asked")

pytestmark = pytest.mark.migration


def test_flask_cors_own_tests_pass_but_for_the_differences_that_are_listed(tmp_path):
    """Each difference has a class, and none is in one that breaks users."""
    listed = json.loads((HERE / "suite" / "differences.json").read_text())
    assert all(each.partition(":")[0] in CLASSES for each in listed)
    copy = tmp_path / "tests"
    shutil.copytree(SOURCE / "tests", copy)
    # The types of its calls, and functions that nobody calls from outside.
    shutil.rmtree(copy / "typecheck")
    (copy / "core" / "test_helpers.py").unlink()
    shutil.copy(HERE / "suite" / "translated.py", copy / "conftest.py")

    found = subprocess.run(
        [sys.executable, "-m", "pytest", "tests", "-q", "-p", "no:randomly", "-p", "no:cacheprovider", "-rA"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=1200,
    )

    outcomes = dict(re.findall(r"^(?:PASSED|FAILED|ERROR) tests/(\S+)()", found.stdout, re.MULTILINE))
    failed = set(re.findall(r"^(?:FAILED|ERROR) tests/(\S+)", found.stdout, re.MULTILINE))
    assert len(outcomes) >= 89
    assert failed == {name for names in listed.values() for name in names}
