"""The table for the terminal: a block for each row, wrapped to the width there is."""

from __future__ import annotations

import os
import shutil
import textwrap
from collections.abc import Iterable
from http.client import responses
from typing import Final, TextIO
from urllib.parse import urlsplit

from flask_corsguard.testing import Exchange

from .commands import command_for
from .newcomer import BRANCHES, Step
from .outcome import Outcome
from .sites import Sites

_INDENT: Final = " " * 4
_LABEL: Final = 10
_MIN_WIDTH, _MAX_WIDTH = 60, 110

# The headers on which something depends here: how their names begin.
_ASKED: Final = ("Origin", "Access-Control-Request-", "X-", "Sec-Fetch-Site", "Cookie")
_ANSWERED: Final = ("Access-Control-", "Vary")

_BOLD, _DIM, _GREEN, _RED = "1", "2", "32", "1;31"


class Report:
    """Writes what happens to *stream*, in colour where that is a terminal and ``NO_COLOR`` is unset."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._coloured = stream.isatty() and not os.environ.get("NO_COLOR")
        self._width = min(max(shutil.get_terminal_size((100, 24)).columns, _MIN_WIDTH), _MAX_WIDTH)

    def addresses(self, sites: Sites) -> None:
        """Write where the three origins are."""
        self._line("Three origins, on this machine only:")
        self._line()
        notes = ("", "  the bank's policy allows it", "  the bank's policy does not")
        for site, note in zip(sites, notes, strict=True):
            self._line(f"  {site.name:<10}{self._paint(site.origin, _BOLD)}{self._paint(note, _DIM)}")
        self._line()
        self.paragraph("What each asks of the bank, what the bank answers, and what a browser makes of it:")

    def outcome(self, number: int, outcome: Outcome) -> None:
        """Write one row."""
        self._line()
        for position, line in enumerate(textwrap.wrap(outcome.row.title, self._width - len(_INDENT))):
            before = f"{number:>2}  " if position == 0 else _INDENT
            self._line(f"{before}{self._paint(line, _BOLD)}")
        for exchange in outcome.exchanges:
            self._field("asked", _asked(exchange))
            self._field("answered", _answered(exchange))
        if outcome.is_refused:
            money = "" if outcome.moved else "; no money has moved"
            self._field("guard", f"refused before the bank's code ran{money}", _GREEN)
        self._field("browser", f"{outcome.judgement.verdict.value} ({outcome.judgement.because})")
        self._field("why", outcome.opinion_of(outcome.decisive).said.explain())
        if outcome.moved:
            forged = outcome.decisive.get("Sec-Fetch-Site") != "same-origin"
            moved = f"EUR {outcome.moved} left Alice's account: the request was carried out"
            self._field("and yet" if forged else "money", moved, _RED if forged else None)
        for problem in outcome.problems:
            self._field("NOT SO", problem, _RED)

    def summary(self, outcomes: list[Outcome]) -> None:
        """Write whether all rows agree with the policies, and what the last ones mean."""
        wrong = sum(bool(outcome.problems) for outcome in outcomes)
        self._line()
        if wrong:
            self._line(self._paint(f"{wrong} of {len(outcomes)} rows do not agree with the policies.", _RED))
        else:
            self._line(self._paint(f"All {len(outcomes)} rows agree with the policies.", _GREEN))
        self._line()
        self.paragraph(
            "CORS decides who may read an answer. It does not stop a request: with the guard off the forged "
            "transfers were carried out, and only their answers hidden. The guard, which is on unless it "
            "is turned off, refused them before the bank's code ran."
        )

    def commands(self, outcomes: Iterable[Outcome]) -> None:
        """Write the command that shows the same as each row, as it is written in a shell."""
        self._line()
        self.paragraph("While the demo runs, a command shows what each row shows:")
        self._line()
        for number, outcome in enumerate(outcomes, start=1):
            lines = [""]
            for word in command_for(outcome):
                if lines[-1] and len(lines[-1]) + len(word) + 3 > self._width - len(_INDENT):
                    lines.append(f"  {word}")
                else:
                    lines[-1] = f"{lines[-1]} {word}".lstrip()
            before = f"{number:>2}  "
            for line in lines[:-1]:
                self._line(f"{before}{line} \\")
                before = _INDENT
            self._line(f"{before}{lines[-1]}")

    def newcomer(self, name: str, steps: Iterable[Step]) -> bool:
        """Write the story of the new partner, and give whether all of it is as it should be."""
        self._line()
        self.paragraph(
            f"And while the bank runs it takes on a new partner. Two processes of the bank read from {name} "
            "who its partners are, and neither is restarted:"
        )
        good = True
        for step in steps:
            self._line()
            self._line(f"{_INDENT}{self._paint(step.title, _BOLD)}")
            for branch, reads in zip(BRANCHES, step.reads, strict=True):
                self._field(
                    branch, "the page reads the answer" if reads else "the page cannot read the answer"
                )
            if step.seconds is not None:
                self._field("after", f"{step.seconds * 1000:.0f} ms")
            if step.problem:
                good = False
                self._field("NOT SO", step.problem, _RED)
        return good

    def paragraph(self, text: str) -> None:
        """Write running text."""
        for line in textwrap.wrap(text, self._width, break_on_hyphens=False):
            self._line(line)

    def invitation(self, sites: Sites) -> None:
        """Write what to do in a browser."""
        self._line()
        self.paragraph("Now press the same buttons in a browser. Begin at the bank, which shows the way:")
        self._line()
        self._line(f"  {self._paint(sites.bank.origin, _BOLD)}")
        self._line()
        if len({site.host for site in sites}) == 1:
            self.paragraph(
                "Here all three have one host, and cookies know no ports: the browser sends the bank's to "
                "the two others as well. With names, that is without --plain, it does not."
            )
            self._line()
        self._line("Ctrl-C ends it.")

    def _field(self, label: str, text: str, colour: str | None = None) -> None:
        lines = textwrap.wrap(
            text, self._width - len(_INDENT) - _LABEL, break_on_hyphens=False, break_long_words=False
        )
        for position, line in enumerate(lines):
            name = f"{label if position == 0 else '':<{_LABEL}}"
            self._line(f"{_INDENT}{self._paint(name, colour or _DIM)}{self._paint(line, colour)}")

    def _paint(self, text: str, colour: str | None) -> str:
        return f"\x1b[{colour}m{text}\x1b[0m" if self._coloured and colour and text.strip() else text

    def _line(self, text: str = "") -> None:
        print(text, file=self._stream, flush=True)


def _asked(exchange: Exchange) -> str:
    shown = _shown(exchange.headers, _ASKED)
    shown = ["with her cookie" if line.startswith("Cookie: ") else line for line in shown]
    if exchange.origin is None:
        shown.insert(0, "no Origin")
    return f"{exchange.method} {urlsplit(exchange.url).path}; {'; '.join(shown)}"


def _answered(exchange: Exchange) -> str:
    shown = "; ".join(_shown(exchange.response_headers, _ANSWERED)) or "no CORS header"
    return f"{exchange.status} {responses.get(exchange.status, '')}; {shown}"


def _shown(headers: Iterable[tuple[str, str]], beginnings: tuple[str, ...]) -> list[str]:
    shown = [f"{name}: {value}" for name, value in headers if name.startswith(beginnings)]
    # The one that everything depends on first; the others in the same order, whatever server has sent them.
    first = ("Origin", "Access-Control-Allow-Origin")
    return sorted(shown, key=lambda line: (not line.startswith(first), line))
