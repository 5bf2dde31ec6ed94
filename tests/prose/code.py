"""The language of code: the words of messages, docstrings, comments and the names of tests.

The words are those of ``rules/plain-words.js``, which the pages have to avoid, too.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from . import RULES

if TYPE_CHECKING:
    from collections.abc import Iterator

#: A line of the list in JavaScript. Its expressions mean the same in Python.
_WORD: Final = re.compile(r'^  \[/(.+)/gi, "(.+)"\],$', re.MULTILINE)
#: Code in a docstring: an example, what is between backticks, or the *name* of a parameter.
_CODE: Final = re.compile(r"^[ ]*(?:>>>|\.\.\.)[^\n]*|``.+?``|`[^`]*`|\*\w+\*", re.MULTILINE | re.DOTALL)
_DOCUMENTED: Final = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)

#: What is written in each of these words, and why.
EXCEPTIONS: Final = {
    '{"wider-than-app": "keep"}': "An answer for `corsguard migrate`, as a user writes it.",
}


class Text(NamedTuple):
    """A text of a source that people read."""

    line: int
    kind: str
    text: str


@cache
def words() -> list[tuple[re.Pattern[str], str]]:
    """Return the words that are not technical terms, and what to write instead."""
    source = (RULES / "plain-words.js").read_text("utf-8")
    return [(re.compile(word, re.IGNORECASE), better) for word, better in _WORD.findall(source)]


def texts_of(source: str) -> Iterator[Text]:
    """Yield the messages, docstrings, comments and names of tests in *source*."""
    tree = ast.parse(source)
    docstrings = {id(each.body[0].value) for each in ast.walk(tree) if _has_docstring(each)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if id(node) in docstrings:
                yield Text(node.lineno, "docstring", node.value)
            elif " " in node.value.strip():
                yield Text(node.lineno, "message", node.value)
        elif isinstance(node, _DOCUMENTED[1:]) and node.name.startswith("test_"):
            yield Text(node.lineno, "name", node.name.replace("_", " "))
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield Text(token.start[0], "comment", token.string)


def _has_docstring(node: ast.AST) -> bool:
    return isinstance(node, _DOCUMENTED) and ast.get_docstring(node, clean=False) is not None


def wrong_words(source: str, *kinds: str) -> Iterator[str]:
    """Yield the line, and what to write instead, for each word in the texts of these *kinds*."""
    if not any(pattern.search(source.replace("_", " ")) for pattern, _ in words()):
        # Nearly all sources: to read their texts would take ten times as long.
        return
    for first, kind, text in texts_of(source):
        if kind not in kinds:
            continue
        readable = _CODE.sub(_blank, text)
        for exception in EXCEPTIONS:
            readable = readable.replace(exception, " " * len(exception))
        for pattern, better in words():
            for found in pattern.finditer(readable):
                line = first + readable.count("\n", 0, found.start())
                yield f"{line}: {kind}: {found[0].strip()!r} is not a technical term: write {better}"


def _blank(code: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", code[0])
