"""Origins in a file: one a line, and the file is watched."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

from .driver import needs
from .native import Bell

with needs("watchfiles"):
    from watchfiles import watch

if TYPE_CHECKING:
    from watchfiles.main import FileChange

#: Milliseconds between two reads of the system's news of the directory, and between two of the bell.
_STEP: Final = 50
_LOOK: Final = 200
#: Seconds in which a file system may give two changes the same time; FAT counts in steps of two.
_TICK: Final = 2.0


class OriginsFile:
    """A file that lists an origin or a pattern on each line, for :class:`.LiveOrigins`.

    Empty lines, and what follows a ``#``, are comments. The file may be replaced or written in place: a last
    line without an end is not taken for an origin, because it may be half of one.

    :param path: the file. It need not exist yet; its directory must.
    :raises ValueError: if *path* has no directory that could be watched.
    """

    __module__ = "flask_corsguard.live.file"

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = Path(path).absolute()
        # By the bell: a process that was forked has another one, and a watch of its own.
        self._events: WeakKeyDictionary[Bell, Iterator[set[FileChange]]] = WeakKeyDictionary()
        if not self._path.parent.is_dir():
            raise ValueError(f"{self._path.parent} is not a directory; make it, or correct the path.")

    def __repr__(self) -> str:
        return f"OriginsFile({str(self._path)!r})"

    def load(self) -> list[str]:
        """Return the lines, for the object that uses this source.

        :raises OSError: if the file cannot be read.
        :raises ValueError: if it is not text, or its last line has no end.
        """
        text = self._path.read_text("utf-8")
        if text and not text.endswith("\n"):
            raise ValueError(f"{self._path} may be half written: its last line does not end with a line feed")
        lines = (line.partition("#")[0].strip() for line in text.splitlines())
        return [line for line in lines if line]

    def version(self) -> object:
        """Return what the system knows of the unread file, for the object that uses this source."""
        # What is replaced has another number, what is written another time.
        status = self._path.stat()
        if time.time() - max(status.st_mtime, status.st_ctime) <= _TICK:
            # It may change once more at the same time, to another text of the same length.
            return None
        return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns

    def wait(self, seconds: float, bell: Bell) -> None:
        """Wait for a change of the file or of its folder, for the object that uses this source."""
        deadline: float = time.monotonic() + seconds
        events = self._events.get(bell)
        if events is None:
            # The directory: a file that is replaced is another one, and so is what a link leads to. It is
            # watched between two waits, too, so that no change is missed.
            events = self._events[bell] = watch(
                self._path.parent,
                watch_filter=None,
                step=_STEP,
                debounce=_STEP,
                rust_timeout=_LOOK,
                yield_on_timeout=True,
                raise_interrupt=False,
                recursive=False,
            )
            # What changed before, nobody has seen, so the file is looked at once more.
            deadline = 0
        try:
            while not next(events) and not bell.is_set() and time.monotonic() < deadline:
                continue
        except BaseException:
            # It has ended: the directory cannot be watched.
            del self._events[bell]
            raise
