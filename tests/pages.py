"""The pages of README and documentation: their blocks of code, and what it takes to run them as examples.

sybil finds the blocks, stores the names of a page and runs ``python`` and ``pycon``. The blocks of a page are
run in order and share their names:

* ``python`` is executed;
* ``pycon`` is a doctest;
* ``http`` is a request, and the response of ``application``, else ``app``, for WSGI or ASGI. The response has
  the status line, the headers that are shown, in their order, and no other header of CORS. It has the body if
  one is shown;
* ``text`` is shown only, unless a comment directly before it names what it is compared with.
  ``<!-- printed -->`` is the output of the last ``python`` block. ``<!-- raised -->`` is the exception of the
  ``python`` block directly before. ``<!-- logged -->`` is the log since the last ``python`` block started;
* ``console`` is shown only, unless ``<!-- run -->`` is directly before it: then each command after ``$`` is
  run in the current folder, and writes what is below it. ``echo $?`` writes the last exit code;
* ``shell``, ``html``, ``javascript``, ``nginx`` and directives of MyST are shown only;
* ``apache``, ``ini``, ``vcl`` and ``yaml`` are shown only here: the tests of engines run them.

``<!-- file: shop.py -->`` directly before a block of ``python`` writes that file instead of executing it.

A block in any other language fails, and so does one without an end. ``<!-- fresh -->`` deletes all names.
"""

from __future__ import annotations

import contextlib
import doctest
import io
import logging
import os
import re
import shlex
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from click.testing import CliRunner
from flask.cli import FlaskGroup
from sybil import Document, Example, Region, Sybil
from sybil.evaluators.doctest import DocTestEvaluator
from sybil.evaluators.python import PythonEvaluator
from sybil.parsers.abstract import AbstractClearNamespaceParser, DocTestStringParser
from sybil.parsers.markdown import CodeBlockParser
from sybil.parsers.markdown.lexers import DirectiveInHTMLCommentLexer, FencedCodeBlockLexer
from werkzeug.datastructures import Headers
from werkzeug.test import Client

from asgi_harness import as_wsgi
from flask_corsguard.cli.groups import corsguard
from flask_corsguard.wsgi.application import is_asgi

ROOT: Final = Path(__file__).parent.parent
DOCS: Final = ROOT / "docs"
GUIDES: Final = DOCS / "guides"
PAGES: Final = [ROOT / "README.md", *sorted(DOCS.glob("*.md")), *sorted(GUIDES.glob("*.md"))]

RUN: Final = {"http", "pycon", "python", "text"}
SHOWN_ONLY: Final = {"apache", "cfg", "console", "html", "ini", "javascript", "nginx", "shell", "vcl", "yaml"}

#: What a block of ``console`` can run.
PROGRAMS: Final = {"corsguard": corsguard, "flask": FlaskGroup()}

_BLOCKS: Final = FencedCodeBlockLexer(".*")
_COMPARED: Final = re.compile(r"<!-- (printed|raised|logged) -->\s*\Z")
_FILE: Final = re.compile(r"<!-- file: ([\w.]+) -->\s*\Z")
_IS_RUN: Final = re.compile(r"<!-- run -->\s*\Z")
_RAISED_NEXT: Final = re.compile(r"\s*<!-- raised -->")
_OF_CORS: Final = re.compile(r"access-control-.*|vary|timing-allow-origin|cross-origin-resource-policy")
_RUN_PYTHON: Final = PythonEvaluator()
_READ_CONSOLE: Final = DocTestStringParser(DocTestEvaluator(doctest.REPORT_NDIFF))


class Records(logging.Handler):
    """Stores what is logged, as lines."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Store *record* as a line."""
        self.lines.append(f"{record.levelname} {record.name}: {record.getMessage()}")


class Page(Document):
    """A page, with what its last block of Python printed and raised, and with what was logged since."""

    def __init__(self, text: str, path: str = "") -> None:
        super().__init__(text, path)
        self.logged = Records()
        self.printed = ""
        self.raised = ""


def blocks_of(text: str, language: str | None = None) -> list[Region]:
    """Return the blocks of code of a page, in order: all of them, or those in *language*."""
    blocks = _BLOCKS(Document(text, ""))
    return [block for block in blocks if language in {None, block.lexemes["language"]}]


def is_expected_to_raise(text: str, end: int) -> bool:
    """Whether the page compares with a text what the block that ends at *end* raises."""
    return _RAISED_NEXT.match(text, end) is not None


def run(path: Path, logged: Records) -> None:
    """Run the examples of a page; *logged* is a handler of the library's logger."""
    page = _EXAMPLES.parse(path)
    page.logged = logged
    for example in page.examples():
        example.evaluate()


