"""The page of the documentation that shows, case by case, what each engine did in the run that wrote it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from browsers.cases import CASES
from browsers.steps import ENGINES, EngineName
from browsers.table import Case, Told

PAGE = Path(__file__).parents[2] / "docs" / "engines.md"

#: Characters of what the server sees; one row asks for fifty headers.
MAX_LENGTH = 160

TITLES: Mapping[str, str] = {
    "chromium": "Chromium",
    "firefox": "Firefox",
    "webkit": "WebKit",
    "standard": "Standard",
}

_HEAD = """\
<!-- Written by `make browsers`; changes belong into tests/browsers/. -->

(engines-by-case)=
# Engines, case by case

Real browser engines have judged this library, and the browser model of {{doc}}`testing` agrees with each
of them on every row. `make browsers` has written this page from the run itself.

{engines}

How to read a row:

`OPTIONS[page]?PUT+x-a`
: A preflight of the page's origin that asks for PUT with the header `x-a`.

`POST[null]{{lax}}403`
: A POST whose `Origin` is `null`, with the cookie `lax`. The response was a 403.

`GET[-]`
: A request without `Origin`.

`GET[page]<cross-site/cors/empty>`
: `Sec-Fetch-Site`, `-Mode` and `-Dest`, in the rows that are about them. `{{site}}` is `same-site`
  between ports of one address, and `cross-site` between names.

readable
: A script can read the response, the pixels or the error.

opaque
: The page has the response, and no script can read it.

refused
: The script gets an error without a reason.

sent
: The script only knows that the request was sent.

A check mark means that the engine does what the row shows. Otherwise the cell shows what it does.
"""


class Passed(NamedTuple):
    """A row that an engine has passed."""

    case: str
    layout: str
    engine: EngineName


def missing(passed: Iterable[Passed]) -> set[Passed]:
    """Return the rows that nobody has passed yet."""
    wanted = {
        Passed(case.id, layout, engine) for case in CASES for layout in case.layouts for engine in ENGINES
    }
    return wanted - set(passed)


def write(versions: Mapping[EngineName, str], page: Path = PAGE) -> None:
    """Write the page for engines of these *versions*, which have passed every row."""
    page.write_text(render(versions), encoding="utf-8")


def render(versions: Mapping[EngineName, str]) -> str:
    """Return the text of the page."""
    runs = sum(len(case.layouts) for case in CASES)
    lines = [f"- {versions[name]}" for name in ENGINES]
    lines.append(
        f"- {len(CASES)} cases, {runs} with their layouts: ports of one address, names over http and https,\n"
        "  names of other machines over http, which is not a secure context, and https pages that use http"
    )
    parts = [_HEAD.format(engines="\n".join(lines))]
    for group, cases in groupby(CASES, key=lambda case: case.group):
        parts.append(f"## {group}\n\n{_table(cases)}")
    return "\n".join(parts)


def _table(cases: Iterable[Case]) -> str:
    titles = ["Case", "The page gets", "The server sees", *TITLES.values()]
    rows = [" | ".join(titles), " | ".join("---" for _ in titles)]
    rows += [" | ".join(_row(case)) for case in cases]
    return "\n".join(f"| {row} |" for row in rows) + "\n"


def _row(case: Case) -> list[str]:
    return [case.id, _code(case.got), _code((case.seen,)), *(_cell(case, by) for by in TITLES)]


def _cell(case: Case, by: str) -> str:
    told = case.told(by)
    if told == Told(case.got, case.seen):
        return "✓"
    return " ".join(
        _code(theirs)
        for theirs, ours in [(told.got, case.got), ((told.seen,), (case.seen,))]
        if theirs != ours
    )


def _code(words: Iterable[str]) -> str:
    return ", ".join(f"`{_cut(word)}`" if word else "nothing" for word in words)


def _cut(word: str) -> str:
    return word if len(word) <= MAX_LENGTH else f"{word[:MAX_LENGTH]}…"
