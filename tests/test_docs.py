"""What README and documentation say is true: their examples run, their links lead somewhere.

In a page the blocks of code are run in order and share their names:

* ``python`` is executed;
* ``pycon`` is a doctest;
* ``http`` is a request, and the response that the WSGI callable ``application``, else ``app``, gives
  to it: the status line, the headers that are shown, in their order, and no other header of CORS, and
  the body if one is shown;
* ``text`` is shown, unless a comment before it says what it is: ``<!-- printed -->`` by the ``python``
  block before it, ``<!-- raised -->`` by it, or ``<!-- logged -->`` since it;
* ``console``, ``shell``, ``html``, ``javascript`` and ``nginx`` are shown.

``<!-- fresh -->`` before a block begins anew, without any name.
"""

from __future__ import annotations

import ast
import contextlib
import doctest
import io
import logging
import re
import subprocess
import sys
import textwrap
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any, Final, NamedTuple

import pytest
from werkzeug.datastructures import Headers
from werkzeug.test import Client

import flask_corsguard
import flask_corsguard.testing
from browsers.cases import CASES
from flask_corsguard import Reason, cors_refused
from flask_corsguard.core.policy import FIELDS
from flask_corsguard.core.problems import SENTENCES
from flask_corsguard.flask.config import KEYS
from flask_corsguard.testing.differences import DIFFERENCES

ROOT: Final = Path(__file__).parent.parent
DOCS: Final = ROOT / "docs"
PAGES: Final = [ROOT / "README.md", *sorted(DOCS.glob("*.md"))]

MAX_README_LINES: Final = 120

SHOWN_ONLY: Final = {"console", "html", "javascript", "nginx", "shell"}
COMMENTS: Final = {"fresh", "printed", "raised", "logged"}

_FENCE = re.compile(r"(?P<indent> *)(?P<fence>`{3,}|~{3,})(?P<language>[^`]*)")
_COMMENT = re.compile(r"\s*<!--(?P<words>.*)-->\s*")
_OF_CORS = re.compile(r"access-control-.*|vary|timing-allow-origin|cross-origin-resource-policy")


@dataclass
class Block:
    """A block of code in a page."""

    language: str
    line: int
    lines: list[str] = field(default_factory=list)
    comments: set[str] = field(default_factory=set)

    @property
    def text(self) -> str:
        """What stands between the fences."""
        return textwrap.dedent("\n".join(self.lines))


def blocks_of(page: str) -> list[Block]:
    """Give the blocks of code of a page, in order."""
    blocks: list[Block] = []
    comments: set[str] = set()
    fence = ""
    for number, line in enumerate(page.splitlines(), start=1):
        match = _FENCE.fullmatch(line)
        if fence:
            if line.strip() == fence:
                fence = ""
            else:
                blocks[-1].lines.append(line)
        elif match:
            fence = match["fence"]
            blocks.append(Block(match["language"].strip(), number, comments=comments))
            comments = set()
        elif comment := _COMMENT.fullmatch(line):
            comments |= COMMENTS & {comment["words"].strip()}
        elif line.strip():
            comments = set()
    assert not fence, "a block of code does not end"
    return blocks


class Records(logging.Handler):
    """Keeps what is logged, as lines."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep *record* as a line."""
        self.lines.append(f"{record.levelname} {record.name}: {record.getMessage()}")


