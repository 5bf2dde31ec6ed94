"""The command ``routes``: the inventory as a table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import IO, Any, Final

import click

from flask_corsguard.core.origin import Origin
from flask_corsguard.inventories.access import by_access
from flask_corsguard.inventories.entry import Entry
from flask_corsguard.inventories.words import (
    cookies_of,
    fields_of,
    grouped,
    guard_of,
    is_open,
    readers_of,
    relative,
    without_implied,
)

from .failures import Failure
from .output import Cell, example, json_option, write_json, write_table
from .subject import context_of, entries_of, load_subject

_COLOURS: Final[dict[str, str | None]] = {
    "read": "green",
    "hidden": None,
    "run": "red",
    "nothing": None,
    "unknown": "yellow",
    "unmanaged": "yellow",
}


@click.command(
    name="routes",
    epilog=example("flask --app shop cors routes --origin https://app.example"),
)
@click.option("--origin", metavar="ORIGIN", help="Show what a page of this origin may do.")
@click.option("--all-methods", is_flag=True, help="Show HEAD and OPTIONS, too.")
@click.option("--html", type=click.File("w", "utf-8", lazy=True), help="Write a page of HTML to this file.")
@json_option
def command(*, origin: str | None, all_methods: bool, html: IO[str] | None, as_json: bool) -> None:
    """Show which policy applies to each route, and where it was given.

    Rules come first, in the order of flask routes; then the paths that no rule matches, with the policy of a
    404 there. A rule is shown once for each policy that its URLs can have.
    """
    if html is not None and as_json:
        raise click.UsageError("The output is either of --html or of --json.")
    if origin is not None and Origin.parse(origin) is None:
        right = _origin_like(origin)
        raise Failure(f"{origin!r} is not an origin. Write a scheme and a host, as in {right}.")
    subject = load_subject()
    entries = entries_of(subject)
    if not all_methods:
        entries = without_implied(entries)
    with context_of(subject):
        _write(entries, origin, html, as_json=as_json)


def _origin_like(text: str) -> str:
    """Return the origin that *text* most likely means, or an example."""
    # Here, because a right origin does not pay for it.
    from flask_corsguard.core.validation.diagnosis import working_spelling

    spelling = working_spelling(text)
    return spelling if spelling is not None and Origin.parse(spelling) is not None else "https://app.example"


def _write(entries: list[Entry], origin: str | None, html: IO[str] | None, *, as_json: bool) -> None:
    if html is not None:
        from flask_corsguard.pages.inventory_page import page_of

        try:
            html.write(page_of(entries, origin))
        except click.FileError as error:
            raise Failure(error.format_message()) from error
        html.close()
        click.echo(f"{html.name}: {len(entries)} entries", err=True)
    elif as_json:
        write_json(list(_records(entries, origin)))
    elif origin is None:
        _write_policies(entries)
    else:
        _write_access(entries, origin)


def _write_policies(entries: list[Entry]) -> None:
    rows, missing = [], _missing(entries)
    for group in grouped(entries):
        first, policy = group[0], group[0].policy
        guard = ", ".join(dict.fromkeys(map(guard_of, group)))
        rows.append(
            (
                _methods(group),
                _rule(first, missing),
                Cell(readers_of(policy), "yellow" if is_open(policy) else None),
                cookies_of(policy),
                Cell(guard, None if guard in {"enforce", ""} else "yellow"),
                first.source,
                relative(first.where),
            )
        )
    write_table(("method", "rule", "who may read", "cookies", "guard", "source", "where"), rows)


def _write_access(entries: list[Entry], origin: str) -> None:
    rows, missing = [], _missing(entries)
    for access, group in by_access(entries, origin):
        shown = Cell(str(access), _COLOURS[access.level])
        first = group[0]
        rows.append((_methods(group), _rule(first, missing), shown, first.source, relative(first.where)))
    write_table(("method", "rule", f"a page of {origin}", "source", "where"), rows)


def _methods(group: list[Entry]) -> str:
    return ", ".join(each.method for each in group)


def _rule(entry: Entry, missing: str) -> str:
    rule = f"{entry.host}|{entry.rule}" if entry.host else entry.rule
    return rule if entry.endpoint is not None else f"{rule.rstrip('/')}/...{missing}"


def _missing(entries: list[Entry]) -> str:
    """Return what a path without a rule is marked with: nothing if no path has a rule, as in WSGI."""
    return " (404)" if any(each.endpoint is not None for each in entries) else ""


def _records(entries: list[Entry], origin: str | None) -> Iterator[dict[str, Any]]:
    # Most entries share a few policies.
    fields: dict[int, Any] = {}
    accesses = (
        {}
        if origin is None
        else {id(each): access for access, group in by_access(entries, origin) for each in group}
    )
    for each in entries:
        if id(each.policy) not in fields:
            fields[id(each.policy)] = fields_of(each.policy)
        record = {
            "rule": each.rule,
            "method": each.method,
            "endpoint": each.endpoint,
            "host": each.host,
            "source": each.source,
            "where": each.where,
            "policy": fields[id(each.policy)],
        }
        if origin is not None:
            record["access"] = asdict(accesses[id(each)])
        yield record
