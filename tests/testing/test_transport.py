"""The transport of a request to an application, and of its response."""

from __future__ import annotations

import io
from wsgiref.validate import validator

import pytest
from flask import Flask, request

from flask_corsguard.testing import Browser
from testing.scripted import ANYONE, API, APP, page_of


def environ_of(url, **arguments):
    """Return the environ that an application gets."""
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
    """The path is decoded once, and Host has no default port."""
    environ = environ_of(url)

    assert {name: environ[name] for name in expected} == expected


def test_a_body_has_a_type_and_a_length():
    """They have their own keys in the environ."""
    environ = environ_of(APP, method="POST", data="ü", headers=[("X-A", "1"), ("X-A", "2")])

    assert environ["read"] == "ü".encode()
    assert (environ["CONTENT_TYPE"], environ["CONTENT_LENGTH"]) == ("text/plain;charset=UTF-8", "2")
    assert environ["HTTP_X_A"] == "1, 2"
    assert "HTTP_CONTENT_TYPE" not in environ


@pytest.mark.filterwarnings("ignore:unclosed")
def test_the_environ_is_valid_by_wsgiref():
    """It follows PEP 3333."""

    def app(environ, start_response):
        environ["wsgi.input"].read(3)
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"x"]

    assert Browser(validator(app)).open(APP).fetch(APP, "POST", data="abc").text == "x"


def test_flask_reads_the_environ():
    """It decodes the path and the query of the URL."""
    app = Flask(__name__)
    app.add_url_rule("/<path:name>", view_func=lambda name: f"{name} {request.url}")

    assert Browser(app).open(APP).fetch("/ü/x?y=ü").text == f"ü/x {APP}/ü/x?y=ü"


def answered(app):
    """Return what a page gets from an application at its own origin."""
    response = page_of(app).fetch(APP)
    return response.status, response.text


def test_an_application_can_use_write():
    """The written data comes before the returned data."""

    def app(environ, start_response):
        write = start_response("200 OK", [])
        write(b"a")
        write(b"b")
        return [b"c"]

    assert answered(app) == (200, "abc")


def test_an_application_can_call_start_response_late():
    """It can do so when its first piece is read."""

    def app(environ, start_response):
        yield b""
        start_response("404 Missing", [("X-A", " 1 ")])
        yield b"late"

    response = page_of(app).fetch(APP)

    assert (response.status, response.text, response.headers["X-A"]) == (404, "late", "1")


def test_the_returned_iterable_is_closed():
    """It is closed after an exception, too."""

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
    """Return an application that fails, and sends an error response if it still can."""

    def app(environ, start_response):
        start_response("200 OK", [("X-First", "1")])
        yield after
        try:
            raise ZeroDivisionError("too late")
        except ZeroDivisionError as error:
            start_response("500 Sorry", [], (type(error), error, error.__traceback__))
        yield b"sorry"

    return app


def test_an_application_can_replace_its_status_before_the_first_piece():
    """It must pass exc_info."""
    assert answered(failing()) == (500, "sorry")
    with pytest.raises(ZeroDivisionError, match="too late"):
        answered(failing(after=b"something"))


def test_an_exception_of_the_application_is_not_a_refusal():
    """It reaches the test."""

    def app(environ, start_response):
        raise LookupError("of the application")

    browser = Browser(app)
    with pytest.raises(LookupError, match="of the application"):
        browser.open(APP).fetch(API, "PUT")
    assert browser.log == []


def test_an_application_that_never_calls_start_response_is_an_error():
    """One that calls it twice is, too."""

    def twice(environ, start_response):
        start_response("200 OK", [])
        start_response("200 OK", [])
        return []  # pragma: no cover - it has been stopped

    with pytest.raises(RuntimeError, match="did not call start_response"):
        answered(lambda environ, start_response: [])

    def late(environ, start_response):
        start_response("200 OK", [])(b"a piece")
        start_response("200 OK", [])
        return []  # pragma: no cover - it has been stopped

    with pytest.raises(RuntimeError, match="a second time without exc_info"):
        answered(late)
    with pytest.raises(RuntimeError, match="a second time without exc_info"):
        answered(twice)


def test_the_environ_contains_what_pep_3333_requires():
    """Exactly this, beside the headers of the request."""
    environ = environ_of(f"{API}/x?y")
    plain = {
        key: value for key, value in environ.items() if not key.startswith(("HTTP_", "flask_corsguard."))
    }

    assert plain.pop("wsgi.input") is not None
    assert plain.pop("wsgi.errors") is not None
    assert plain == {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/x",
        "QUERY_STRING": "y",
        "REQUEST_URI": "/x?y",
        "RAW_URI": "/x?y",
        "SERVER_NAME": "api.example",
        "SERVER_PORT": "443",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "https",
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "read": b"",
    }


def test_a_response_may_start_again_although_there_is_no_exception():
    """``sys.exc_info()`` has three times ``None`` outside of a handler."""

    def app(environ, start_response):
        start_response("200 OK", [])(b"a piece")
        start_response("500 Oops", [], (None, None, None))
        return []

    assert answered(app)[0] == 500
