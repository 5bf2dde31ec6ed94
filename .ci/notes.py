"""Usage: python .ci/notes.py TAG. Prints the part of the changelog about the version that the tag names.

It fails if the tag is not that of the version in pyproject.toml, or if the version has no dated section: such
a tag is not to be released.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def notes(tag: str, changelog: str, version: str) -> str:
    """Return the section of *changelog* about *version*, whose tag is *tag*.

    :raises ValueError: with what is wrong.
    """
    if tag != f"v{version}":
        raise ValueError(f"the tag is {tag}, and the version in pyproject.toml is {version}")
    found = re.search(rf"(?ms)^## \[{re.escape(version)}\] - (.+?)$(.*?)(?=^## |\Z)", changelog)
    if not found:
        raise ValueError(f"CHANGELOG.md has no section ## [{version}]")
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", found[1]):
        raise ValueError(f"CHANGELOG.md does not date {version}: write ## [{version}] - 2026-01-31")
    return found[2].strip()


def main(tag: str) -> None:
    """Print the notes, or end with what is wrong."""
    # Tempting: tomllib. But Python 3.10 has none.
    version = re.findall(r'(?m)^version = "(.+)"$', (ROOT / "pyproject.toml").read_text("utf-8"))[0]
    try:
        print(notes(tag, (ROOT / "CHANGELOG.md").read_text("utf-8"), version))
    except ValueError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(*sys.argv[1:])
