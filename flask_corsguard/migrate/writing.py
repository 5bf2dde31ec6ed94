"""Writing the files of a migration: all of them, or none."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from .migration import Change


class WritingError(Exception):
    """The files cannot be written; the message is one sentence, and nothing was changed."""


def check_clean(paths: Iterable[Path], changes: Iterable[Change]) -> None:
    """Check that the files are in a git tree without changes, so that what is written can be undone.

    :param paths: the files and folders that were read.
    :param changes: what is to be written.
    :raises WritingError: if they are not.
    """
    for path in paths:
        folder = path if path.is_dir() else path.parent
        found = _git(folder, "status", "--porcelain", "--", ".")
        if found.returncode:
            raise WritingError(
                f"{folder} is not in a git tree, so nothing could be undone; --force writes anyway."
            )
        if found.stdout.strip():
            raise WritingError(f"{folder} has changes that are not committed; commit them, or use --force.")
    for change in changes:
        # A file that git ignores counts as clean.
        path = change.path.resolve()
        if _git(path.parent, "ls-files", "--error-unmatch", "--", path.name).returncode:
            raise WritingError(
                f"git does not track {change.name}, so nothing could be undone; --force writes anyway."
            )


def _git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    git = shutil.which("git") or "git"
    try:
        return subprocess.run(  # noqa: S603 - git, with arguments of ours
            [git, *arguments], cwd=folder, capture_output=True, text=True, check=False
        )
    except OSError:
        raise WritingError(
            "git is not installed, so nothing could be undone; --force writes anyway."
        ) from None


def write(changes: Sequence[Change]) -> None:
    """Write all files, each by one replacement; if one cannot be written, put back the others.

    :raises WritingError: if a file cannot be written, or has changed since it was read.
    """
    staged: list[tuple[Change, Path]] = []
    try:
        for change in changes:
            temporary = _stage(change)
            staged.append((change, temporary))
        _replace(staged)
    finally:
        for _, temporary in staged:
            with suppress(OSError):
                temporary.unlink()


def _stage(change: Change) -> Path:
    path = change.path.resolve()
    try:
        if path.read_bytes() != change.before:
            raise WritingError(f"{change.name} has changed meanwhile; nothing is written.")
        if not os.access(path, os.W_OK):
            raise WritingError(f"{change.name} is read-only; nothing is written.")
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(change.after)
            file.flush()
            os.fsync(file.fileno())
        shutil.copymode(path, name)
    except OSError as error:
        raise WritingError(
            f"{change.name} cannot be written ({error.strerror}); nothing is written."
        ) from None
    return Path(name)


def _replace(staged: Sequence[tuple[Change, Path]]) -> None:
    replaced: list[Change] = []
    try:
        for change, temporary in staged:
            if change.path.read_bytes() != change.before:
                raise WritingError(f"{change.name} has changed meanwhile; nothing is written.")
            replaced.append(change)
            temporary.replace(change.path.resolve())
    except BaseException as error:
        # Ctrl-C, too: the files that were replaced get back what they had.
        for change in replaced:
            change.path.write_bytes(change.before)
        if isinstance(error, OSError):
            raise WritingError(f"A file cannot be written ({error.strerror}); nothing is written.") from None
        raise
