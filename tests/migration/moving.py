"""Moves a program that a test writes down."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

from flask_corsguard.migrate.migration import migrate
from flask_corsguard.migrate.questions import Answers

HEAD = (
    "from flask import Blueprint, Flask\nfrom flask_cors import CORS, cross_origin\n\napp = Flask(__name__)\n"
)


@dataclass
class Moved:
    """What became of a program.

    :ivar files: the texts of its files, by name.
    :ivar lines: the report.
    """

    files: dict[str, str]
    lines: list
    is_open: bool

    @property
    def text(self):
        """The text of the only file, or of ``app.py``."""
        return self.files["app.py"]

    def codes(self, section):
        """Return the codes of a section of the report."""
        return [line.code for line in self.lines if line.section == section]

    @property
    def asked(self):
        """The questions."""
        return self.codes("asked")

    @property
    def by_hand(self):
        """What has to be done by hand."""
        return self.codes("by hand")


def moved(folder: Path, text: str = "", *, answers=None, guard="report", files=None, head="") -> Moved:
    """Write a program into *folder* and move it."""
    written = {"app.py": head + dedent(text)} if files is None else files
    for name, content in written.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else dedent(content).encode())
    result = migrate([folder], Answers(answers or {}), guard)
    changed = {
        change.path.relative_to(folder).as_posix(): change.after.decode(change.encoding)
        for change in result.changes
    }
    texts = {name: content for name, content in written.items() if isinstance(content, str)}
    return Moved({**texts, **changed}, result.lines, result.is_open)


def call_of(folder, call, **others):
    """Return what takes the place of one call, in one line."""
    result = moved(folder, call, head=HEAD, **others)
    assert not result.is_open, result.lines
    lines = result.text.splitlines()
    return " ".join(" ".join(lines[lines.index("app = Flask(__name__)") + 1 :]).split())
