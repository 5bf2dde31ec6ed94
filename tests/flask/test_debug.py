"""Errors in debug mode: a page of an allowed origin reads what was raised, and nobody the debugger's secret.

The debugger's page can run code for anyone who knows its secret. It comes from outside of our layer, so
it has no header of CORS, and an allowed page gets another answer.
"""

from __future__ import annotations

import logging
import os
import re
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
from flask import Flask, got_request_exception
from werkzeug.debug import DebuggedApplication

from cases import EVIL, VARY, A, allow
from flask_corsguard import CorsGuard, Policy
from harness import assert_headers_exactly, call, cors_headers, preflight, raw_exchange

#: Seconds after which a server that has not answered is ended; nothing waits for them otherwise.
PATIENCE = 120

PROGRAM = """\
from flask import Flask, request
from flask_corsguard import CorsGuard

app = Flask(__name__)
CorsGuard(app, origins=["https://app.example"])


@app.get("/raise/<name>")
def fail(name):
    raise LookupError(f"nothing is called {name}")


@app.get("/stream")
def stream():
    def chunks():
        yield "the first chunk"
        raise LookupError("in the middle")

    return chunks()


@app.post("/handler")
def handler():
    raise ZeroDivisionError


@app.errorhandler(ZeroDivisionError)
def handle(error):
    raise LookupError("in a handler")


@app.after_request
def after(response):
    if request.path == "/after":
        raise LookupError("in a hook")
    return response
"""


class Development(NamedTuple):
    """A development server that runs."""

    port: int
    process: subprocess.Popen[str]
    log: list[str]

    def ask(self, line: str, origin: str | None = None, **headers: str):
        """Send a request; give the status, the headers and the body."""
        lines = "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in headers.items())
        lines += f"Origin: {origin}\n" if origin else ""
        status, answered, body = raw_exchange(
            self.port, f"{line} HTTP/1.1\nHost: localhost\n{lines}Connection: close\n\n"
        )
        return int(status.split()[1]), answered, body.decode()


@contextmanager
def development(place: Path, *arguments: str):
    """Run ``flask run --debug`` on a free port until it is not needed any more."""
    (place / "program.py").write_text(PROGRAM)
    environment = {key: value for key, value in os.environ.items() if not key.startswith("WERKZEUG_")}
    command = [sys.executable, "-u", "-m", "flask", "--app", "program", "run", "--debug", "--port", "0"]
    # A group of its own, because the reloader runs the application in a second process.
    process = subprocess.Popen(
        [*command, *arguments],
        cwd=place,
        env=environment,
        text=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    # Only until it listens: after that, tests may need the server for longer.
    watchdog = threading.Timer(PATIENCE, lambda: os.killpg(process.pid, signal.SIGKILL))
    watchdog.start()
    log: list[str] = []
    reader = threading.Thread(target=lambda: log.extend(process.stderr))
    try:
        port = _port_of(process, log)
        watchdog.cancel()
        yield Development(port, process, _reading(reader, log))
    finally:
        watchdog.cancel()
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(PATIENCE)
        if reader.ident is not None:
            reader.join(PATIENCE)
        process.stderr.close()


def _port_of(process, log):
    for line in process.stderr:
        log.append(line)
        if match := re.search(r"Running on http://127\.0\.0\.1:(\d+)", line):
            return int(match[1])
    pytest.fail("".join(log))


def _reading(reader, log):
    # So that the server never waits for somebody to read what it logs.
    reader.start()
    return log


def ended(place: Path, *requests, arguments=("--no-reload",)):
    """Send each of *requests* to a server of its own; give the answers and the whole log."""
    with development(place, *arguments) as server:
        answers = [server.ask(*request) for request in requests]
    return answers, "".join(server.log)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Run one server for the tests that do not read its log."""
    with development(tmp_path_factory.mktemp("debug"), "--no-reload") as server:
        yield server


def secret_of(server):
    """Return the secret of the debugger, from a page of the application's own origin."""
    _, _, page = server.ask("GET /raise/secret")
    return re.search(r'SECRET = "([^"]+)"', page)[1]


@pytest.mark.slow
@pytest.mark.parametrize("arguments", [["--no-reload"], ["--reload"]], ids=["alone", "with the reloader"])
def test_a_page_that_is_allowed_reads_which_exception_it_was(arguments, tmp_path):
    """Over a socket, as text, with its headers; the traceback is in the log, once."""
    ((status, headers, body),), log = ended(tmp_path, ("GET /raise/it", A), arguments=arguments)

    assert (status, body) == (500, "LookupError: nothing is called it\n")
    assert dict(headers)["Content-Type"] == "text/plain; charset=utf-8"
    assert_headers_exactly(headers, [allow(A), VARY])
    assert log.count("Traceback (most recent call last)") == 1
    assert log.count("LookupError: nothing is called it") == 1


@pytest.mark.slow
@pytest.mark.parametrize("origin", [None, EVIL, "null"])
def test_everybody_else_gets_the_debugger_as_before(origin, tmp_path):
    """Its page has no header of CORS, so that no script of another origin can read it; logged once."""
    ((status, headers, body),), log = ended(tmp_path, ("GET /raise/it", origin))

    assert status == 500
    assert "SECRET = " in body
    assert "Werkzeug Debugger" in body
    assert cors_headers(headers) == []
    assert log.count("Traceback (most recent call last)") == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("line", "text"),
    [("POST /handler", "in a handler"), ("GET /after", "in a hook")],
    ids=["an error handler", "a hook"],
)
def test_it_does_not_matter_where_it_was_raised(line, text, server):
    """A handler of errors and a hook after the request raise into the debugger as a view does."""
    status, headers, body = server.ask(line, A)

    assert (status, body) == (500, f"LookupError: {text}\n")
    assert_headers_exactly(headers, [allow(A), VARY])


