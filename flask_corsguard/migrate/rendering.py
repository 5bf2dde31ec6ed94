"""Values as the text of a program, and the lists of arguments and entries that they go into."""

from __future__ import annotations

import ast
import json
import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from .origins import UNKNOWN
from .source import Edit, Source

#: Columns of a line that is written anew; longer ones are broken.
WIDTH: Final = 100

_STEP: Final = "    "


def render(value: Any) -> str:
    """Return the text of a value."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, re.Pattern):
        raw = value.pattern
        if '"' in raw or "\n" in raw or raw.endswith("\\"):
            return f"re.compile({raw!r})"
        return f're.compile(r"{raw}")'
    if isinstance(value, (list, tuple, set, frozenset)):
        return f"[{', '.join(map(render, value))}]"
    return repr(value)


@dataclass(frozen=True)
class Group:
    """A call or a display: its items go onto lines of their own if one line is too short."""

    before: str
    items: tuple[str | Group, ...]
    after: str

    @property
    def flat(self) -> str:
        """The text in one line."""
        return f"{self.before}{', '.join(map(flat, self.items))}{self.after}"

    def text(self, indent: str, newline: str, used: int = 0) -> str:
        """Return the text.

        :param indent: of the line that it begins on.
        :param used: columns of that line that something else needs.
        """
        if len(indent) + used + len(self.flat) + 1 <= WIDTH or not self.items:
            return self.flat
        inner = indent + _STEP
        lines = [
            f"{inner}{each.text(inner, newline) if isinstance(each, Group) else each}," for each in self.items
        ]
        return f"{self.before}{newline}{newline.join(lines)}{newline}{indent}{self.after}"


def flat(each: str | Group) -> str:
    """Return a text or a group in one line."""
    return each.flat if isinstance(each, Group) else each


def is_same(old: Any, new: Any) -> bool:
    """Whether the field *new* can be written as the option *old* was."""
    if old is UNKNOWN or isinstance(old, dict):
        return False
    if isinstance(new, list):
        return isinstance(old, (list, tuple)) and list(old) == new
    if isinstance(old, (list, tuple)):
        return new == "*" and list(old) == ["*"]
    if isinstance(old, timedelta):
        return bool(new == int(old.total_seconds()))
    return type(old) is type(new) and old == new


@dataclass(eq=False)
class Item:
    """One argument, entry or element."""

    start: int
    end: int
    edits: list[Edit] = field(default_factory=list)
    is_removed: bool = False

    def text(self, source: Source) -> str:
        """Return its text, with its edits."""
        parts, last = [], self.start
        for edit in sorted(self.edits):
            parts += [source.text[last : edit.start], edit.text]
            last = edit.end
        return "".join([*parts, source.text[last : self.end]])


@dataclass(eq=False)
class Listing:
    """The items between two brackets.

    :ivar start: after the opening bracket.
    :ivar end: before the closing one.
    :ivar added: what comes at the end.
    :ivar wrapped: the call around the items from *wrapped_from* on, and what was added.
    :ivar outside: what comes after that call.
    """

    source: Source
    start: int
    end: int
    items: list[Item]
    added: list[str | Group] = field(default_factory=list)
    wrapped: str = ""
    wrapped_from: int = 0
    outside: list[str | Group] = field(default_factory=list)

    def edits(self) -> list[Edit]:
        """Return the changes of the file."""
        text = self.source.text[self.start : self.end]
        has_comment = self.source.has_comment(self.start, self.end)
        if not has_comment and ("\n" not in text or self.wrapped or not self._kept):
            return [Edit(self.start, self.end, self._anew())]
        return self._in_place()

    @property
    def _kept(self) -> list[Item]:
        return [item for item in self.items if not item.is_removed]

    def _anew(self) -> str:
        items = [
            (self._moved(item, 1 + (bool(self.wrapped) and at >= self.wrapped_from)), at)
            for at, item in enumerate(self.items)
            if not item.is_removed
        ]
        before: list[str | Group] = [text for text, at in items if not self.wrapped or at < self.wrapped_from]
        inner: list[str | Group] = [text for text, at in items if self.wrapped and at >= self.wrapped_from]
        inner += self.added
        if self.wrapped:
            before += [Group(f"{self.wrapped}(", tuple(inner), ")"), *self.outside]
        else:
            before += inner
        group = Group("", tuple(before), "")
        column = self.start - self.source.line_start(self.start)
        rest = self.source.line_end(self.end) - self.end
        indent = self.source.indent_at(self.start)
        used = column - len(indent) + min(rest, 3)
        if "\n" in group.flat:
            used = WIDTH
        return group.text(indent, self.source.newline, used)

    def _moved(self, item: Item, steps: int) -> str:
        """Return the text of an item, with its other lines as far to the right as its first one goes."""
        text, source = item.text(self.source), self.source
        more = len(source.indent_at(self.start)) + steps * len(_STEP) - len(source.indent_at(item.start))
        has_long_text = '"""' in text or "'''" in text
        if "\n" not in text or more <= 0 or has_long_text:
            return text
        return text.replace("\n", f"\n{' ' * more}")

    def _in_place(self) -> list[Edit]:
        items = self.items
        kept = [at for at, item in enumerate(items) if not item.is_removed]
        last = kept[-1] if kept else -1
        edits = [edit for at in kept for edit in items[at].edits]
        removed = [at for at in range(last) if items[at].is_removed]
        edits += [Edit(items[at].start, self._start_after(at), "") for at in removed]
        column = self._column()
        added = self._wrapped(column, kept, edits)
        end = items[last].end if kept else self.start
        if last == len(items) - 1:
            return [*edits, self._added(added, column, end, has_items=bool(kept))] if added else edits
        first = items[last + 1]
        line = self.source.line_start(first.start)
        if self.source.has_comment(end, first.start) and not self.source.text[line : first.start].strip():
            # The comment stays, and what is added begins where the first removed item was.
            between = f",{self.source.newline}{' ' * (first.start - line)}"
            return [*edits, Edit(first.start, items[-1].end, between.join(added))]
        if added:
            edits.append(self._added(added, column, end, has_items=bool(kept)))
        return [*edits, Edit(end, items[-1].end, "")]

    def _wrapped(self, column: int, kept: list[int], edits: list[Edit]) -> list[str]:
        """Return the texts that are added, and put the call around what it wraps."""
        added, outside = (
            [
                each.text(" " * column, self.source.newline) if isinstance(each, Group) else each
                for each in listed
            ]
            for listed in (self.added, self.outside)
        )
        if not self.wrapped:
            return added
        first = next((self.items[at].start for at in kept if at >= self.wrapped_from), None)
        if first is None:
            return [f"{self.wrapped}({', '.join(added)})", *outside]
        edits.append(Edit(first, first, f"{self.wrapped}("))
        return [*added[:-1], f"{added[-1]})", *outside]

    def _column(self) -> int:
        """Return where a new item begins."""
        last = [item for item in self.items if not item.is_removed][-1:] or self.items[-1:]
        if not last:
            return len(self.source.indent_at(self.start)) + len(_STEP)
        line = self.source.line_start(last[0].start)
        if self.source.text[line : last[0].start].strip():
            return len(self.source.indent_at(last[0].start)) + len(_STEP)
        return last[0].start - line

    def _start_after(self, at: int) -> int:
        """Return where the text after a removed item begins: at the next one, or at the comment above it."""
        source, item, following = self.source, self.items[at], self.items[at + 1]
        line_end = source.line_end(item.end)
        if line_end <= following.start and source.has_comment(line_end, following.start):
            first = source.line_start(item.start)
            is_alone = not source.text[first : item.start].strip()
            return line_end + len(source.indent_at(line_end)) if is_alone else line_end - len(source.newline)
        return following.start

    def _added(self, added: list[str], column: int, end: int, *, has_items: bool) -> Edit:
        source = self.source
        if not has_items:
            return Edit(self.start, self.start, ", ".join(added))
        last = [item for item in self.items if not item.is_removed][-1]
        between = source.newline + " " * column
        after = source.text[self.items[-1].end : self.end]
        is_last = last is self.items[-1]
        has_comma = re.match(r"\s*,", after) is not None
        if is_last and has_comma and source.has_comment(end, self.end):
            at = source.line_end(end) - len(source.newline)
            return Edit(at, at, "".join(f"{between}{text}," for text in added))
        if is_last and not has_comma and source.has_comment(end, self.end):
            comment = source.text[end : source.line_end(end)].rstrip("\r\n")
            return Edit(end, end + len(comment), f",{comment}{between}" + f",{between}".join(added))
        if source.text[source.line_start(last.start) : last.start].strip():
            # It begins beside others, and so do these.
            between = " "
        return Edit(end, end, "".join(f",{between}{text}" for text in added))


