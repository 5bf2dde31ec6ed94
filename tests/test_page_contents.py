"""A script of a page runs as JavaScript, and its fetch is one of the page in the model of a browser."""

from __future__ import annotations

import json

import pytest
from flask import Flask, request

from flask_corsguard import CorsGuard
from flask_corsguard.testing import Browser, FetchRefused
from page_contents import Script, ScriptError

ORIGIN = "https://app.example"


@pytest.fixture
def browser():
    """Return a browser and an API that answers with what it was sent."""
    app = Flask(__name__)
    CorsGuard(app, origins=[ORIGIN], methods=["GET", "POST", "PUT"], expose_headers=["X-Total"])

    @app.route("/", methods=["GET", "POST", "PUT"])
    def answer():
        sent = {
            "method": request.method,
            "type": request.content_type,
            "body": request.get_data(as_text=True),
        }
        return sent, {"X-Total": "2", "X-Hidden": "3"}

    return Browser(app)


def test_a_script_waits_for_what_it_awaits_and_stores_its_constants(browser):
    """Constants are read back as JSON, whatever JavaScript has made of them."""
    script = Script(
        """
        const words = ["é", "😀"].map((word) => `${word}!`).concat("x".repeat(2000));
        const answer = await fetch("https://api.example/", {method: "POST", body: words.join(" ")});
        const {body: [first], method} = await answer.json();
        const rest = {status: answer.status, ok: answer.ok, text: await answer.text()};
        """,
        browser.open(ORIGIN),
    )

    assert script["words"] == ["é!", "😀!", "x" * 2000]
    assert script["first"] == "é"
    assert script["method"] == "POST"
    assert script["rest"]["status"] == 200
    assert script["rest"]["ok"] is True
    assert json.loads(script["rest"]["text"])["body"] == f"é! 😀! {'x' * 2000}"
    assert browser.log[-1].get("Content-Type") == "text/plain;charset=UTF-8"


def test_a_script_reads_the_headers_that_the_page_may_read(browser):
    """Names have no case, and what is not exposed is null."""
    script = Script(
        """
        const {headers} = await fetch("https://api.example/");
        const read = [headers.get("x-TOTAL"), headers.get("X-Hidden")];
        """,
        browser.open(ORIGIN),
    )

    assert script["read"] == ["2", None]


def test_a_fetch_that_is_refused_is_a_type_error_that_a_script_may_catch(browser):
    """Scripts learn nothing more, as in browsers."""
    script = Script(
        """
        const caught = await fetch("https://api.example/").catch((error) => error.name);
        """,
        browser.open("https://evil.example"),
    )

    assert script["caught"] == "TypeError"


def test_a_fetch_that_is_refused_and_not_caught_is_what_the_page_raised(browser):
    """The test sees the error of the model of a browser."""
    with pytest.raises(FetchRefused, match="CORS check"):
        Script('await fetch("https://api.example/");', browser.open("https://evil.example"))


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("const a = 1;\nconst b = a.b.c;", r"TypeError: .*\n.*:2:"),
        ("const a = ;", "SyntaxError"),
        ("await new Promise(() => {});", "waits for something that does not happen"),
        ('await fetch("https://api.example/").catch(() => {});\nconst a = nowhere;', "ReferenceError"),
    ],
    ids=["error", "syntax", "no-end", "error-after-a-caught-one"],
)
def test_a_script_that_fails_shows_why(source, message, browser):
    """An error has its line; an earlier one that was caught does not hide it."""
    with pytest.raises(ScriptError, match=message):
        Script(source, browser.open("https://evil.example"))


def test_a_script_gets_events_of_what_it_sends_in_other_ways(browser):
    """A refusal is an error event without a reason, and a beacon that was sent is true."""
    source = """
        const refused = (make) => new Promise((resolve) => {
          const sent = make();
          sent.onerror = () => resolve("error");
          sent.onclose = () => resolve("close");
          sent.onload = sent.onmessage = sent.onopen = () => resolve("data");
        });
        const url = "https://api.example/";
        const kinds = await Promise.all([
          refused(() => new EventSource(url)),
          refused(() => new WebSocket("wss://api.example/")),
          refused(() => {
            const xhr = new XMLHttpRequest();
            xhr.open("GET", url);
            later(() => xhr.send(null));
            return xhr;
          }),
        ]);
        const beacons = [
          navigator.sendBeacon(url, "x"),
          navigator.sendBeacon(url, new Blob(["{}"], {type: "application/json"})),
        ];
    """

    script = Script(source, browser.open("https://evil.example"))

    assert script["kinds"] == ["error", "close", "error"]
    assert script["beacons"] == [True, False]


def test_a_field_that_the_bridge_does_not_know_is_an_error(browser):
    """A script is not run without what it asks for."""
    with pytest.raises(AssertionError, match="keepalive"):
        Script('await fetch("https://api.example/", {keepalive: true});', browser.open(ORIGIN))


def test_a_constant_that_is_not_there_is_an_error(browser):
    """A test cannot ask for what the page no longer has."""
    script = Script("const a = 1;", browser.open(ORIGIN))

    with pytest.raises(Exception, match="b is not defined"):
        script["b"]