@pytest.mark.slow
def test_a_stream_that_breaks_off_shows_its_beginning_and_no_debugger(server):
    """The headers have been sent by then, and the secret does not follow them."""
    secret = secret_of(server)

    status, headers, body = server.ask("GET /stream", A)

    assert status == 200
    assert_headers_exactly(headers, [allow(A), VARY])
    assert "the first chunk" in body
    assert secret not in body
    assert "Werkzeug Debugger" not in body


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/console", "/?__debugger__=yes&cmd=resource&f=debugger.js"])
@pytest.mark.parametrize("origin", [A, EVIL])
def test_what_the_debugger_serves_itself_never_crosses_origins(path, origin, server):
    """Its console and its scripts come from outside of the policy, and have no header of it."""
    _, headers, _ = server.ask(f"GET {path}", origin)

    assert cors_headers(headers) == []


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/raise/x", "/missing", "/raise/x?__debugger__=yes", "/after"])
def test_no_answer_that_a_page_can_read_contains_the_secret(path, server):
    """Whatever an allowed page asks for."""
    secret = secret_of(server)

    _, headers, body = server.ask(f"GET {path}", A)

    assert ("Access-Control-Allow-Origin", A) in headers
    assert secret not in body
    assert "SECRET" not in body


@pytest.mark.slow
def test_a_preflight_of_what_will_fail_is_answered(server):
    """The page can send its request, and read what is wrong with it."""
    status, headers, _ = server.ask("OPTIONS /raise/x", A, Access_Control_Request_Method="GET")

    assert status == 204
    assert ("Access-Control-Allow-Origin", A) in headers


@pytest.mark.slow
def test_no_body_follows_the_head_of_an_error(server):
    """The answer to ``HEAD`` has the length that it would have."""
    status, headers, body = server.ask("HEAD /raise/it", A)

    assert (status, body) == (500, "")
    assert dict(headers)["Content-Length"] == str(len("LookupError: nothing is called it\n"))


def failing_app(error=None, **config):
    """Make an application that raises."""
    app = Flask(__name__)
    app.config.update(config)
    CorsGuard(app, origins=[A])

    @app.get("/")
    def fail():
        raise error or LookupError("it")

    return app


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize("headers", [{}, {"Origin": EVIL}, {"Origin": A}], ids=["none", "refused", "allowed"])
def test_under_test_the_exception_itself_comes_out(debug, headers, caplog):
    """In ``testing`` nothing is answered in its place, and nothing is logged of it by us."""
    error = LookupError("it")
    app = failing_app(error, TESTING=True, DEBUG=debug)

    with pytest.raises(LookupError) as caught:
        call(app, headers=headers)

    assert caught.value is error
    assert [record for record in caplog.records if record.name == "flask_corsguard"] == []


