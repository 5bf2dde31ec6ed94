"""The files of an export in their directory: written for an engine that may read them at any time."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from .export import Export
from .files import without_head


def write_files(directory: Path, files: Mapping[str, str]) -> None:
    """Write *files* into *directory*, each by one replacement.

    :raises OSError: if a file cannot be written.
    """
    directory.mkdir(parents=True, exist_ok=True)
    beside = {name: directory / f"{name}.new" for name in files}
    # If the disk is full, all files stay as they are: new lists do not belong to old rules.
    for name, text in files.items():
        beside[name].write_text(text, "utf-8")
    # The lists come last in an export, and are replaced first: no configuration includes one that is missing.
    for name in reversed(list(files)):
        beside[name].replace(directory / name)


def differing(directory: Path, made: Export, names: Collection[str]) -> list[str]:
    """Return those of *names* whose files in *directory* are missing or have other content, but for the head.

    :raises OSError: if a file cannot be read.
    """
    return [name for name in sorted(names) if not _is_as_made(directory / name, made.files[name])]


def _is_as_made(path: Path, text: str) -> bool:
    return path.exists() and without_head(path.read_text("utf-8")) == without_head(text)
