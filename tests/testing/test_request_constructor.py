"""What a script may ask for, before anything is sent."""

from __future__ import annotations

import json

import pytest

from flask_corsguard.testing import Browser, FetchRefused
from testing.scripted import ALLOWED, API, APP, TRUSTED, answering, page_of

ANY = {"Access-Control-Allow-Methods": "*", "Access-Control-Allow-Headers": "*, authorization", **ALLOWED}


@pytest.fixture
def page():
    """A page of an origin that may send anything."""
    return page_of(answering(ALLOWED, ANY))


def sent(response):
    """The request itself, as it reached the application."""
    return response.exchange[-1]


@pytest.mark.parametrize(
    ("method", "normalized"),
    [
        *(("get", "GET"), ("head", "HEAD"), ("post", "POST"), ("put", "PUT"), ("Delete", "DELETE")),
        *(("options", "OPTIONS"), ("patch", "patch"), ("PATCH", "PATCH"), ("chicken", "chicken")),
    ],
)
def test_six_methods_are_normalized_and_no_other(page, method, normalized):
    """Whoever writes patch in lower case sends it so."""
    assert sent(page.fetch(API, method)).method == normalized


@pytest.mark.parametrize(
    ("arguments", "because"),
    [
        ({"method": "TRACE"}, "a page cannot send the method 'TRACE'"),
        ({"method": "connect"}, "a page cannot send the method 'connect'"),
        ({"method": "G T"}, "a page cannot send the method 'G T'"),
        ({"headers": {"X A": "1"}}, "is not a valid header"),
        ({"headers": {"X-A": "1\r\nX-B: 2"}}, "is not a valid header"),
        ({"headers": {"X-A": "☃"}}, "is not a valid header"),
        ({"data": "x"}, "a GET request cannot have a body"),
        ({"data": "", "method": "HEAD"}, "a HEAD request cannot have a body"),
        ({"mode": "navigate"}, "a page cannot use the mode 'navigate'"),
        ({"mode": "websocket"}, "a page cannot use the mode 'websocket'"),
        ({"mode": "no-cors", "method": "PUT"}, "cannot send the method PUT"),
        ({"cache": "only-if-cached"}, 'requires mode="same-origin"'),
    ],
)
def test_a_request_that_cannot_be_made_is_refused_before_anything_is_sent(page, arguments, because):
    """The step is the constructor of the request."""
    with pytest.raises(FetchRefused) as refused:
        page.fetch(API, **arguments)

    assert refused.value.step == "Request constructor"
    assert because in refused.value.because
    assert refused.value.exchange == ()
    assert not refused.value.sent


@pytest.mark.parametrize("url", ["https://user@api.example/", "https://user:word@api.example/", "https://"])
def test_a_url_with_a_user_or_without_a_host_is_refused(page, url):
    """Passwords in URLs are for the address bar."""
    with pytest.raises(FetchRefused, match="Request constructor"):
        page.fetch(url)


@pytest.mark.parametrize("mode", ["cors", "no-cors", "same-origin"])
@pytest.mark.parametrize("url", ["ftp://api.example/", "data:,x", "file:///etc/passwd", "about:blank"])
def test_only_http_is_fetched(page, url, mode):
    """Whatever the mode."""
    with pytest.raises(FetchRefused) as refused:
        page.fetch(url, mode=mode)

    assert refused.value.exchange == ()


@pytest.mark.parametrize(
    "arguments",
    [
        *({"mode": "any"}, {"credentials": "always"}, {"redirect": "never"}, {"cache": "no"}),
        {"referrer_policy": "none"},
    ],
)
def test_a_mistake_of_the_test_is_no_refusal(page, arguments):
    """It says what there is to choose from."""
    with pytest.raises(ValueError, match="can be"):
        page.fetch(API, **arguments)


def test_json_and_data_are_one_or_the_other(page):
    """There is one body."""
    with pytest.raises(ValueError, match="not both"):
        page.fetch(API, "POST", json={}, data="x")


@pytest.mark.parametrize(
    ("arguments", "body", "content_type"),
    [
        ({"json": {"a": "ü", "b": [1]}}, '{"a":"ü","b":[1]}'.encode(), "application/json"),
        ({"json": 0, "headers": {"content-type": "a/b+json"}}, b"0", "a/b+json"),
        ({"data": "ü"}, "ü".encode(), "text/plain;charset=UTF-8"),
        ({"data": ""}, b"", "text/plain;charset=UTF-8"),
        ({"data": b"x"}, b"x", None),
        (
            {"data": {"a b": "c&d", "*-._": "~ü"}},
            b"a+b=c%26d&*-._=%7E%C3%BC",
            "application/x-www-form-urlencoded;charset=UTF-8",
        ),
        ({"data": "x", "headers": {"Content-Type": "text/csv"}}, b"x", "text/csv"),
        ({}, b"", None),
    ],
)
def test_a_body_has_a_type_of_its_own(page, arguments, body, content_type):
    """Unless the script gives another one."""
    request = sent(page.fetch(API, "POST", **arguments))

    assert request.body == body
    assert request.get("Content-Type") == content_type
    assert request.get("Content-Length") == str(len(body))


