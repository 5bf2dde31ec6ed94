"""``corsguard verify``, against an engine that runs on this machine."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from edge.interpreted import answers_of, served
from flask_corsguard import Policy
from flask_corsguard.cli import verify
from flask_corsguard.cli.verify import command
from flask_corsguard.edge.interpreter import Interpreter
from flask_corsguard.edge.rules import rules_of
from flask_corsguard.edge.source import source_of
from flask_corsguard.edge.wire import Wire

pytestmark = pytest.mark.slow
PATHS = {"/": Policy(origins=["https://app.example"])}
ENGINE = answers_of(Interpreter(rules_of(source_of(PATHS))))


class Named:
    """What the command is about."""

    def __init__(self, found=None):
        self.load_app = lambda: PATHS if found is None else found


def run(*words, found=None, text=None):
    """Run the command."""
    return CliRunner().invoke(command, words, obj=Named(found), input=text)


def ran(answer, *words):
    """Run the command against an engine."""
    with served(answer) as port:
        return run("nginx", f"http://127.0.0.1:{port}", *words)


def test_an_engine_that_answers_rightly_is_good():
    """Exit code 0, and how many requests were equal."""
    result = ran(ENGINE)

    assert result.exit_code == 0
    assert "0 grant too much, 0 too little" in result.output


def test_what_an_engine_is_known_to_refuse_is_counted_with_its_reason():
    """It is not a finding: exit code 0."""

    def answer(head: str) -> bytes:
        if "%zz" in head.partition("\r\n")[0]:
            return b"HTTP/1.1 400 Bad Request\r\nX-CorsGuard: edge\r\nContent-Length: 0\r\n\r\n"
        return ENGINE(head)

    result = ran(answer)

    assert result.exit_code == 0
    assert "begins no escape" in result.output


def test_an_engine_that_grants_too_much_is_found():
    """Exit code 1, with some of the requests that show it."""
    result = ran(lambda head: ENGINE(head).replace(b"https://app.example", b"*"))

    assert result.exit_code == 1
    assert result.output.startswith("A  ")
    assert "more\n" in result.output
    assert " 0 grant too much" not in result.output


@pytest.mark.parametrize("words", [[], ["--json"]])
def test_what_was_found_before_an_engine_went_away_is_reported(words, monkeypatch):
    """Exit code 2, because not all was tried."""
    ask, left = Wire.ask, [100]

    def ask_at_first(*arguments):
        left[0] -= 1
        if left[0] < 0:
            raise ConnectionRefusedError("Connection refused")
        return ask(*arguments)

    monkeypatch.setattr(Wire, "ask", ask_at_first)
    result = ran(lambda head: ENGINE(head).replace(b"https://app.example", b"*"), *words)

    assert result.exit_code == 2
    assert "cannot be reached" in result.stderr
    assert json.loads(result.stdout)["findings"] if words else result.stdout.startswith("A  ")


def test_an_engine_with_cors_alone_may_be_stricter():
    """What it cannot do was accepted; its guard is the application's, so forged requests are not sent."""
    asked = []

    def answer(head: str) -> bytes:
        asked.append(head)
        return ENGINE(head).replace(b"204 Done", b"200 OK").replace(b"Access-Control-Max-Age", b"X-Age")

    with served(answer) as port:
        result = run("traefik", f"http://127.0.0.1:{port}")
    with served(lambda head: ENGINE(head).replace(b"https://app.example", b"*")) as port:
        wrong = run("traefik", f"http://127.0.0.1:{port}")

    assert result.exit_code == 0
    assert wrong.exit_code == 1
    assert asked
    assert not any("Sec-Fetch-Site: same-site" in each for each in asked)


def test_an_engine_that_grants_too_little_is_found():
    """It is the second level."""
    result = ran(lambda head: ENGINE(head).replace(b"204 Done", b"503 Done"))

    assert result.exit_code == 1
    assert result.output.startswith("B  ")


def test_json_has_each_finding():
    """With the request that shows it."""
    result = ran(lambda head: ENGINE(head).replace(b"204 Done", b"503 Done"), "--json")

    told = json.loads(result.output)
    assert result.exit_code == 1
    assert told["requests"] > told["equal"] > 0
    assert {each["level"] for each in told["findings"]} == {"B"}
    assert ["Origin", "https://app.example"] in told["findings"][0]["headers"]
    assert all(count for count in told["known"].values())


def test_nothing_that_would_be_executed_is_sent_unless_it_is_wanted():
    """A POST that has to reach the application is left out."""
    heads = []

    def answer(head):
        heads.append(head)
        return ENGINE(head)

    ran(answer)
    safe = [
        head for head in heads if b"X-Reached" in ENGINE(head) and not head.startswith(("GET", "HEAD", "OPT"))
    ]
    ran(answer, "--writes", "--reached", "X-Reached", "--everything")

    assert safe == []
    assert any(b"X-Reached" in ENGINE(head) for head in heads if head.startswith("POST"))


def test_it_asks_before_requests_leave_the_machine(monkeypatch):
    """No is the default, and --yes is an answer."""
    monkeypatch.setattr(verify, "replay", lambda *_, **__: [])

    assert "Send" in run("nginx", "http://192.0.2.1", text="\n").stderr
    assert run("nginx", "http://192.0.2.1", text="\n").exit_code == 1
    assert run("nginx", "http://192.0.2.1", text="y\n").exit_code == 0
    assert run("nginx", "https://192.0.2.1", "--yes").exit_code == 0
    assert run("nginx", "http://[::1]:8000").exit_code == 0


@pytest.mark.parametrize("url", ["ftp://a", "http://", "http://a/b", "http://a:b", "http://[", "a.example"])
def test_a_url_that_is_not_a_server_is_refused(url):
    """With exit code 2."""
    result = run("nginx", url)

    assert result.exit_code == 2
    assert "is not the URL of a server" in result.stderr


def test_a_missing_server_is_reported():
    """In a sentence."""
    with served(ENGINE) as port:
        pass

    result = run("nginx", f"http://127.0.0.1:{port}")

    assert result.exit_code == 2
    assert "cannot be reached" in result.stderr


def test_a_value_that_is_not_a_source_is_reported():
    """As for an export."""
    result = run("nginx", "http://127.0.0.1:1", found=7)

    assert result.exit_code == 2
    assert "edge.source" in result.stderr
