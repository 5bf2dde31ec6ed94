"""The table of how close each engine comes, which the documentation shows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from edge.engines.table import CORS_ALONE, ENGINES
from interop.launch import ROOT

PAGE: Final = ROOT / "docs" / "_figures" / "edge.md"


class Row(NamedTuple):
    """What an engine made of all vectors."""

    engine: str
    version: str
    tls: bool
    requests: int
    equal: int
    #: Answered by the engine's own parser, before any configuration is read.
    unread: int
    #: Of those that a browser can send.
    sendable: int
    stricter: int
    too_much: int


def missing(rows: Iterable[Row]) -> set[tuple[str, bool]]:
    """Return the engines that have no row."""
    wanted = {
        (engine.name, tls)
        for engine in (*ENGINES, *CORS_ALONE)
        for tls in ((False, True) if engine.ends_tls else (False,))
    }
    return wanted - {(row.engine, row.tls) for row in rows}


def printed(rows: Sequence[Row]) -> list[str]:
    """Return the table as Markdown."""
    titles = (
        *("engine", "version", "TLS", "requests", "equal", "not parsed", "equal of the rest"),
        *("of browsers", "stricter", "too much"),
    )
    lines = [f"| {' | '.join(titles)} |", "|---" * len(titles) + "|"]
    for row in rows:
        share = f"{row.equal:,} ({row.equal / row.requests:.1%})"
        rest = f"{row.equal / (row.requests - row.unread):.1%}"
        lines.append(
            f"| {row.engine} | {row.version} | {'yes' if row.tls else 'no'} | {row.requests:,} | {share} "
            f"| {row.unread:,} | {rest} | {row.sendable:,} | {row.stricter:,} | {row.too_much:,} |"
        )
    return lines


def write(rows: Sequence[Row]) -> None:
    """Write the table into the documentation."""
    PAGE.write_text("\n".join(["<!-- Written by `make edge`. -->", "", *printed(rows), ""]))
