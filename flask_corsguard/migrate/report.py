"""The report of a run: a difference of texts and lines to read, or JSON."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator
from pathlib import Path

from .migration import Change, Migration
from .questions import CHOICES
from .work import SECTIONS


def diff_of(change: Change) -> str:
    """Return the unified difference of one file."""
    before, after = (
        data.decode(change.encoding).splitlines(keepends=True) for data in (change.before, change.after)
    )
    name = _name_in_tree(change.path)
    lines = difflib.unified_diff(before, after, f"a/{name}", f"b/{name}")
    return "".join(
        line if line.endswith(("\n", "\r")) else f"{line}\n\\ No newline at end of file\n" for line in lines
    )


def _name_in_tree(path: Path) -> str:
    """Return the name by which ``git apply`` finds a file: from the top of the tree, or from here."""
    real = path.resolve()
    tops = [each for each in real.parents if (each / ".git").exists()]
    top = next((each for each in [*tops, Path.cwd()] if real.is_relative_to(each)), Path(real.anchor))
    return real.relative_to(top).as_posix()


def text_of(migration: Migration) -> str:
    """Return the report for people to read."""
    parts = [diff_of(change) for change in migration.changes]
    parts += list(_sections(migration))
    if not migration.lines and not migration.changes:
        return "Nothing uses Flask-CORS.\n"
    return "\n".join(part.rstrip("\n") for part in parts if part) + "\n"


def _sections(migration: Migration) -> Iterator[str]:
    for section in SECTIONS:
        lines = [line for line in migration.lines if line.section == section]
        if not lines:
            continue
        yield f"\n{section}"
        for line in lines:
            yield f"  {line.place} {line.code} {line.text}"
        if section == "asked":
            yield from _choices({line.code for line in lines})


def _choices(identities: set[str]) -> Iterator[str]:
    yield "  Answer with --answers FILE, a JSON object from the id, or from id@path, to one of:"
    for identity in sorted(identities):
        for choice, does in CHOICES[identity].items():
            yield f'    "{identity}": {choice if choice == "[...]" else json.dumps(choice)}   {does}'


def json_of(migration: Migration, exit_code: int) -> str:
    """Return the report for programs to read."""
    content = {
        "exit": exit_code,
        "complete": not migration.is_open,
        "changes": [{"path": each.name, "diff": diff_of(each)} for each in migration.changes],
        "lines": [
            {
                "section": line.section,
                "place": line.place,
                "code": line.code,
                "text": line.text,
                **({"choices": dict(CHOICES[line.code])} if line.section == "asked" else {}),
            }
            for line in migration.lines
        ],
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"