@pytest.mark.parametrize("headers", [{}, {"Origin": EVIL}, {"Origin": "null"}, {"Origin": f"{A}, {A}"}])
def test_for_a_page_that_may_not_read_the_exception_is_unchanged(headers, caplog):
    """What is around the application makes of it what it would without us."""
    error = LookupError("it")

    with pytest.raises(LookupError) as caught:
        call(failing_app(error, DEBUG=True), headers=headers)

    assert caught.value is error
    assert caplog.records == []


def test_under_a_policy_for_everyone_only_a_page_is_answered():
    """The developer's own address bar, which sends no origin, gets the debugger."""
    app = failing_app(DEBUG=True)
    app.extensions["corsguard"].policy = Policy(origins="*")

    assert call(app, headers={"Origin": EVIL}).body == b"LookupError: it\n"
    with pytest.raises(LookupError):
        call(app)


# Werkzeug 3.0 reads an attribute of tracebacks that Python 3.13 deprecates.
@pytest.mark.filterwarnings("ignore:Deprecated in 3.13:DeprecationWarning")
def test_the_debugger_around_the_application_shows_nothing_to_an_allowed_page():
    """It is not even asked."""
    around = DebuggedApplication(failing_app(DEBUG=True), evalex=True)

    allowed, own = call(around, headers={"Origin": A}), call(around)

    assert allowed.body == b"LookupError: it\n"
    assert around.secret.encode() in own.body
    assert own.cors == []


def test_a_listener_for_exceptions_gets_it_once():
    """Flask's signal is sent whether or not it is answered."""
    app, heard = failing_app(DEBUG=True), []

    def listen(sender, exception):
        heard.append(exception)

    with got_request_exception.connected_to(listen, app):
        call(app, headers={"Origin": A})

    assert [str(error) for error in heard] == ["it"]


class UnprintableError(Exception):
    """An exception whose ``str()`` fails."""

    def __str__(self):
        raise RuntimeError


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (UnprintableError(), b"UnprintableError: <"),
        (LookupError("caf\xe9 \udcff"), b"LookupError: caf\xc3\xa9 \\udcff\n"),
        (LookupError("a\r\nSet-Cookie: b"), b"LookupError: a\r\nSet-Cookie: b\n"),
    ],
    ids=["no text", "a name that is not Unicode", "lines"],
)
def test_an_exception_is_named_whatever_its_text_is(error, words, caplog):
    """Its text is the application's, and goes into the body and nowhere else."""
    # A parallel run sends what is logged to another process as UTF-8, which has no form for a surrogate.
    caplog.set_level(logging.CRITICAL, logger="flask_corsguard")

    result = call(failing_app(error, DEBUG=True), headers={"Origin": A})

    assert result.code == 500
    assert words in result.body
    assert_headers_exactly(result.headers, [allow(A), VARY])


def test_outside_of_debug_nobody_learns_what_was_raised():
    """The answer is Flask's own page, with the headers for an allowed origin."""
    app = failing_app()

    for origin, expected in [(A, [allow(A), VARY]), (EVIL, [VARY])]:
        result = call(app, headers={"Origin": origin})
        assert result.code == 500
        assert b"LookupError" not in result.body
        assert_headers_exactly(result.headers, expected)


def test_what_is_to_propagate_does_so_outside_of_debug():
    """``PROPAGATE_EXCEPTIONS`` hands it to a layer around the application, which may want to report it."""
    with pytest.raises(LookupError):
        call(failing_app(PROPAGATE_EXCEPTIONS=True), headers={"Origin": A})


def test_what_is_not_to_propagate_is_flasks_in_debug_too():
    """Then no debugger is asked, and Flask's page carries the headers."""
    result = call(failing_app(PROPAGATE_EXCEPTIONS=False, DEBUG=True), headers={"Origin": A})

    assert result.code == 500
    assert b"Internal Server Error" in result.body
    assert_headers_exactly(result.headers, [allow(A), VARY])


def test_in_debug_the_answer_to_a_refused_preflight_has_the_reason():
    """In the text, for the network panel of a browser; no header contains it."""
    app = failing_app(DEBUG=True)

    refused = preflight(app, EVIL)

    assert refused.code == 403
    assert b"https://app.example" in refused.body
    assert refused.get("Access-Control-Allow-Origin") is None
