"""A bar of progress with the time that remains; lines of plain text where nobody looks at a terminal."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager
from time import monotonic
from types import TracebackType
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

#: Columns for what is measured now; names of rows are longer.
WIDTH: Final = 48
#: Seconds between two lines of plain text.
PAUSE: Final = 10.0


class Progress(AbstractContextManager["Progress"]):
    """How far a run is, in nominal seconds, of which the real ones that remain are estimated."""

    def __init__(self, total: float) -> None:
        self._total = total
        self._done = 0.0
        self._begin = self._told = monotonic()
        console = Console(stderr=True)
        self._bar = None
        if console.is_terminal:
            columns = (
                TextColumn("{task.description}"),
                BarColumn(),
                TaskProgressColumn(),
                TimeRemainingColumn(compact=True),
            )
            # The whole run is the window of the estimate: its parts are of different speed.
            self._bar = Bar(*columns, console=console, transient=True, speed_estimate_period=600)
            self._task = self._bar.add_task("".ljust(WIDTH), total=total)

    def __enter__(self) -> Progress:
        """Show the bar."""
        if self._bar:
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the bar away."""
        if self._bar:
            self._bar.stop()

    def says(self, what: str, *, tell: bool = False) -> None:
        """Show *what* is measured now; where there is no terminal, every few seconds, or to *tell* it."""
        if self._bar:
            self._bar.update(self._task, description=f"{what:{WIDTH}.{WIDTH}}")
            return
        now = monotonic()
        if tell or now - self._told >= PAUSE:
            self._told = now
            print(f"{what}{self._remaining(now)}", file=sys.stderr, flush=True)

    def advance(self, seconds: float) -> None:
        """Note that so many nominal seconds are done."""
        self._done += seconds
        if self._bar:
            self._bar.update(self._task, completed=self._done)

    def _remaining(self, now: float) -> str:
        if not self._done:
            return ""
        remaining = (self._total - self._done) * (now - self._begin) / self._done
        return f", about {max(remaining, 0):.0f} s left"


class Unseen(Progress):
    """The progress of a process that is only a part of a run, and leaves it to the run to show it."""

    def __init__(self) -> None:
        super().__init__(0)

    def says(self, what: str, *, tell: bool = False) -> None:
        """Show nothing."""

    def advance(self, seconds: float) -> None:
        """Note nothing."""
