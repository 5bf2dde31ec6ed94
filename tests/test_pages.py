"""The examples of README and documentation do what the page shows, and an example that does not is found."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest

from flask_corsguard import SAME_ORIGIN, cors_refused
from flask_corsguard.inventories.words import fields_of
from pages import PAGES, Records, blocks_of, run


@pytest.fixture
def logged() -> Iterator[Records]:
    """Return what is logged; afterwards no logger and no signal remembers the page."""
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


@pytest.fixture
def run_text(tmp_path, logged):
    """Run a page with that text."""

    def run_text(text: str) -> None:
        path = tmp_path / "page.md"
        path.write_text(text, "utf-8")
        run(path, logged)

    return run_text


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_every_example_of_a_page_does_what_the_page_shows(path, logged, tmp_path, monkeypatch):
    """No example is out of date, and none has a language that nothing checks."""
    # Where an example may leave a file.
    monkeypatch.chdir(tmp_path)

    run(path, logged)


RAISED = "<!-- raised -->\n```text\nZeroDivisionError: division by zero\n```"
LOG = "import logging\nlogging.getLogger('flask_corsguard').error('y')"


@pytest.mark.parametrize(
    ("page", "error", "message"),
    [
        ("```python\n1 / 0\n```", ZeroDivisionError, ""),
        ("```pycon\n>>> 1 + 1\n3\n```", AssertionError, "- 3\n    + 2"),
        ("```ruby\nputs 1\n```", AssertionError, "line 1, column 1: no rule for blocks of 'ruby'"),
        ("```\nputs 1\n```", AssertionError, "no rule for blocks of ''"),
        ("```python\nprint(1)\n```\n<!-- printed -->\n```text\n2\n```", AssertionError, "printed is:\n1"),
        (
            "```python\n1 / 0\n```\n<!-- raised -->\n```text\nValueError\n```",
            AssertionError,
            "raised is:\nZeroDivisionError: division by zero",
        ),
        (
            "```python\npass\n```\n<!-- raised -->\n```text\nValueError\n```",
            AssertionError,
            "nothing is raised",
        ),
        (
            f"```python\n1 / 0\n```\nIt raises:\n{RAISED}",
            ZeroDivisionError,
            "",
        ),
        (
            f"```python\n{LOG}\n```\n<!-- logged -->\n```text\nERROR flask_corsguard: x\n```",
            AssertionError,
            "logged is:\nERROR flask_corsguard: y",
        ),
        (
            f"```python\n{LOG}\n```\n```python\n```\n<!-- logged -->\n```text\nERROR flask_corsguard: y\n```",
            AssertionError,
            "logged is:\n",
        ),
        ("```python\na = 1\n```\n<!-- fresh -->\n```python\na\n```", NameError, "'a' is not defined"),
        ("```python\npass", AssertionError, "the block does not end"),
        (
            f"```python\n1 / 0\n```\n{RAISED}\n```python\n```\nIt raises:\n{RAISED}",
            AssertionError,
            "raised is:\n",
        ),
    ],
    ids=[
        "an-exception",
        "another-result",
        "an-unknown-language",
        "no-language",
        "another-output",
        "another-exception",
        "no-exception",
        "an-exception-that-is-not-directly-before",
        "another-log",
        "the-log-of-an-earlier-block",
        "a-name-from-before",
        "no-end",
        "the-exception-of-an-earlier-block",
    ],
)
def test_an_example_that_does_not_do_what_the_page_shows_is_found(page, error, message, run_text):
    """Each rule can be broken, and the failure shows what is wrong."""
    with pytest.raises(error) as raised:
        run_text(page)

    assert message in str(raised.value)


@pytest.mark.parametrize(
    "page",
    [
        "```python\na = 1\n```\n\n```pycon\n>>> a + 1\n2\n>>> b = 3\n```\n```python\na, b\n```",
        "```python\nprint(1)\n```\nIt prints:\n\n<!-- printed -->\n\n```text\n1\n```",
        f"```python\n1 / 0\n```\n\n{RAISED}",
        f"```python\n{LOG}\n```\n<!-- logged -->\n```text\nERROR flask_corsguard: y\n```",
        "```text\nanything\n```\n```nginx\nlisten 80;\n```\n```{list-table}\n* - a\n```",
        "1. a\n\n   ```python\n   if 1:\n       print()\n   ```\n   <!-- printed -->\n   ```text\n   ```",
    ],
    ids=["names", "printed", "raised", "logged", "shown-only", "indented"],
)
def test_an_example_that_does_what_the_page_shows_passes(page, run_text):
    """Blocks share their names, and a text is compared only where a comment before it requires it."""
    run_text(page)


COMMANDS = """\
<!-- file: shop.py -->
```python
from flask import Flask
from flask_corsguard import CorsGuard
app = Flask(__name__, static_folder=None)
CorsGuard(app)
```
<!-- run -->
```console
$ flask --app shop cors routes --json
[
{"rule": "/", "method": "*", "endpoint": null, "host": "", "source": "application", "where": "WHERE", POLICY}
]
$ corsguard --app other routes
Error: There is no module 'other' here. Write --app module:object, or --app module:factory.
$ echo $?
2
```
"""


def test_commands_write_what_is_below_them(run_text, tmp_path, monkeypatch):
    """About an application that the page has written to a file; what they import is forgotten."""
    monkeypatch.chdir(tmp_path)
    policy = json.dumps({"policy": fields_of(SAME_ORIGIN)})[1:-1]
    where = str(tmp_path / "shop.py:4")
    page = COMMANDS.replace("POLICY", policy).replace("WHERE", where)

    run_text(page)
    run_text(page)
    with pytest.raises(AssertionError, match=r"(?s)written is:.*\n2$"):
        run_text(page.replace("$?\n2", "$?\n3"))


def test_a_traceback_leads_to_the_line_of_the_page(run_text):
    """The failure leads to the example."""
    with pytest.raises(ZeroDivisionError) as raised:
        run_text("# Title\n\n```python\na = 1\n1 / 0\n```\n")

    assert raised.traceback[-1].path.name == "page.md"
    assert raised.traceback[-1].lineno + 1 == 5


APPLICATION = """\
```python
def app(environ, start_response):
    start_response("200 OK", [("Vary", "Origin"), ("X-A", "1"), ("Access-Control-Allow-Origin", "*")])
    return [environ["HTTP_HOST"].encode(), environ["wsgi.input"].read()]
```
"""


def exchange(response: str) -> str:
    """Return a page on which an application answers with *response*."""
    request = "POST / HTTP/1.1\nHost: a.example\nContent-Length: 2\n\nhi"
    return f"{APPLICATION}\n```http\n{request}\n\n{response}\n```\n"


def test_an_exchange_may_leave_out_headers_that_are_not_of_cors(run_text):
    """A page shows what it is about."""
    run_text(
        exchange("HTTP/1.1 200 OK\nVary: Origin\nAccess-Control-Allow-Origin: *\n\na.examplehi"),
    )


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
def test_an_exchange_that_does_not_take_place_is_found(response, run_text):
    """Status, headers and body are those that are shown, and no CORS header is left out."""
    with pytest.raises(AssertionError, match="the response is "):
        run_text(exchange(response))


def test_blocks_are_found_by_their_language():
    """Without a language all blocks are returned, in order."""
    page = "```python\na\n```\nText\n~~~text\nb\n~~~\n```python\nc\n```\n"

    assert [block.lexemes["source"] for block in blocks_of(page)] == ["a\n", "b\n", "c\n"]
    assert [block.lexemes["source"] for block in blocks_of(page, "python")] == ["a\n", "c\n"]
