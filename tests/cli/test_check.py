"""``check`` checks a server of one's own, within bounds, and asks before it leaves this computer."""

from __future__ import annotations

import json
import re
import socket

import pytest
from click.testing import CliRunner

from explanations.small_servers import Server, serving
from flask_corsguard import CorsMiddleware, Policy, Request, asgi, decide
from flask_corsguard.cli.check import command
from flask_corsguard.explanations.wire import Server as Wired
from flask_corsguard.explanations.wire import Unreachable
from flask_corsguard.probes.catalogue import FINDINGS
from flask_corsguard.probes.session import Session
from pages import DOCS, blocks_of

PAGE = "https://app.example"


class Named:
    """What ``corsguard --app`` puts into the context."""

    spec = "shop:app"

    def __init__(self, application):
        self._application = application

    def load_app(self):
        """Return the application."""
        return self._application


def run(*arguments, stdin=None, app=None):
    """Run the command, without waiting between requests."""
    return CliRunner().invoke(
        command, ["--rate", "1000000", *arguments], input=stdin, obj=None if app is None else Named(app)
    )


@pytest.fixture
def bare():
    """Serve something that knows nothing of CORS."""
    with serving(Server(lambda *_: (200, [], b"x"))) as server:
        yield server


@pytest.fixture
def reflecting():
    """Serve something that allows every origin."""

    def answer(method, path, headers):
        origin = dict(headers).get("Origin", "*")
        return 200, [("Access-Control-Allow-Origin", origin), ("Vary", "Origin")], b"x"

    with serving(Server(answer)) as server:
        yield server


def test_findings_have_a_code_a_sentence_a_hint_and_a_curl_line(reflecting):
    """The exit code is 1."""
    result = run("--origin", PAGE, f"{reflecting.url}/")

    text = " ".join(result.output.split())
    assert result.exit_code == 1
    assert "origin.reflected The answer allows https://stranger.example" in text
    assert FINDINGS["origin.reflected"].hint in text
    assert "    curl -si -H 'Origin: https://stranger.example'" in result.output
    assert "found, with" in result.output


def test_json_has_stable_keys(reflecting):
    """For programs."""
    findings = json.loads(run("--origin", PAGE, reflecting.url, "--json").output)

    assert all(list(each) == ["code", "sentence", "hint", "curl"] for each in findings)
    assert findings[0]["code"] == "origin.reflected"


def test_without_an_origin_strangers_alone_are_asked_for(bare):
    """The output mentions it."""
    result = run(bare.url)

    assert result.exit_code == 0
    assert "Nothing was found" in result.output
    assert "--origin names one" in " ".join(result.output.split())


@pytest.mark.parametrize("origin", ["https://*.app.example", "http://localhost:*", "*"])
def test_of_a_pattern_one_origin_is_asked_for(bare, origin):
    """It is not allowed here."""
    result = run("--origin", origin, bare.url)

    assert "origin.not-allowed" in result.output


def test_the_origins_are_those_of_the_application(bare):
    """Of the policy that it has for the URL."""
    app = CorsMiddleware(lambda environ, start_response: [], {"/names": Policy(origins=[PAGE])})

    result = run(f"{bare.url}/names", app=app)

    assert f"The answer does not allow {PAGE}. It has status 200." in result.output
    assert "No origin that ought to be allowed is known" in " ".join(run(bare.url, app=app).output.split())


@pytest.mark.parametrize(
    ("app", "message"),
    [
        (lambda environ, start_response: [], "The application has no policy"),
        (asgi.CorsMiddleware(lambda scope, receive, send: None, lambda scope: None), "a callable of ASGI"),
    ],
)
def test_an_application_without_such_an_origin_is_an_error_in_one_sentence(bare, app, message):
    """The exit code is 2."""
    result = run(bare.url, app=app)

    assert result.exit_code == 2
    assert message in result.stderr


def test_a_redirect_is_reported():
    """The URL that it leads to is the one to check."""
    with serving(Server(lambda *_: (301, [("Location", "https://api.example/")], b""))) as server:
        result = run("--origin", PAGE, server.url)

    assert "It has status 301, and leads to https://api.example/." in " ".join(result.output.split())


def test_the_limit_is_reported(bare):
    """There may be more to find."""
    result = run("--limit", "3", bare.url)

    assert result.exit_code == 0
    assert "The limit was reached" in result.output
    assert len(bare.asked) == 3