def test_only_post_and_put_say_that_there_is_no_body(page):
    """A length of zero is for those who are expected to have one."""
    lengths = [
        sent(page.fetch(API, method)).get("Content-Length") for method in ("GET", "PUT", "DELETE", "POST")
    ]

    assert lengths == [None, "0", None, "0"]


def test_forbidden_headers_are_dropped_without_a_word(page):
    """A page cannot pretend to be another."""
    forbidden = {"Origin": "https://evil.example", "Cookie": "a=b", "Host": "x", "Sec-Fetch-Site": "none"}
    request = sent(page.fetch(API, headers={**forbidden, "X-HTTP-Method": "TRACE", "X-Kept": " 1 "}))

    assert request.origin == APP
    assert request.get("Cookie") is None
    assert request.get("Host") == "api.example"
    assert request.get("Sec-Fetch-Site") == "cross-site"
    assert request.get("X-HTTP-Method") is None
    assert request.get("X-Kept") == "1"


def test_headers_may_be_repeated(page):
    """They are joined on the wire, and named once in the preflight."""
    asked, actual = page.fetch(API, headers=[("X-A", "1"), ("x-a", "2")]).exchange

    assert asked.get("Access-Control-Request-Headers") == "x-a"
    assert actual.get("X-A") == "1, 2"


def test_without_cors_only_what_is_safelisted_is_sent(page):
    """Also if it is too long only when repeated."""
    headers = [
        ("X-A", "1"),
        ("Authorization", "1"),
        ("Range", "bytes=0-3"),
        ("Content-Type", "application/json"),
        ("Accept", "text/html"),
        ("Accept", "x" * 127),
        ("Content-Language", "en"),
    ]
    request = sent(page.fetch(API, "POST", data="x", mode="no-cors", headers=headers))

    assert request.get("X-A") is request.get("Authorization") is request.get("Range") is None
    assert request.get("Content-Type") == "text/plain;charset=UTF-8"
    assert request.get("Accept") == "text/html"
    assert request.get("Content-Language") == "en"


def test_json_is_sent_as_text_without_cors(page):
    """That is why a server must not read JSON out of text/plain."""
    request = sent(page.fetch(API, "POST", json={"a": 1}, mode="no-cors"))

    assert request.get("Content-Type") == "text/plain;charset=UTF-8"
    assert json.loads(request.body) == {"a": 1}


def test_a_browser_says_who_it_is_unless_the_page_does(page):
    """User-Agent is no forbidden header; Accept has a default."""
    plain, told = sent(page.fetch(API)), sent(page.fetch(API, headers={"User-Agent": "me", "Accept": "a/b"}))

    assert plain.get("User-Agent").startswith("Mozilla/5.0 (")
    assert (plain.get("Accept"), plain.get("Accept-Language")) == ("*/*", "en")
    assert (told.get("User-Agent"), told.get("Accept")) == ("me", "a/b")
    assert sent(page.fetch(API, headers={"Accept-Language": "de"})).get("Accept-Language") == "de"


def test_a_relative_url_is_of_the_page():
    """And the answer is its own."""
    response = Browser(answering()).open(f"{APP}/a/b").fetch("../c?d#e")

    assert response.url == f"{APP}/c?d"
    assert response.type == "basic"
    assert str(sent(response)).startswith("> GET /c?d HTTP/1.1\n> Host: app.example\n")


def test_an_xhr_leaves_the_body_of_a_get_out():
    """With fetch that is an error."""
    page = page_of(answering(TRUSTED, {**ANY, **TRUSTED}))

    assert sent(page.xhr(API, data="x")).body == b""
    assert sent(page.xhr(API, "post", data="x")).body == b"x"
    assert sent(page.xhr(API, "PUT", data=b"x", headers={"X-A": "1"})).get("X-A") == "1"


@pytest.mark.parametrize("url", ["https://app.example", "https://app.example/a?b", "http://localhost:5000"])
def test_a_page_is_at_a_url(url):
    """It knows its origin."""
    page = Browser(answering()).open(url)

    assert page.url.startswith(url)
    assert url.startswith(str(page.origin))
    assert page.response is None
    assert repr(page) == f"<Page {page.url}>"


def test_a_sandboxed_page_has_no_origin_to_show():
    """It stands in a frame of a page at its URL."""
    page = Browser(answering()).open(APP, sandboxed=True)

    assert str(page.origin) == "null"
    assert repr(page) == f"<Page {APP}/ (sandboxed)>"


@pytest.mark.parametrize(
    "url", ["app.example", "/x", "ftp://app.example", "about:blank", "file:///x", "data:text/html,x"]
)
def test_what_is_no_page_cannot_be_opened(url):
    """The error shows how to write one."""
    with pytest.raises(ValueError, match=r'write its origin or its URL: "https://app.example"'):
        Browser(answering()).open(url)


def test_a_referrer_policy_has_to_be_one():
    """Or be left to the browser."""
    with pytest.raises(ValueError, match="it can be empty or one of no-referrer,"):
        Browser(answering()).open(APP, referrer_policy="never")


def test_time_goes_forward():
    """Only on the browser's own clock."""
    with pytest.raises(ValueError, match="seconds is -1; it cannot be negative"):
        Browser(answering()).wait(-1)