class Page:
    """Runs the blocks of one page."""

    def __init__(self, path: Path, logged: Records) -> None:
        self._path = path
        self._logged = logged
        self._names: dict[str, Any] = {}
        self._printed = ""
        self._raised = ""

    def run(self) -> int:
        """Run all blocks and say how many that were."""
        blocks = blocks_of(self._path.read_text("utf-8"))
        for block, following in zip(blocks, [*blocks, Block("", 0)][1:], strict=True):
            if "fresh" in block.comments:
                self._names = {}
            if block.language.startswith("{") or block.language in SHOWN_ONLY:
                continue
            rules: dict[str, Callable[[Block], None]] = {
                "python": self._raise if "raised" in following.comments else self._execute,
                "pycon": self._interact,
                "http": self._exchange,
                "text": self._compare,
            }
            rule = rules.get(block.language)
            assert rule, f"{self._where(block)}: no rule for blocks of {block.language!r}"
            rule(block)
        return len(blocks)

    def _where(self, block: Block) -> str:
        return f"{self._path.name}:{block.line}"

    def _execute(self, block: Block) -> None:
        self._names.setdefault("__name__", "example")
        self._logged.lines.clear()
        # As many lines before it as in the page, so that a traceback leads there.
        code = compile("\n" * block.line + block.text, str(self._path), "exec", dont_inherit=True)
        with contextlib.redirect_stdout(io.StringIO()) as output:
            exec(code, self._names)
        self._printed = output.getvalue()

    def _raise(self, block: Block) -> None:
        try:
            self._execute(block)
        except Exception as error:  # noqa: BLE001 - whatever the page says is raised
            self._raised = "".join(traceback.format_exception_only(error))
        else:
            pytest.fail(f"{self._where(block)}: nothing is raised")

    def _interact(self, block: Block) -> None:
        test = doctest.DocTestParser().get_doctest(
            block.text + "\n", {}, self._path.name, str(self._path), block.line
        )
        test.globs = self._names
        said: list[str] = []
        runner = doctest.DocTestRunner(verbose=False, optionflags=doctest.REPORT_NDIFF)
        runner.run(test, out=said.append, clear_globs=False)
        assert not runner.failures, f"{self._where(block)}:\n{''.join(said)}"

    def _exchange(self, block: Block) -> None:
        asked, separator, answered = re.split(r"\n\n(?=(HTTP/1\.1 ))", block.text, maxsplit=1)
        assert separator
        line, headers, body = read_message(asked)
        method, target, version = line.split()
        assert version == "HTTP/1.1"
        application = self._names.get("application") or self._names["app"]
        # A client that keeps cookies would throw away those that a page shows.
        response = Client(application, use_cookies=False).open(
            target,
            method=method,
            headers=Headers([pair for pair in headers if pair[0] != "Host"]),
            data=body,
            base_url=f"http://{dict(headers)['Host']}/",
        )
        line, headers, body = read_message(answered)
        shown = {name.lower() for name, _ in headers}
        given = [p for p in response.headers if p[0].lower() in shown or _OF_CORS.fullmatch(p[0].lower())]
        assert f"HTTP/1.1 {response.status}" == line, self._where(block)
        assert given == headers, self._where(block)
        if body:
            assert response.get_data(as_text=True).strip() == body, self._where(block)

    def _compare(self, block: Block) -> None:
        if "printed" in block.comments:
            assert self._printed.rstrip() == block.text.rstrip(), self._where(block)
        elif "raised" in block.comments:
            assert self._raised.rstrip() == block.text.rstrip(), self._where(block)
        elif "logged" in block.comments:
            assert "\n".join(self._logged.lines) == block.text.rstrip(), self._where(block)


def read_message(text: str) -> tuple[str, list[tuple[str, str]], str]:
    """Give the first line, the headers and the body of an HTTP message."""
    head, _, body = text.partition("\n\n")
    first, *rest = head.splitlines()
    pairs = [line.partition(": ") for line in rest]
    assert all(separator for _, separator, _ in pairs), rest
    return first, [(name, value) for name, _, value in pairs], body.strip()


@pytest.fixture
def logged() -> Iterator[Records]:
    """Give what is logged; afterwards no logger and no signal remembers the page."""
    loggers = [logging.getLogger(), logging.getLogger("flask_corsguard")]
    before = [(each, each.level, each.handlers[:], each.propagate, each.disabled) for each in loggers]
    receivers = set(cors_refused.receivers)
    records = Records()
    loggers[1].addHandler(records)
    yield records
    for each, level, handlers, propagate, disabled in before:
        each.setLevel(level)
        each.handlers[:], each.propagate, each.disabled = handlers, propagate, disabled
    for key in cors_refused.receivers.keys() - receivers:
        receiver = cors_refused.receivers[key]
        alive = receiver() if hasattr(receiver, "__callback__") else receiver
        if alive is not None:
            cors_refused.disconnect(alive)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_every_example_of_a_page_does_what_the_page_says(path, logged, tmp_path, monkeypatch):
    """No example is out of date, and none has a language that nothing checks."""
    # Where an example may leave a file.
    monkeypatch.chdir(tmp_path)

    Page(path, logged).run()


@pytest.mark.parametrize(
    "page",
    [
        "```python\n1 / 0\n```",
        "```pycon\n>>> 1 + 1\n3\n```",
        "```ruby\nputs 1\n```",
        "```python\nprint(1)\n```\n<!-- printed -->\n```text\n2\n```",
        "```python\n1 / 0\n```\n<!-- raised -->\n```text\nValueError\n```",
        "```python\npass\n```\n<!-- raised -->\n```text\nValueError\n```",
        "```python\npass\n```\n<!-- logged -->\n```text\nINFO x: y\n```",
        "```python\na = 1\n```\n<!-- fresh -->\n```python\na\n```",
        "```python\npass",
    ],
    ids=[
        "an-exception",
        "another-result",
        "an-unknown-language",
        "another-output",
        "another-exception",
        "no-exception",
        "another-log",
        "a-name-from-before",
        "no-end",
    ],
)
def test_an_example_that_does_not_hold_is_found(page, tmp_path, logged):
    """The rules of this file are rules: each can be broken."""
    path = tmp_path / "page.md"
    path.write_text(page, "utf-8")

    with pytest.raises((Exception, pytest.fail.Exception)):
        Page(path, logged).run()