def test_what_was_found_before_a_server_went_away_is_reported(reflecting, monkeypatch):
    """Exit code 2, because not all was tried."""
    ask = Session.ask

    def ask_at_first(session, *origins, **options):
        if session.sent >= 10:
            raise Unreachable("The server does not answer.")
        return ask(session, *origins, **options)

    monkeypatch.setattr(Session, "ask", ask_at_first)
    result = run("--origin", PAGE, reflecting.url, "--json")

    assert result.exit_code == 2
    assert "The server does not answer." in result.stderr
    assert json.loads(result.stdout)[0]["code"] == "origin.reflected"


def test_a_check_that_is_not_whole_is_reported_beside_json(bare, reflecting):
    """An empty list would look like one of a server without findings; that of a whole check is alone."""
    stopped = run("--limit", "3", "--json", bare.url)
    about_strangers = run("--json", bare.url)
    whole = run("--origin", PAGE, "--json", bare.url)

    assert (stopped.stdout, about_strangers.stdout) == ("[]\n", "[]\n")
    assert "The limit was reached" in stopped.stderr
    assert "No origin that ought to be allowed is known" in " ".join(about_strangers.stderr.split())
    assert whole.stderr == ""


WRONG = [
    (("ftp://a.example/",), "is not an http or https URL"),
    (("--origin", "https://app.example/", "http://127.0.0.1:9"), "origin.trailing-slash"),
]


@pytest.mark.parametrize(("arguments", "message"), WRONG)
def test_a_wrong_use_is_reported(arguments, message):
    """The exit code is 2."""
    result = run(*arguments)

    assert result.exit_code == 2
    assert message in result.stderr or "slash" in result.stderr


def test_a_server_that_is_not_there_is_reported():
    """In a sentence each."""
    with serving(Server(lambda *_: (200, [], b""))) as server:
        pass

    closed, unknown = run(server.url), run("http://nothing.invalid")

    assert (closed.exit_code, unknown.exit_code) == (2, 2)
    assert closed.stderr.startswith("Error: There is no connection to http://127.0.0.1:")
    assert unknown.stderr.startswith("Error: There is no host named nothing.invalid")


@pytest.fixture
def elsewhere(monkeypatch):
    """Have the resolver return the address of another computer for a name."""
    resolve_here = socket.getaddrinfo

    def resolve(host, port, *others, **more):
        if host == "api.example":
            return [(2, 1, 6, "", ("192.0.2.7", port))]
        return resolve_here(host, port, *others, **more)

    monkeypatch.setattr("flask_corsguard.cli.check.socket.getaddrinfo", resolve)


def test_it_asks_before_it_leaves_this_computer(elsewhere):
    """And shows what it would send; without an answer nothing is sent."""
    result = run("http://api.example/", stdin="n\n")

    text = " ".join(result.stderr.split())
    assert result.exit_code != 0
    assert "This sends up to 100 requests to http://api.example (192.0.2.7)" in text
    assert "GET, HEAD, OPTIONS and PROPFIND of this URL" in text
    assert "Send them? [y/N]" in text


def test_it_goes_on_if_it_may(elsewhere, bare, monkeypatch):
    """With ``--yes`` there is no question."""
    monkeypatch.setattr(
        "flask_corsguard.cli.check.Server", lambda *_: Wired("http", "127.0.0.1", bare.server_port)
    )

    asked, not_asked = run("http://api.example/", stdin="y\n"), run("--yes", "http://api.example/")

    assert (asked.exit_code, not_asked.exit_code) == (0, 0)
    assert "Send them?" not in not_asked.stderr


def test_the_page_of_the_documentation_shows_what_a_check_writes():
    """With the address and the fresh query of the page."""
    policy = Policy(origins=[PAGE])

    def answer(method, path, headers):
        decision = decide(policy, Request.from_headers(method, headers))
        kept = [pair for pair in decision.headers if pair[0] != "Vary"]
        return decision.status or 200, kept, b"" if decision.status == 204 else b"x"

    (shown,) = [
        block.lexemes["source"]
        for block in blocks_of((DOCS / "check.md").read_text("utf-8"), "console")
        if "$ corsguard check --origin" in block.lexemes["source"]
    ]
    first, _, rest = shown.partition("\n")
    with serving(Server(answer)) as server:
        result = run("--origin", PAGE, f"{server.url}/names")

    assert first == f"$ corsguard check --origin {PAGE} http://localhost:8000/names"
    written = re.sub(r"corsguard=[0-9a-f]+", "corsguard=1", result.output)
    assert written.replace(server.url, "http://localhost:8000").rstrip() == rest.rstrip()
