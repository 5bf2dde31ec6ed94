"""From a request to an application and back."""

from __future__ import annotations

import io
from wsgiref.validate import validator

import pytest
from flask import Flask, request

from flask_corsguard.testing import Browser
from testing.scripted import ANYONE, API, APP, page_of


def environ_of(url, **arguments):
    """Give the environ that an application gets."""
    seen = []

    def app(environ, start_response):
        seen.append({**environ, "read": environ["wsgi.input"].read()})
        start_response("200 OK", [*ANYONE.items()])
        return []

    Browser(app).open(url).fetch(url, **arguments)
    return seen[0]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            f"{API}/a%2Fb/%C3%BC?c=%20d",
            {
                "wsgi.url_scheme": "https",
                "HTTP_HOST": "api.example",
                "SERVER_NAME": "api.example",
                "SERVER_PORT": "443",
                "PATH_INFO": "/a/b/Ã¼",
                "QUERY_STRING": "c=%20d",
                "REQUEST_URI": "/a%2Fb/%C3%BC?c=%20d",
                "SCRIPT_NAME": "",
            },
        ),
        (
            "http://127.0.0.1:5000",
            {
                "wsgi.url_scheme": "http",
                "HTTP_HOST": "127.0.0.1:5000",
                "SERVER_PORT": "5000",
                "PATH_INFO": "/",
                "QUERY_STRING": "",
                "RAW_URI": "/",
            },
        ),
        ("http://app.example", {"SERVER_PORT": "80", "HTTP_HOST": "app.example", "REMOTE_ADDR": "127.0.0.1"}),
    ],
)
def test_the_environ_is_that_of_a_server(url, expected):
    """The path is decoded once; default ports are not in Host."""
    environ = environ_of(url)

    assert {name: environ[name] for name in expected} == expected


def test_a_body_has_a_type_and_a_length():
    """They have names of their own in the environ."""
    environ = environ_of(APP, method="POST", data="ü", headers=[("X-A", "1"), ("X-A", "2")])

    assert environ["read"] == "ü".encode()
    assert (environ["CONTENT_TYPE"], environ["CONTENT_LENGTH"]) == ("text/plain;charset=UTF-8", "2")
    assert environ["HTTP_X_A"] == "1, 2"
    assert "HTTP_CONTENT_TYPE" not in environ


@pytest.mark.filterwarnings("ignore:unclosed")
def test_it_is_valid_by_the_judge_of_the_standard_library():
    """Nothing that PEP 3333 wants is missing."""

    def app(environ, start_response):
        environ["wsgi.input"].read(3)
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"x"]

    assert Browser(validator(app)).open(APP).fetch(APP, "POST", data="abc").text == "x"


def test_flask_understands_it():
    """It can be asked for whatever it is."""
    app = Flask(__name__)
    app.add_url_rule("/<path:name>", view_func=lambda name: f"{name} {request.url}")

    assert Browser(app).open(APP).fetch("/ü/x?y=ü").text == f"ü/x {APP}/ü/x?y=ü"


def answered(app):
    """Give what a page gets of an application at its own origin."""
    response = page_of(app).fetch(APP)
    return response.status, response.text


def test_an_application_may_write():
    """What it wrote comes before what it returns."""

    def app(environ, start_response):
        write = start_response("200 OK", [])
        write(b"a")
        write(b"b")
        return [b"c"]

    assert answered(app) == (200, "abc")


def test_an_application_may_start_late():
    """When its first piece is asked for."""

    def app(environ, start_response):
        yield b""
        start_response("404 Missing", [("X-A", " 1 ")])
        yield b"late"

    response = page_of(app).fetch(APP)

    assert (response.status, response.text, response.headers["X-A"]) == (404, "late", "1")


def test_what_is_returned_is_closed():
    """Also if it breaks in the middle."""

    class Body(io.BytesIO):
        def __next__(self):
            raise ZeroDivisionError("in the middle")

    body = Body()

    def app(environ, start_response):
        start_response("200 OK", [])
        return body

    with pytest.raises(ZeroDivisionError, match="in the middle"):
        answered(app)
    assert body.closed


def failing(*, after=b""):
    """Give an application that fails, and answers with an error if it still can."""

    def app(environ, start_response):
        start_response("200 OK", [("X-First", "1")])
        yield after
        try:
            raise ZeroDivisionError("too late")
        except ZeroDivisionError as error:
            start_response("500 Sorry", [], (type(error), error, error.__traceback__))
        yield b"sorry"

    return app


def test_an_application_may_think_again_until_it_has_said_something():
    """With the exception that made it."""
    assert answered(failing()) == (500, "sorry")
    with pytest.raises(ZeroDivisionError, match="too late"):
        answered(failing(after=b"something"))


def test_an_exception_of_the_application_is_one_of_the_test():
    """It is no answer, and no refusal."""

    def app(environ, start_response):
        raise LookupError("of the application")

    browser = Browser(app)
    with pytest.raises(LookupError, match="of the application"):
        browser.open(APP).fetch(API, "PUT")
    assert browser.log == []


def test_an_application_that_does_not_answer_is_broken():
    """As is one that answers twice."""

    def twice(environ, start_response):
        start_response("200 OK", [])
        start_response("200 OK", [])
        return []  # pragma: no cover - it has been stopped

    with pytest.raises(RuntimeError, match="did not call start_response"):
        answered(lambda environ, start_response: [])
    with pytest.raises(RuntimeError, match="a second time without exc_info"):
        answered(twice)
