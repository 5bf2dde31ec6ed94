"""The tables of how close each engine comes, which the documentation shows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from edge.engines.table import CORS_ALONE, ENGINES
from interop.launch import ROOT

FIGURES: Final = ROOT / "docs" / "_figures"

#: How many of its 7,362 requests the hand-made, throw-away compiler answered as the application does.
THROW_AWAY: Final = {
    "Caddy": 7_357,
    "Envoy": 7_339,
    "HAProxy": 7_329,
    "HAProxy of Debian": 7_319,
    "Apache": 7_330,
    "nginx": 7_219,
    "nginx of Debian": 7_167,
    "Varnish": 7_147,
}
THROW_AWAY_REQUESTS: Final = 7_362


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


class Share(NamedTuple):
    """What an engine made of the corpus, plain."""

    engine: str
    version: str
    requests: int
    equal: int


def percent(equal: int, requests: int) -> float:
    """Return a share as the documentation shows it."""
    return round(100 * equal / requests, 1)


def missing(rows: Iterable[Row]) -> set[tuple[str, bool]]:
    """Return the engines that have no row."""
    wanted = {(engine.name, tls) for engine in (*ENGINES, *CORS_ALONE) for tls in (False, True)}
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


def printed_shares(shares: Sequence[Share]) -> list[str]:
    """Return the table of the corpus as Markdown."""
    lines = [
        "| engine | version | requests | equal | share | throw-away compiler |",
        "|---|---|---|---|---|---|",
    ]
    for share in shares:
        earlier = percent(THROW_AWAY[share.engine], THROW_AWAY_REQUESTS)
        cells = (share.engine, share.version, f"{share.requests:,}", f"{share.equal:,}")
        shares = (f"{percent(share.equal, share.requests)} %", f"{earlier} %")
        lines.append(f"| {' | '.join([*cells, *shares])} |")
    return lines


def write(rows: Sequence[Row], shares: Sequence[Share]) -> None:
    """Write each table into the documentation, if all engines are in it."""
    if not missing(rows):
        _write("edge.md", printed(rows))
    if {share.engine for share in shares} == set(THROW_AWAY):
        _write("edge-corpus.md", printed_shares(shares))


def _write(name: str, lines: Sequence[str]) -> None:
    (FIGURES / name).write_text("\n".join(["<!-- Written by `make edge`. -->", "", *lines, ""]))