def _end_with_brackets(source: Source, end: int, limit: int) -> int:
    """Return the end of an expression with the brackets around it, which do not belong to its node."""
    at = end
    while at < limit:
        match = re.compile(r"\s*\)").match(source.text, at, limit)
        if match is None:
            return at
        at = match.end()
    return at


def arguments_of(source: Source, call: ast.Call) -> Listing:
    """Return the arguments of a call."""
    start = source.text.index("(", source.end(call.func)) + 1
    end = source.end(call) - 1
    nodes: list[ast.expr | ast.keyword] = sorted(
        [*call.args, *call.keywords], key=lambda node: (node.lineno, node.col_offset)
    )
    items = [Item(source.start(node), _end_with_brackets(source, source.end(node), end)) for node in nodes]
    return Listing(source, start, end, items)


def entries_of(source: Source, node: ast.Dict) -> Listing:
    """Return the entries of a dictionary."""
    start, end = source.start(node) + 1, source.end(node) - 1
    items = []
    for key, value in zip(node.keys, node.values, strict=True):
        first = source.start(key) if key is not None else source.text.rindex("**", 0, source.start(value))
        items.append(Item(first, _end_with_brackets(source, source.end(value), end)))
    return Listing(source, start, end, items)


def elements_of(source: Source, node: ast.List | ast.Tuple | ast.Set) -> Listing:
    """Return the elements of a list; a tuple without brackets is one, too."""
    has_brackets = source.text[source.start(node)] in "[({"
    start = source.start(node) + has_brackets
    end = source.end(node) - has_brackets
    items = [
        Item(source.start(each), _end_with_brackets(source, source.end(each), end)) for each in node.elts
    ]
    return Listing(source, start, end, items)
