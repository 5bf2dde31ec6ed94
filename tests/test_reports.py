"""What a parallel run reports is what the tests did."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

TESTS = Path(__file__).parent
#: A test for each outcome that a report can have.
PROGRAM = """
import pytest

@pytest.fixture
def wrong_before():
    raise ValueError

@pytest.fixture
def wrong_after():
    yield
    raise ValueError

def test_passes(): pass
def test_fails(): assert False
def test_has_no_fixture(wrong_before): pass
def test_leaves_a_fixture(wrong_after): pass
def test_fails_and_leaves_a_fixture(wrong_after): assert False
@pytest.mark.skip
def test_is_skipped(): pass
@pytest.mark.xfail
def test_fails_as_expected(): assert False
"""


def test_a_parallel_run_reports_the_outcome_of_every_test_and_fixture(tmp_path):
    """The hook of conftest.py leaves out what nobody reads, and nothing that failed."""
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "test_outcomes.py").write_text(PROGRAM)
    command = (sys.executable, "-m", "pytest", "-q", "-p", "conftest", "-p", "no:cacheprovider", "-n", "1")

    run = subprocess.run(
        [*command, "test_outcomes.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(TESTS)},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )

    assert run.returncode == 1
    assert run.stdout.splitlines()[-1].startswith("2 failed, 2 passed, 1 skipped, 1 xfailed, 3 errors")
