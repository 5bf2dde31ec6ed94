"""Builds the documentation, as for readers."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import pytest

from pages import DOCS


class Built(NamedTuple):
    """What a build of the documentation gave."""

    html: Path
    status: int
    warnings: str


def build_docs(place: Path) -> Built:
    """Build the documentation below *place*; skip the test where Sphinx is not installed."""
    if not all(map(find_spec, ("sphinx", "furo", "myst_parser"))):
        pytest.skip("the documentation is built where the dependency group docs is installed")
    command = [sys.executable, "-m", "sphinx", "-W", "-n", "-q", "-E", "-b", "html"]
    result = subprocess.run(
        [*command, "-d", str(place / "doctrees"), str(DOCS), str(place / "html")],
        capture_output=True,
        text=True,
        check=False,
    )
    return Built(place / "html", result.returncode, result.stderr)