_APPLICATION = """\
```python
def app(environ, start_response):
    start_response("200 OK", [("Vary", "Origin"), ("X-A", "1"), ("Access-Control-Allow-Origin", "*")])
    return [environ["HTTP_HOST"].encode(), environ["wsgi.input"].read()]
```
"""


def _exchange_with(response: str) -> str:
    request = "POST / HTTP/1.1\nHost: a.example\nContent-Length: 2\n\nhi"
    return f"{_APPLICATION}\n```http\n{request}\n\n{response}\n```\n"


def test_an_exchange_may_leave_out_headers_that_are_not_of_cors(tmp_path, logged):
    """A page shows what it is about."""
    path = tmp_path / "page.md"
    response = "HTTP/1.1 200 OK\nVary: Origin\nAccess-Control-Allow-Origin: *\n\na.examplehi"
    path.write_text(_exchange_with(response), "utf-8")

    assert Page(path, logged).run() == 2


@pytest.mark.parametrize(
    "response",
    [
        "HTTP/1.1 201 CREATED\nVary: Origin\nAccess-Control-Allow-Origin: *",
        "HTTP/1.1 200 OK\nVary: Origin",
        "HTTP/1.1 200 OK\nVary: Origin\nAccess-Control-Allow-Origin: a",
        "HTTP/1.1 200 OK\nAccess-Control-Allow-Origin: *\nVary: Origin",
        "HTTP/1.1 200 OK\nVary: Origin\nX-B: 1\nAccess-Control-Allow-Origin: *",
        "HTTP/1.1 200 OK\nVary: Origin\nAccess-Control-Allow-Origin: *\n\nho",
    ],
    ids=["status", "header-not-shown", "value", "order", "header-not-given", "body"],
)
def test_an_exchange_that_does_not_take_place_is_found(response, tmp_path, logged):
    """Status, headers and body are those that are shown, and no CORS header is left out."""
    path = tmp_path / "page.md"
    path.write_text(_exchange_with(response), "utf-8")

    with pytest.raises(AssertionError):
        Page(path, logged).run()


def test_the_readme_is_short():
    """A stranger has ten minutes, and the README is to leave some of them."""
    lines = (ROOT / "README.md").read_text("utf-8").splitlines()

    assert len(lines) <= MAX_README_LINES


_LINK = re.compile(
    r"\]\((?P<inline>[^()\s]+)[^()]*\)|^\[[^\]]+\]: *(?P<reference>\S+)|src=\"(?P<source>[^\"]+)\""
)


def links_of(page: str) -> list[str]:
    """Give the targets of the relative links of a page, without those in its code."""
    targets: list[str] = []
    fence = ""
    for line in page.splitlines():
        match = _FENCE.fullmatch(line)
        if fence or match:
            fence = match["fence"] if match and not fence else "" if line.strip() == fence else fence
            continue
        found = _LINK.finditer(re.sub(r"`[^`]*`", "", line))
        targets += [link["inline"] or link["reference"] or link["source"] for link in found]
    return [target for target in targets if not re.match(r"[a-z]+:|#|<", target)]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_every_relative_link_leads_to_a_file(path):
    """Nothing that a page points to is missing."""
    targets = {target.partition("#")[0] for target in links_of(path.read_text("utf-8"))}

    assert [target for target in sorted(targets) if not (path.parent / target).exists()] == []


def test_links_are_found_outside_of_code_only():
    """Inline links, references and sources of images count, code and addresses do not."""
    page = (
        "[a](x.md#y) `[b](c.md)` ![d](e.png) [f](https://g.example) [h](#i)\n"
        '[j]: k.md\n<img src="l.png">\n```text\n[m](n.md)\n```\n[o](p.md)\n'
    )

    assert links_of(page) == ["x.md#y", "e.png", "k.md", "l.png", "p.md"]


class _Reader(HTMLParser):
    """Reads the anchors and the text of a page."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.text = ""
        self.feed(page.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.anchors |= {value for name, value in attrs if name == "id" and value}

    def handle_data(self, data: str) -> None:
        self.text += data


class Built(NamedTuple):
    """What a build of the documentation gave."""

    html: Path
    status: int
    warnings: str


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Build the documentation as for readers."""
    if not all(map(find_spec, ("sphinx", "furo", "myst_parser"))):
        pytest.skip("the documentation is built where the dependency group docs is installed")
    place = tmp_path_factory.mktemp("docs")
    command = [sys.executable, "-m", "sphinx", "-W", "-n", "-q", "-E", "-b", "html"]
    result = subprocess.run(
        [*command, "-d", str(place / "doctrees"), str(DOCS), str(place / "html")],
        capture_output=True,
        text=True,
        check=False,
    )
    return Built(place / "html", result.returncode, result.stderr)


