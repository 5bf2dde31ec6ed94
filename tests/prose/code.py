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

#: The limit of the pages.
_MAX_WORDS: Final = re.compile(r"^const MAX_WORDS = (\d+);$", re.MULTILINE)
#: The end of a sentence, or of a part that is read alone.
_END: Final = re.compile(r"[.!?:][\"')*_]*(?=\s|$)")
#: Lines that are comments, and follow each other.
_COMMENTS: Final = re.compile(r"^ *#.*(?:\n *#.*)*", re.MULTILINE)
#: Between two paragraphs: an empty line, the next field, or the next item of a list.
_BETWEEN: Final = re.compile(r"\n\s*\n|\n\s*(?=:\w+|[-*] )")

#: Between two parts of a message, which people read as lines.
_LINE: Final = re.compile(r"\n")

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


@cache
def max_words() -> int:
    """Return how many words a sentence of a page may have."""
    (found,) = _MAX_WORDS.findall((RULES / "short-sentences.js").read_text("utf-8"))
    return int(found)


def long_sentences(source: str, *kinds: str) -> Iterator[str]:
    """Yield the line and the number of words of each long sentence in the texts of these *kinds*."""
    for first, kind, text in (*_docstrings(source), *_comments(source), *_messages(source)):
        if kind not in kinds:
            continue
        start, is_literal = 0, False
        for part in (_LINE if kind == "message" else _BETWEEN).split(text):
            start = text.index(part, start)
            if not is_literal and ">>>" not in part:
                for sentence in _END.split(_CODE.sub("code", part)):
                    count = len([word for word in sentence.split() if re.search(r"\w", word)])
                    if count > max_words():
                        line = first + text.count("\n", 0, start)
                        yield f"{line}: {kind}: {count} words: {' '.join(sentence.split())}"
            is_literal = part.rstrip().endswith("::")
            start += len(part)


def _docstrings(source: str) -> Iterator[Text]:
    # Statements alone: to look into every expression takes far longer.
    waiting: list[ast.AST] = [ast.parse(source)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, _DOCUMENTED) and (text := ast.get_docstring(node, clean=False)) is not None:
            yield Text(node.body[0].lineno, "docstring", text)
        waiting += [each for each in ast.iter_child_nodes(node) if isinstance(each, ast.stmt)]


def _comments(source: str) -> Iterator[Text]:
    """Yield the comments that have lines of their own, adjacent ones as one, with their first lines."""
    for found in _COMMENTS.finditer(source):
        line = source.count("\n", 0, found.start()) + 1
        yield Text(line, "comment", re.sub(r"(?m)^ *#:? ?", "", found[0]))


def _messages(source: str) -> Iterator[Text]:
    """Yield the texts that are not docstrings, each of them whole, with one word for each value in it."""
    waiting: list[ast.AST] = [ast.parse(source)]
    while waiting:
        node = waiting.pop()
        text = _whole(node)
        if text is not None:
            yield Text(node.lineno, "message", text)
            continue
        documented = node.body[0] if _has_docstring(node) else None
        waiting += [each for each in ast.iter_child_nodes(node) if each is not documented]


def _whole(node: ast.AST) -> str | None:
    """Return the text that an expression makes, or None if it does not make one."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        return "".join(each.value if isinstance(each, ast.Constant) else "value" for each in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        parts = _whole(node.left), _whole(node.right)
        return None if parts == (None, None) else "".join(each or "value" for each in parts)
    return None


def _blank(code: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", code[0])
