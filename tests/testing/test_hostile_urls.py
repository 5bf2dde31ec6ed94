"""Hostile URLs: the model refuses them as a browser does, or fetches them; it never raises anything else."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_corsguard.testing import Browser, FetchRefused

#: What is joined to URLs, or nearly URLs.
PIECES = [
    *(
        "https",
        "http",
        "wss",
        "ftp",
        "file",
        "data",
        "javascript",
        "HTTP",
        "h\ud800",
        ":",
        "://",
        "//",
        "/",
        "@",
    ),
    *(
        "\\\\",
        "\\",
        "?",
        "#",
        "a",
        "A.example",
        "a.example",
        "xn--",
        "xn--99999999",
        "\xfc",
        "\xdf",
        "\u212a",
    ),
    *(
        "\ud800",
        "\udfff",
        "\ud83d\ude00",
        "\x00",
        "\r\n",
        "\t",
        " ",
        "[",
        "]",
        "[::1]",
        "[::1%25x]",
        "[::1%eth0]",
    ),
    *(
        "[::ffff:1.2.3.4]",
        "127.0.0.1",
        "1.2.3",
        "0x7f.1",
        "256.1.1.1",
        "1" * 30,
        ":0",
        ":443",
        ":65536",
        ":-1",
    ),
    *(
        f":{'9' * 5000}",
        ":\u0661",
        "%",
        "%ff",
        "%00",
        "%2e%2e",
        "..",
        ".",
        "\xb2",
        "\u3002",
        "\u200d",
        "\xad",
    ),
    *("a" * 300, "a." * 200, "<", "|", "^", "`", "{", "\x7f", "\x80", "\u202e", "\u2488com"),
]
_JOINED = st.lists(st.sampled_from(PIECES), max_size=6).map("".join)
_PREFIXES = st.sampled_from(["", "https://", "https://a", "https://a.example/", "//", "http://u:p@", "ws://"])
_ANY_TEXT = st.text(st.characters(codec=None), max_size=12)
URLS = st.builds(lambda prefix, rest: prefix + rest, _PREFIXES, st.one_of(_JOINED, _ANY_TEXT))

ACTS = {
    "fetch": lambda page, url: page.fetch(url, "PUT", json=1, credentials="include"),
    "no-cors": lambda page, url: page.fetch(url, mode="no-cors"),
    "xhr": lambda page, url: page.xhr(url),
    "image": lambda page, url: page.image(url),
    "script": lambda page, url: page.script(url),
    "font": lambda page, url: page.font(url),
    "event source": lambda page, url: page.event_source(url),
    "post": lambda page, url: page.submit(url, {"a": "b"}),
    "get": lambda page, url: page.submit(url, {"a": "b"}, method="GET"),
    "beacon": lambda page, url: page.beacon(url, "x"),
    "socket": lambda page, url: page.websocket(url),
    "navigate": lambda page, url: page.navigate(url),
}
PAGES = ["https://app.example", "http://a.example:81/x?y", "capacitor://localhost", "app://."]


def answering(*headers, status=200):
    """Return an application that allows every page everything, but no socket."""

    def app(environ, start_response):
        refused = "HTTP_UPGRADE" in environ
        allowed = [(f"Access-Control-Allow-{name}", "*") for name in ("Origin", "Methods", "Headers")]
        start_response(
            f"{403 if refused else status} Told", [("Content-Type", "image/png"), *allowed, *headers]
        )
        return [b"x"]

    return app


def outcome(act, *args):
    """Return what came of an act: whether it was refused, in words that can be shown."""
    try:
        act(*args)
    except FetchRefused as refused:
        return "refused" if str(refused) else "refused without a word"
    return "done"


@pytest.mark.parametrize("is_redirected", [False, True])
def test_a_hostile_url_is_refused_or_fetched(is_redirected):
    """The URL of any act of any page, or the Location of the answer; and that which a person types."""
    counted = Counter()
    acts, statuses = st.sampled_from(sorted(ACTS)), st.sampled_from([301, 303, 307])

    @given(URLS, acts, st.sampled_from(PAGES), st.booleans(), statuses)
    def check(url, act, at, sandboxed, status):
        app, target = answering(), url
        if is_redirected:
            app, target = answering(("Location", url), status=status), "https://api.example/"
        counted[outcome(ACTS[act], Browser(app).open(at, sandboxed=sandboxed), target)] += 1
        counted[outcome(Browser(app).visit, target)] += 1

    check()

    assert counted["refused"] > counted.total() / 10, counted
    assert counted["done"] > 0, counted


@given(URLS)
def test_a_page_is_at_a_url_or_its_url_is_a_mistake_of_the_test(url):
    """It is a ValueError, and no other exception is raised."""
    try:
        page = Browser(answering()).open(url)
    except ValueError as error:
        assert "is not the URL of a page" in str(error)  # noqa: PT017 - most URLs are none
    else:
        assert page.url


@pytest.mark.parametrize(
    "enctype", ["text/plain", "multipart/form-data", "application/x-www-form-urlencoded"]
)
def test_a_surrogate_alone_is_sent_as_a_replacement_character(enctype):
    """In the fields of a form and in a text, as the binding to the script has it."""
    page = Browser(answering()).open("https://app.example")

    (sent,) = page.submit("https://api.example/", {"a\ud800": "\udfffb"}, enctype=enctype).exchange
    assert sent.body.count(b"%EF%BF%BD" if enctype.endswith("urlencoded") else b"\xef\xbf\xbd") == 2
    (sent,) = page.fetch("https://api.example/", "POST", data="\ud83d\ude00\ud83d").exchange
    assert sent.body == b"\xf0\x9f\x98\x80\xef\xbf\xbd"