def _execute(example: Example) -> str | None:
    page = example.document
    if file := _FILE.search(page.text, 0, example.start):
        Path(file[1]).write_text(example.parsed, "utf-8")
        return None
    page.namespace.setdefault("__name__", "example")
    page.logged.lines.clear()
    page.raised = ""
    is_to_raise = is_expected_to_raise(page.text, example.end)
    with contextlib.redirect_stdout(io.StringIO()) as output:
        try:
            _RUN_PYTHON(example)
        except Exception as error:
            if not is_to_raise:
                raise
            page.raised = "".join(traceback.format_exception_only(error))
    page.printed = output.getvalue()
    return "nothing is raised" if is_to_raise and not page.raised else None


def _run_commands(example: Example) -> str | None:
    if not _IS_RUN.search(example.document.text, 0, example.start):
        return None
    shown = example.parsed.rstrip()
    code, lines = 0, []
    for line in re.findall(r"(?m)^\$ (.*)$", shown):
        written = str(code)
        if line != "echo $?":
            written, code = _outcome_of(shlex.split(line))
        lines += [f"$ {line}", *written.splitlines()]
    result = "\n".join(line.rstrip() for line in lines).rstrip()
    return None if _without_lines(result) == _without_lines(shown) else f"written is:\n{result}"


def _without_lines(text: str) -> str:
    # Before Python 3.11 a decorator is called on the line of the function, and not on its own.
    return text if sys.version_info >= (3, 11) else re.sub(r"\.py:\d+", ".py:N", text)


def _outcome_of(words: list[str]) -> tuple[str, int]:
    """Run a command, and forget what it imports from the current folder; return its output and exit code."""
    path, environment = [*sys.path], {**os.environ}
    try:
        outcome = CliRunner().invoke(PROGRAMS[words[0]], words[1:], prog_name=words[0], terminal_width=80)
    finally:
        sys.path[:] = path
        os.environ.clear()
        os.environ.update(environment)
        for name, module in list(sys.modules.items()):
            if str(getattr(module, "__file__", None)).startswith(f"{Path.cwd()}{os.sep}"):
                del sys.modules[name]
    return outcome.output, outcome.exit_code


def _compare(example: Example) -> str | None:
    page = example.document
    comment = _COMPARED.search(page.text, 0, example.start)
    if comment is None:
        return None
    results = {"printed": page.printed, "raised": page.raised, "logged": "\n".join(page.logged.lines)}
    result = results[comment[1]].rstrip()
    return None if result == example.parsed.rstrip() else f"{comment[1]} is:\n{result}"


def _exchange(example: Example) -> str | None:
    request, _, response = re.split(r"\n\n(?=(HTTP/1\.1 ))", example.parsed, maxsplit=1)
    line, headers, body = _read_message(request)
    method, target, version = line.split()
    assert version == "HTTP/1.1"
    # A client that stores cookies would throw away those that a page shows.
    application = example.namespace.get("application") or example.namespace["app"]
    client = Client(as_wsgi(application) if is_asgi(application) else application, use_cookies=False)
    answer = client.open(
        target,
        method=method,
        headers=Headers([pair for pair in headers if pair[0] != "Host"]),
        data=body,
        base_url=f"http://{dict(headers)['Host']}/",
    )
    line, headers, body = _read_message(response)
    names = {name.lower() for name, _ in headers}
    relevant = [p for p in answer.headers if p[0].lower() in names or _OF_CORS.fullmatch(p[0].lower())]
    shown = line, headers, body
    actual = f"HTTP/1.1 {answer.status}", relevant, answer.get_data(as_text=True).strip() if body else ""
    return None if actual == shown else f"the response is {actual}, and not {shown}"


def _read_message(text: str) -> tuple[str, list[tuple[str, str]], str]:
    """Return the first line, the headers and the body of an HTTP message."""
    head, _, body = text.partition("\n\n")
    first, *rest = head.splitlines()
    pairs = [line.partition(": ") for line in rest]
    assert all(separator for _, separator, _ in pairs), rest
    return first, [(name, value) for name, _, value in pairs], body.strip()


def _consoles(page: Document) -> Iterator[Region]:
    for block in blocks_of(page.text, "pycon"):
        source = block.lexemes["source"]
        for region in _READ_CONSOLE(source, page.path):
            region.adjust(block, source)
            yield region


def _check(page: Document) -> list[Region]:
    for block in blocks_of(page.text):
        where = f"{page.path}, {page.line_column(block.start)}"
        language = block.lexemes["language"]
        is_closed = page.text[block.start : block.end].endswith(("```", "~~~"))
        assert is_closed, f"{where}: the block does not end"
        is_known = language in RUN | SHOWN_ONLY or language.startswith("{")
        assert is_known, f"{where}: no rule for blocks of {language!r}"
    return []


_EXAMPLES: Final = Sybil(
    [
        _check,
        AbstractClearNamespaceParser([DirectiveInHTMLCommentLexer("fresh")]),
        CodeBlockParser("python", _execute),
        CodeBlockParser("console", _run_commands),
        _consoles,
        CodeBlockParser("http", _exchange),
        CodeBlockParser("text", _compare),
    ],
    document_types={".md": Page},
)
