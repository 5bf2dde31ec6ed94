"""One file of Python: its text, its tree, and the spans of text that change in it."""

from __future__ import annotations

import ast
import io
import re
import tokenize
import warnings
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, TypeVar

_Node = TypeVar("_Node", bound=ast.AST)


class SourceError(Exception):
    """A file cannot be read; the message is one sentence."""


class Edit(NamedTuple):
    """The text from *start* to *end*, in characters, becomes *text*."""

    start: int
    end: int
    text: str


@dataclass(eq=False)
class Source:
    """A file.

    :ivar path: where it is.
    :ivar name: how the report names it.
    :ivar data: its bytes, as they were read.
    :ivar text: its characters, with the ends of lines that it has.
    :ivar encoding: of *data*.
    :ivar tree: what it parses to.
    :ivar edits: what is to change.
    """

    path: Path
    name: str
    data: bytes
    text: str
    encoding: str
    tree: ast.Module
    edits: list[Edit] = field(default_factory=list)
    _removed: set[ast.stmt] = field(default_factory=set)

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """All nodes of the tree, those near its top first, without the marks of load and store."""
        found: list[ast.AST] = [self.tree]
        for node in found:
            for name in node._fields:
                value = getattr(node, name, None)
                if isinstance(value, list):
                    found += [each for each in value if isinstance(each, ast.AST)]
                elif isinstance(value, ast.AST) and not isinstance(value, ast.expr_context):
                    found.append(value)
        return found

    @cached_property
    def _by_kind(self) -> dict[type[ast.AST], list[ast.AST]]:
        kinds: dict[type[ast.AST], list[ast.AST]] = {}
        for node in self.nodes:
            kinds.setdefault(type(node), []).append(node)
        return kinds

    def all_of(self, *kinds: type[_Node]) -> list[_Node]:
        """Return the nodes of these kinds; those of one kind are found at once."""
        return [node for kind in kinds for node in self._by_kind.get(kind, ())]  # type: ignore[misc]  # of the kind

    @cached_property
    def _starts(self) -> list[int]:
        r"""The offset of each line. Lines end as they do for Python: at \\n, \\r\\n or \\r."""
        return [0, *(match.end() for match in re.finditer(r"\r\n|\r|\n", self.text))]

    @cached_property
    def newline(self) -> str:
        """The end of a line."""
        match = re.search(r"\r\n|\r|\n", self.text)
        return match[0] if match else "\n"

    @cached_property
    def comments(self) -> list[int]:
        """The offsets of all comments."""
        lines = io.StringIO(self.text).readline
        return [
            self.offset(*token.start, in_bytes=False)
            for token in tokenize.generate_tokens(lines)
            if token.type == tokenize.COMMENT
        ]

    def offset(self, line: int, column: int, *, in_bytes: bool = True) -> int:
        """Return the offset of a place; the tree counts columns in bytes."""
        start = self._starts[line - 1]
        if in_bytes and not self.text.isascii():
            end = self._starts[line] if line < len(self._starts) else len(self.text)
            column = len(self.text[start:end].encode("utf-8")[:column].decode("utf-8"))
        return start + column

    def start(self, node: ast.expr | ast.stmt | ast.keyword) -> int:
        """Return where *node* begins."""
        return self.offset(node.lineno, node.col_offset)

    def end(self, node: ast.expr | ast.stmt | ast.keyword) -> int:
        """Return where *node* ends."""
        return self.offset(node.end_lineno or node.lineno, node.end_col_offset or 0)

    def of(self, node: ast.expr | ast.stmt | ast.keyword) -> str:
        """Return the text of *node*."""
        return self.text[self.start(node) : self.end(node)]

    def line_at(self, offset: int) -> int:
        """Return the number of the line of an offset."""
        return bisect_right(self._starts, offset)

    def line_start(self, offset: int) -> int:
        """Return where the line of an offset begins."""
        return self._starts[self.line_at(offset) - 1]

    def line_end(self, offset: int) -> int:
        """Return where the line after that of an offset begins."""
        line = self.line_at(offset)
        return self._starts[line] if line < len(self._starts) else len(self.text)

    def indent_at(self, offset: int) -> str:
        """Return the white space that the line of an offset begins with."""
        start = self.line_start(offset)
        match = re.compile(r"[ \t\f]*").match(self.text, start)
        return match[0] if match else ""

    def has_comment(self, start: int, end: int) -> bool:
        """Whether a comment begins between two offsets."""
        at = bisect_right(self.comments, start - 1)
        return at < len(self.comments) and self.comments[at] < end

    def place(self, node: ast.expr | ast.stmt | ast.keyword) -> str:
        """Return ``path:line`` of *node*."""
        return f"{self.name}:{node.lineno}"

    def replace(self, node: ast.expr | ast.stmt | ast.keyword, text: str) -> None:
        """Put *text* in the place of *node*."""
        self.edit(self.start(node), self.end(node), text)

    def edit(self, start: int, end: int, text: str) -> None:
        """Change a span."""
        edit = Edit(start, end, text)
        if edit not in self.edits:
            self.edits.append(edit)

    def remove_statement(self, node: ast.stmt) -> None:
        """Remove a statement with its lines, or leave ``pass`` where a block would be empty."""
        start, end = self.start(node), self.end(node)
        first, last = self.line_start(start), self.line_end(end)
        self._removed.add(node)
        block = next((each for each in self._blocks() if node in each), [])
        if block and self._removed.issuperset(block):
            self.edit(start, end, "pass")
            return
        alone = not self.text[first:start].strip()
        rest = self.text[end:last].strip()
        if alone and (not rest or rest.startswith("#")):
            self.edit(first, last, "")
        elif rest.startswith(";"):
            self.edit(start, self.text.index(";", end) + 1 + self._blanks(self.text.index(";", end) + 1), "")
        else:
            self.edit(start, end, "pass")

    def _blocks(self) -> Iterator[list[ast.stmt]]:
        for node in self.nodes[1:]:
            for name in ("body", "orelse", "finalbody"):
                block = getattr(node, name, None)
                if isinstance(block, list):
                    yield block

    def _blanks(self, offset: int) -> int:
        match = re.compile(r"[ \t]*").match(self.text, offset)
        return len(match[0]) if match else 0

    def result(self) -> str:
        """Return the text after all edits.

        :raises SourceError: if two of them overlap.
        """
        text, last = [], 0
        for edit in sorted(self.edits, key=lambda each: (each.start, each.end)):
            if edit.start < last:
                line = self.line_at(edit.start)
                raise SourceError(f"{self.name}:{line}: two changes overlap here; nothing is changed.")
            text += [self.text[last : edit.start], edit.text]
            last = edit.end
        return "".join([*text, self.text[last:]])

    def result_bytes(self) -> bytes:
        """Return the bytes after all edits."""
        bom = b"\xef\xbb\xbf" if self.encoding == "utf-8-sig" else b""
        return bom + self.result().encode("utf-8" if bom else self.encoding)


def read_source(path: Path, name: str, data: bytes) -> Source:
    """Return a file.

    :raises SourceError: if it is not Python.
    """
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        text = data.decode(encoding)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(data, str(path))
    except (SyntaxError, ValueError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        where = f"{name}:{line}" if line else name
        reason = getattr(error, "msg", None) or str(error)
        raise SourceError(f"{where} is not Python that can be read ({reason}).") from None
    return Source(path, name, data, text, encoding, tree)