@pytest.fixture(scope="session")
def policy_page(built: Built) -> _Reader:
    """Read the reference of policies."""
    return _Reader(built.html / "policy.html")


def test_the_documentation_builds_without_a_warning(built):
    """Every reference resolves, and every example of the reference does what it stands for."""
    assert built.warnings == ""
    assert built.status == 0


@pytest.mark.parametrize("code", SENTENCES)
def test_every_problem_is_documented(code, policy_page):
    """A code has an anchor, to which a message can point, and its sentence."""
    assert f"problem-{code.replace('.', '-')}" in policy_page.anchors
    assert SENTENCES[code] in policy_page.text


@pytest.mark.parametrize("name", FIELDS)
def test_every_field_is_documented(name, policy_page):
    """A field has an anchor."""
    assert f"field-{name}" in policy_page.anchors


@pytest.mark.parametrize("key", KEYS)
def test_every_configuration_key_is_documented(key, built, policy_page):
    """A key is found where it is looked for."""
    quickstart = _Reader(built.html / "quickstart.html")

    assert re.search(rf"\b{key}\b", policy_page.text + quickstart.text)


@pytest.mark.parametrize("reason", Reason, ids=str)
def test_every_reason_is_documented(reason, policy_page):
    """A reason has an anchor."""
    assert f"reason-{reason}" in policy_page.anchors


PUBLIC: Final = [
    name
    for name, value in vars(flask_corsguard).items()
    if not name.startswith("_") and not isinstance(value, ModuleType)
]


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_name_is_documented(name, built):
    """Whatever can be imported from the package is on the page of the API."""
    assert f"flask_corsguard.{name}" in _Reader(built.html / "api.html").anchors


FOR_TESTS: Final = [
    name
    for name, value in vars(flask_corsguard.testing).items()
    if not name.startswith("_") and not isinstance(value, ModuleType)
]


@pytest.mark.parametrize("name", FOR_TESTS)
def test_every_public_name_for_tests_is_documented(name, built):
    """Whatever can be imported from the browser model is on the page of the API."""
    assert f"flask_corsguard.testing.{name}" in _Reader(built.html / "api.html").anchors


CONFORMANCE: Final = (DOCS / "conformance.md").read_text("utf-8")
TESTS: Final = Path(__file__).parent


def named_on_the_page_of_conformance(pattern: str) -> list[str]:
    """Give what the page of conformance names, once each."""
    found = sorted(set(re.findall(pattern, CONFORMANCE)))
    assert found
    return found


@pytest.mark.parametrize("name", named_on_the_page_of_conformance(r"`(flask_corsguard(?:\.[a-z_]+)+)`"))
def test_every_module_of_the_conformance_page_can_be_imported(name):
    """No row leads to a module that has been moved."""
    assert import_module(name).__name__ == name


@pytest.mark.parametrize("name", named_on_the_page_of_conformance(r"\{test\}`([^`]+)`"))
def test_every_test_of_the_conformance_page_exists(name):
    """No row leans on a test that nobody runs."""
    file, _, function = name.partition("::")
    tree = ast.parse((TESTS / file).read_text("utf-8"))

    assert function in {each.name for each in tree.body if isinstance(each, ast.FunctionDef)}


@pytest.mark.parametrize("name", named_on_the_page_of_conformance(r"\{case\}`([^`]+)`"))
def test_every_case_of_the_conformance_page_is_asked_of_engines(name):
    """No row leans on a case that is not in their table."""
    assert name in {case.id for case in CASES}


def test_no_group_of_cases_is_missing_from_the_conformance_page():
    """What engines are asked has a row that says why."""
    named = set(named_on_the_page_of_conformance(r"\{case\}`([^`]+)`"))

    assert {case.group for case in CASES if case.id in named} == {case.group for case in CASES}


@pytest.mark.parametrize("difference", DIFFERENCES, ids=lambda difference: difference.code)
def test_every_difference_of_engines_is_documented(difference, built):
    """A difference has an anchor, its sentence, and what the standard and each engine say."""
    page = _Reader(built.html / "conformance.html")
    said = (
        difference.sentence,
        difference.standard,
        difference.chromium,
        difference.firefox,
        difference.webkit,
    )

    assert f"difference-{difference.code}" in page.anchors
    assert [words for words in said if words.replace("`", "") not in page.text] == []


def test_no_other_difference_is_documented(built):
    """What is no longer so is gone from the page, too."""
    anchors = _Reader(built.html / "conformance.html").anchors
    documented = {anchor for anchor in anchors if anchor.startswith("difference-")}

    assert documented == {f"difference-{difference.code}" for difference in DIFFERENCES}
