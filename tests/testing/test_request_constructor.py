"""The arguments of a script, before anything is sent."""

from __future__ import annotations

import json

import pytest

from flask_corsguard.testing import Browser, FetchRefused
from testing.scripted import ALLOWED, API, APP, TRUSTED, answering, page_of

ANY = {"Access-Control-Allow-Methods": "*", "Access-Control-Allow-Headers": "*, authorization", **ALLOWED}


@pytest.fixture
def page():
    """Return a page of an origin that may send anything."""
    return page_of(answering(ALLOWED, ANY))


def sent(response):
    """Return the request itself, as it reached the application."""
    return response.exchange[-1]


@pytest.mark.parametrize(
    ("method", "normalized"),
    [
        *(("get", "GET"), ("head", "HEAD"), ("post", "POST"), ("put", "PUT"), ("Delete", "DELETE")),
        *(("options", "OPTIONS"), ("patch", "patch"), ("PATCH", "PATCH"), ("chicken", "chicken")),
    ],
)
def test_six_methods_are_normalized_and_no_other(page, method, normalized):
    """A lower-case patch stays in lower case."""
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
    """The step is the request constructor."""
    with pytest.raises(FetchRefused) as refused:
        page.fetch(API, **arguments)

    assert refused.value.step == "Request constructor"
    assert because in refused.value.because
    assert refused.value.exchange == ()
    assert not refused.value.sent


@pytest.mark.parametrize("url", ["https://user@api.example/", "https://user:word@api.example/", "https://"])
def test_a_url_with_a_user_or_without_a_host_is_refused(page, url):
    """Passwords are only possible in the address bar."""
    with pytest.raises(FetchRefused, match="Request constructor"):
        page.fetch(url)


@pytest.mark.parametrize("mode", ["cors", "no-cors", "same-origin"])
@pytest.mark.parametrize("url", ["ftp://api.example/", "data:,x", "file:///etc/passwd", "about:blank"])
def test_only_http_is_fetched(page, url, mode):
    """Other schemes are refused in every mode."""
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
def test_a_mistake_of_the_test_is_a_value_error(page, arguments):
    """The error lists the possible values."""
    with pytest.raises(ValueError, match="can be"):
        page.fetch(API, **arguments)


def test_json_and_data_cannot_be_used_together(page):
    """A request has one body."""
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
def test_a_body_has_a_default_type(page, arguments, body, content_type):
    """The Content-Type of the script replaces it."""
    request = sent(page.fetch(API, "POST", **arguments))

    assert request.body == body
    assert request.get("Content-Type") == content_type
    assert request.get("Content-Length") == str(len(body))


def test_only_post_and_put_have_a_length_of_zero(page):
    """Other methods have no Content-Length without a body."""
    lengths = [
        sent(page.fetch(API, method)).get("Content-Length") for method in ("GET", "PUT", "DELETE", "POST")
    ]

    assert lengths == [None, "0", None, "0"]


def test_forbidden_headers_are_dropped_silently(page):
    """A page cannot pretend to be another."""
    forbidden = {"Origin": "https://evil.example", "Cookie": "a=b", "Host": "x", "Sec-Fetch-Site": "none"}
    request = sent(page.fetch(API, headers={**forbidden, "X-HTTP-Method": "TRACE", "X-Kept": " 1 "}))

    assert request.origin == APP
    assert request.get("Cookie") is None
    assert request.get("Host") == "api.example"
    assert request.get("Sec-Fetch-Site") == "cross-site"
    assert request.get("X-HTTP-Method") is None
    assert request.get("X-Kept") == "1"


def test_headers_can_be_repeated(page):
    """They are joined on the wire, and listed once in the preflight."""
    asked, actual = page.fetch(API, headers=[("X-A", "1"), ("x-a", "2")]).exchange

    assert asked.get("Access-Control-Request-Headers") == "x-a"
    assert actual.get("X-A") == "1, 2"


def test_without_cors_only_safelisted_headers_are_sent(page):
    """A repeated header is measured as a whole."""
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
    """A server must not read JSON from text/plain for this reason."""
    request = sent(page.fetch(API, "POST", json={"a": 1}, mode="no-cors"))

    assert request.get("Content-Type") == "text/plain;charset=UTF-8"
    assert json.loads(request.body) == {"a": 1}


