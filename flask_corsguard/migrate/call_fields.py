"""Changing the arguments of a call, and the keys of a configuration, where they are written."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import Any, cast

from .configuration_keys import KeyUse
from .options import OPTIONS
from .policy_text import PolicyText
from .rendering import Listing, arguments_of, entries_of
from .settings import Settings
from .source import Edit


def write_fields(
    listing: Listing, call: ast.Call, settings: Settings, texts: dict[str, str], policy: PolicyText
) -> None:
    """Put the fields of a policy into a call in the place of its options."""
    left = dict(texts)
    for at, node in enumerate(in_order(call)):
        item = listing.items[at]
        if not isinstance(node, ast.keyword) or node.arg == "app":
            continue
        option = policy.renames.get(node.arg or "", node.arg or "")
        target = option if policy.kind == "helper" else (OPTIONS[option].field if option in OPTIONS else None)
        setting = settings.by_name.get(node.arg or "")
        if target not in left or (setting is not None and setting.node is not node.value):
            item.is_removed = True
            continue
        text = left.pop(target)
        start = item.start
        item.edits.append(Edit(start, start + len(node.arg or ""), target))
        source = listing.source
        if text != source.of(node.value):
            item.edits.append(Edit(source.start(node.value), source.end(node.value), text))
    listing.added += [f"{name}={text}" for name, text in left.items()]


def in_order(call: ast.Call) -> list[ast.expr | ast.keyword]:
    """Return the arguments of a call, as they are written."""
    nodes: Iterable[ast.expr | ast.keyword] = [*call.args, *call.keywords]
    return sorted(nodes, key=lambda node: (node.lineno, node.col_offset))


def rename_key(use: KeyUse, key: str) -> None:
    """Give a key of the configuration another name."""
    source = use.module.source
    start = source.offset(use.node.lineno, use.node.col_offset)  # type: ignore[attr-defined]  # not a module
    at = source.text.index(use.key, start)
    source.edit(at, at + len(use.key), key)


def remove_key(use: KeyUse) -> None:
    """Remove a key of the configuration."""
    source, parents = use.module.source, use.module.scope.parents
    if isinstance(use.node, ast.stmt):
        source.remove_statement(use.node)
        return
    parent = parents[use.node]
    if use.how == "keyword" and isinstance(parent, ast.Call):
        listing = arguments_of(source, parent)
        nodes: list[Any] = in_order(parent)
        listing.items[nodes.index(use.node)].is_removed = True
    else:
        entries = cast("ast.Dict", parent)
        listing = entries_of(source, entries)
        listing.items[[*entries.keys].index(cast("ast.expr", use.node))].is_removed = True
    for edit in listing.edits():
        source.edit(*edit)


def applied(text: str, start: int, edits: list[Edit]) -> str:
    """Return *text*, which begins at *start*, after *edits*."""
    for edit in sorted(edits, reverse=True):
        text = text[: edit.start - start] + edit.text + text[edit.end - start :]
    return text
