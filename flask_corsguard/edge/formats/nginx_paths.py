"""Paths in nginx: decoded by nginx itself, where no decoding makes them ambiguous."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from flask_corsguard.edge.paths import Exact, Paths

from .nginx_text import Map, expression, quoted
from .states import alternatives


def maps_of_paths(paths: Paths) -> Iterator[Map]:
    """Yield the maps that find out which rule applies."""
    if paths.whole is not None:
        return
    yield Map("$request_uri", "path_sent", [(quoted("~^(?<corsguard_sent>[^?]*)"), "$corsguard_sent")], '""')
    # $uri is decoded, and its dot segments are resolved; of what is not ambiguous there are none.
    lines = [(expression(paths.ambiguous_without_fragments, whole=False), '""')]
    lines += [(expression(each, end=""), '""') for each in alternatives(paths.fragments)]
    lines.append(('"~^/"', "$uri"))
    yield Map("$corsguard_path_sent", "path", lines, '""')
    rule = "rule"
    if paths.exact:
        rule = "prefix_rule"
        yield from _maps_of_exact_paths(paths.exact)
    prefixes = [
        (expression("/" if prefix == "/" else rf"{re.escape(prefix)}(?:/|\z)", end=""), str(number))
        for prefix, number in paths.prefixes
    ]
    yield Map("$corsguard_path", rule, prefixes, str(paths.closed))
    if paths.exact:
        yield Map(
            "$corsguard_exact_rule", "rule", [('""', "$corsguard_prefix_rule")], "$corsguard_exact_rule"
        )


def _maps_of_exact_paths(exact: Iterable[Exact]) -> Iterator[Map]:
    tables: dict[Exact, int] = {}
    lines: list[tuple[str, str]] = []
    spellings = Counter(each.path.lower() for each in exact)
    for each in exact:
        # The rule itself, or the table by method that has it.
        table = Exact("", each.by_method, each.other)
        name = f"m{tables.setdefault(table, len(tables))}" if each.by_method else str(each.other)
        # Keys are compared without case, so the path that was meant is compared again.
        is_one = spellings[each.path.lower()] == 1
        key = quoted(each.path) if is_one else expression(re.escape(each.path))
        lines.append((key, quoted(f"{name}|{each.path}")))
    yield Map("$corsguard_path", "exact", lines, '""')
    same = r"(?<corsguard_table_meant>[^|]+)\|(?<corsguard_meant>.*)\|(?P=corsguard_meant)"
    yield Map(
        '"$corsguard_exact|$corsguard_path"', "table", [(expression(same), "$corsguard_table_meant")], '""'
    )
    yield Map(
        "$corsguard_preflight", "method", [('""', "$request_method")], "$http_access_control_request_method"
    )
    rules: list[tuple[str, str]] = []
    for table, number in tables.items():
        rules += [(expression(f"m{number} {method}"), str(rule)) for method, rule in table.by_method]
        rules.append((expression(f"m{number} ", end=""), str(table.other)))
    rules.append((expression("(?<corsguard_one>[0-9]+) ", end=""), "$corsguard_one"))
    yield Map('"$corsguard_table $corsguard_method"', "exact_rule", rules, '""')