def test_a_page_can_replace_user_agent_and_accept(page):
    """User-Agent is not a forbidden header, and Accept has a default."""
    plain, custom = (
        sent(page.fetch(API)),
        sent(page.fetch(API, headers={"User-Agent": "me", "Accept": "a/b"})),
    )

    assert plain.get("User-Agent").startswith("Mozilla/5.0 (")
    assert (plain.get("Accept"), plain.get("Accept-Language")) == ("*/*", "en")
    assert (custom.get("User-Agent"), custom.get("Accept")) == ("me", "a/b")
    assert sent(page.fetch(API, headers={"Accept-Language": "de"})).get("Accept-Language") == "de"


def test_a_relative_url_is_relative_to_the_page():
    """Its response is same-origin."""
    response = Browser(answering()).open(f"{APP}/a/b").fetch("../c?d#e")

    assert response.url == f"{APP}/c?d"
    assert response.type == "basic"
    assert str(sent(response)).startswith("> GET /c?d HTTP/1.1\n> Host: app.example\n")


def test_an_xhr_leaves_the_body_of_a_get_out():
    """With fetch a body is an error."""
    page = page_of(answering(TRUSTED, {**ANY, **TRUSTED}))

    assert sent(page.xhr(API, data="x")).body == b""
    assert sent(page.xhr(API, "post", data="x")).body == b"x"
    assert sent(page.xhr(API, "PUT", data=b"x", headers={"X-A": "1"})).get("X-A") == "1"


@pytest.mark.parametrize("url", ["https://app.example", "https://app.example/a?b", "http://localhost:5000"])
def test_a_page_is_at_a_url(url):
    """It has the origin of that URL."""
    page = Browser(answering()).open(url)

    assert page.url.startswith(url)
    assert url.startswith(str(page.origin))
    assert page.response is None
    assert repr(page) == f"<Page {page.url}>"


def test_a_sandboxed_page_has_a_null_origin():
    """It is a frame in a page at its URL."""
    page = Browser(answering()).open(APP, sandboxed=True)

    assert str(page.origin) == "null"
    assert repr(page) == f"<Page {APP}/ (sandboxed)>"


@pytest.mark.parametrize(
    "url", ["app.example", "/x", "ftp://app.example", "about:blank", "file:///x", "data:text/html,x"]
)
def test_a_url_without_a_page_cannot_be_opened(url):
    """The error shows a valid URL."""
    with pytest.raises(ValueError, match=r'write its origin or its URL: "https://app.example"'):
        Browser(answering()).open(url)


def test_an_unknown_referrer_policy_is_a_value_error():
    """An empty one is the default of the browser."""
    with pytest.raises(ValueError, match="it can be empty or one of no-referrer,"):
        Browser(answering()).open(APP, referrer_policy="never")


def test_time_cannot_go_back():
    """A negative number of seconds is an error."""
    with pytest.raises(ValueError, match="seconds is -1; it cannot be negative"):
        Browser(answering()).wait(-1)


@pytest.mark.parametrize(
    ("method", "body"), [("GET", b""), ("HEAD", b""), ("get", b""), ("POST", b"x"), ("PUT", b"x")]
)
def test_an_xmlhttprequest_leaves_the_body_of_a_get_out(method, body):
    """And that of a HEAD; fetch() refuses both."""
    exchange = page_of(answering()).xhr(APP, method, data="x").exchange[-1]

    assert exchange.body == body
    assert (exchange.get("Content-Type") is None) is (body == b"")


@pytest.mark.parametrize(
    "name", ["Accept", "Accept-Language", "Content-Language", "Content-Type", "X-A", "Range"]
)
def test_a_no_cors_request_has_four_headers_of_a_page(name):
    """See #no-cors-safelisted-request-header-name; others are dropped."""
    value = "text/plain" if name == "Content-Type" else "x"
    exchange = page_of(answering()).fetch(API, "POST", mode="no-cors", headers={name: value}).exchange[-1]

    assert (exchange.get(name) == value) is (name not in {"X-A", "Range"})


def test_the_error_for_an_unknown_referrer_policy_lists_the_known_ones():
    """In their order."""
    known = "no-referrer, no-referrer-when-downgrade, origin, origin-when-cross-origin, same-origin, "
    known += "strict-origin, strict-origin-when-cross-origin, unsafe-url"

    with pytest.raises(ValueError, match=rf"^referrer_policy is 'no'; it can be empty or one of {known}$"):
        page_of(answering()).fetch(API, referrer_policy="no")
