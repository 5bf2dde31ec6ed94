"""``corsguard verify``: whether the engine that runs answers as the policies do."""

from __future__ import annotations

import ssl
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Final
from urllib.parse import SplitResult, urlsplit

import click

from flask_corsguard.core.guard import SAFE_METHODS
from flask_corsguard.core.origin import is_loopback_host
from flask_corsguard.edge.differences import difference_of
from flask_corsguard.edge.formats import FORMATS
from flask_corsguard.edge.places import Source
from flask_corsguard.edge.replay import Finding, described, replay
from flask_corsguard.edge.vectors import Site, Vector, expected, vectors_of
from flask_corsguard.edge.wire import Wire

from .export import load_source
from .failures import FOUND, Failure
from .output import example, json_option, write, write_json

#: How many findings are written out, unless all are wanted.
SHOWN: Final = 10


@click.command(
    short_help="Replay requests made from the policies against the running engine.",
    epilog=example("corsguard --app shop:app verify nginx https://staging.shop.example"),
)
@click.argument("form", metavar="FORMAT", type=click.Choice(list(FORMATS)))
@click.argument("url")
@click.option("--reached", metavar="HEADER", help="A response header that only the application sets.")
@click.option(
    "--writes", is_flag=True, help="Also send POST, PUT and the like that have to reach the application."
)
@click.option("--everything", is_flag=True, help="Try all origins and all paths instead of samples.")
@click.option(
    "--cafile", metavar="FILE", type=click.Path(exists=True, dir_okay=False), help="Certificates to trust."
)
@click.option("--yes", is_flag=True, help="Do not ask before requests leave this machine.")
@json_option
def command(
    *,
    form: str,
    url: str,
    reached: str | None,
    writes: bool,
    everything: bool,
    cafile: str | None,
    yes: bool,
    as_json: bool,
) -> None:
    """Replay requests made from the policies against the running engine.

    Level A: the engine allows nothing that the application does not allow. Level B: browsers come to the same
    verdict. Level C: the answers are equal. Forged requests are among the requests: an engine that does not
    refuse them passes them on to the application.
    """
    parts = _parts_of(url)
    source = load_source()
    site = Site(parts.scheme, parts.netloc)
    vectors = [
        vector
        for vector in vectors_of(source, site, everything=everything)
        if writes or not _writes(source, vector)
    ]
    host = parts.hostname or ""
    if not yes and not is_loopback_host(f"[{host}]" if ":" in host else host):
        click.confirm(f"Send {len(vectors)} requests to {url}?", abort=True, err=True)
    guards = FORMATS[form].is_full
    if not guards:
        # A format for CORS alone has no guard, and only browsers obey its headers.
        vectors = [each for each in vectors if each.is_sendable and each.group != "guard"]
    findings: list[Finding] = []
    try:
        for finding in _findings(source, vectors, parts, cafile, reached, guards=guards):
            findings.append(finding)  # noqa: PERF402 - what was found before a failure is reported, too
    except Failure:
        if findings:
            _report(form, findings, as_json=as_json)
        raise
    if _report(form, findings, as_json=as_json):
        click.get_current_context().exit(FOUND)


def _parts_of(url: str) -> SplitResult:
    with suppress(ValueError):
        parts = urlsplit(url)
        # A port that is not a number raises.
        _ = parts.port
        if parts.scheme in {"http", "https"} and parts.hostname and parts.path in {"", "/"}:
            return parts
    raise click.UsageError(f"{url!r} is not the URL of a server: write https://host or http://host:port.")


def _writes(source: Source, vector: Vector) -> bool:
    return vector.method not in SAFE_METHODS and expected(source, vector).passes


def _findings(
    source: Source,
    vectors: Iterable[Vector],
    parts: SplitResult,
    cafile: str | None,
    reached: str | None,
    *,
    guards: bool,
) -> Iterator[Finding]:
    is_tls = parts.scheme == "https"
    tls = ssl.create_default_context(cafile=cafile) if is_tls else None
    port = parts.port or (443 if is_tls else 80)
    try:
        with Wire(parts.hostname or "", port, tls) as wire:
            yield from replay(source, vectors, wire, reached=reached and reached.lower(), guards=guards)
    except OSError as error:
        raise Failure(f"{parts.geturl()} cannot be reached: {error}") from error


def _report(form: str, findings: list[Finding], *, as_json: bool) -> list[Finding]:
    """Write what was found, and return what is wrong."""
    known = Counter(
        difference.reason
        for each in findings
        if not each.b and (difference := difference_of(form, each.vector)) is not None
    )
    wrong = [each for each in findings if not each.a or (not each.b and not difference_of(form, each.vector))]
    if as_json:
        write_json(
            {
                "requests": len(findings),
                "equal": sum(each.c for each in findings),
                "known": dict(known),
                "findings": [_described(each) for each in wrong],
            }
        )
    else:
        _write(findings, known, wrong)
    return wrong


def _described(finding: Finding) -> dict[str, object]:
    return {
        "level": "B" if finding.a else "A",
        "method": finding.vector.method,
        "target": finding.vector.target,
        "headers": [list(each) for each in finding.vector.headers],
        "wanted": described(finding.wanted),
        "seen": described(finding.seen),
    }


def _write(findings: list[Finding], known: Counter[str], wrong: list[Finding]) -> None:
    for each in wrong[:SHOWN]:
        write(f"{'B' if each.a else 'A'}  {each}")
    if len(wrong) > SHOWN:
        write(f"... and {len(wrong) - SHOWN} more")
    for reason, count in known.items():
        write(f"{count} refused by the engine: {reason}")
    equal = sum(each.c for each in findings)
    too_much = sum(not each.a for each in findings)
    too_little = len(wrong) - too_much
    write(f"{len(findings)} requests: {equal} equal, {too_much} grant too much, {too_little} too little")
