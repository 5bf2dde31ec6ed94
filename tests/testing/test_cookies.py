"""Cookies: which are kept, and to whom they are sent."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from flask_corsguard.testing import Browser
from flask_corsguard.testing.cookie_syntax import parse_date, parse_set_cookie
from flask_corsguard.testing.differences import ENGINES
from testing.scripted import API, APP

OTHER = "https://other.example"


def setting(*lines, **by_path):
    """Give an application that sets cookies on every visit of /set, or of the paths given."""

    def app(environ, start_response):
        path = environ["PATH_INFO"]
        sets = by_path.get(path.strip("/").replace("/", "_"), lines if path == "/set" else ())
        headers = [("Access-Control-Allow-Origin", environ.get("HTTP_ORIGIN", "*"))]
        headers += [("Access-Control-Allow-Credentials", "true"), ("Content-Type", "image/png")]
        start_response("200 OK", [*headers, *(("Set-Cookie", line) for line in sets)])
        return [b"x"]

    return app


def cookies_at(url, *lines, set_at=f"{API}/set", engine=None, wait=0):
    """Give what is sent to *url* by a person who was at *set_at* before, where *lines* were set."""
    browser = Browser(setting(*lines), engine=engine)
    browser.visit(set_at)
    browser.wait(wait)
    return browser.visit(url).response.exchange[-1].get("Cookie")


@pytest.mark.parametrize(
    ("line", "parsed"),
    [
        ("a=b", ("a", "b", {})),
        (" a = b c ; Secure;HttpOnly", ("a", "b c", {"secure": "", "httponly": ""})),
        ("a=b=c", ("a", "b=c", {})),
        ("a=", ("a", "", {})),
        ("=b", ("", "b", {})),
        ("b", ("", "b", {})),
        ('a="b"; Path = /x ;path=/y; =z; Max-Age', ("a", '"b"', {"path": "/y", "": "z", "max-age": ""})),
        ("a=b; path=/" + "x" * 1023, ("a", "b", {"path": "/" + "x" * 1023})),
        ("a=b; path=/" + "x" * 1024, ("a", "b", {})),
        ("a=" + "x" * 4095, ("a", "x" * 4095, {})),
        ("a=" + "x" * 4096, None),
        ("=", None),
        ("; secure", None),
        ("a=b\x00", None),
        ("a=b; path=/\x7f", None),
        ("a\t=\tb", ("a", "b", {})),
    ],
)
def test_a_line_is_read_whatever_it_is(line, parsed):
    """Unless it holds a control character, nothing, or too much."""
    assert parse_set_cookie(line) == parsed


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Wed, 21 Oct 2015 07:28:00 GMT", (2015, 10, 21, 7, 28)),
        ("Wednesday, 21-Oct-15 07:28:00 GMT", (2015, 10, 21, 7, 28)),
        ("oct 21 7:28:0 2015 and more", (2015, 10, 21, 7, 28)),
        ("1 jan 70 00:00:00", (1970, 1, 1, 0, 0)),
        ("1 January 69 00:00:00x", (2069, 1, 1, 0, 0)),
        ("1 2 jan 1999 00:00:00 feb 2000 01:01:01", (1999, 1, 1, 0, 0)),
        ("31 dec 1601 23:59:00", (1601, 12, 31, 23, 59)),
    ],
)
def test_a_date_is_read_in_any_order(text, moment):
    """The first that looks like a time, a day, a month, a year is one."""
    assert parse_date(text) == datetime(*moment, tzinfo=timezone.utc).timestamp()


@pytest.mark.parametrize(
    "text",
    [
        *("", "0", "never", "21 Oct 2015", "21 2015 07:28:00", "Oct 2015 07:28:00", "21 Oct 07:28:00"),
        *("32 Oct 2015 07:28:00", "0 Oct 2015 07:28:00", "30 Feb 2015 07:28:00", "1 Jan 1600 00:00:00"),
        *("21 Oct 2015 24:00:00", "21 Oct 2015 07:60:00", "21 Oct 2015 07:28:60"),
    ],
)
def test_a_date_that_does_not_exist_is_none(text):
    """The cookie then lives as long as the browser."""
    assert parse_date(text) is None


@pytest.mark.parametrize(
    ("line", "seconds", "sent"),
    [
        ("a=b", 10**9, True),
        ("a=b; Max-Age=60", 59, True),
        ("a=b; Max-Age=60", 60, False),
        ("a=b; Max-Age=0", 0, False),
        ("a=b; Max-Age=-1", 0, False),
        ("a=b; Max-Age=1.5", 10**9, True),
        ("a=b; Max-Age=" + "9" * 30, 34559999, True),
        ("a=b; Max-Age=" + "9" * 30, 34560000, False),
        ("a=b; Expires=Thu, 01 Jan 1970 00:00:00 GMT", 0, False),
        ("a=b; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=60", 59, True),
        ("a=b; Expires=Thu, 01 Jan 9000 00:00:00 GMT", 34559999, True),
        ("a=b; Expires=Thu, 01 Jan 9000 00:00:00 GMT", 34560000, False),
        ("a=b; Expires=whenever", 10**9, True),
    ],
)
def test_a_cookie_lives_as_long_as_it_says(line, seconds, sent):
    """Max-Age before Expires, 400 days at most."""
    assert (cookies_at(API, line, wait=seconds) == "a=b") is sent


def test_a_cookie_is_deleted_by_one_that_is_over():
    """That is how servers sign out."""
    app = setting("a=b; Max-Age=60", "c=d", out=["a=; Max-Age=0"])
    browser = Browser(app)
    browser.visit(f"{API}/set")
    browser.visit(f"{API}/out")

    assert browser.visit(API).response.exchange[-1].get("Cookie") == "c=d"


@pytest.mark.parametrize(
    ("set_at", "line", "url", "sent"),
    [
        (API, "a=b", API, True),
        (API, "a=b", "https://api.example:8443", True),
        (API, "a=b", "http://api.example", True),
        (API, "a=b", "https://www.api.example", False),
        (API, "a=b; Domain=api.example", "https://www.api.example", True),
        (API, "a=b; Domain=.API.example", "https://a.b.api.example", True),
        (API, "a=b; Domain=", "https://www.api.example", False),
        (API, "a=b; Domain=api.example", "https://notapi.example", False),
        ("https://www.api.example", "a=b; Domain=api.example", API, True),
        ("https://www.api.example", "a=b; Domain=other.api.example", "https://other.api.example", False),
        (API, "a=b; Domain=other.example", OTHER, False),
        (API, "a=b; Domain=example", API, False),
        (API, "a=b; Domain=ü.example", API, False),
        ("https://github.io", "a=b; Domain=github.io", "https://github.io", True),
        ("https://github.io", "a=b; Domain=github.io", "https://a.github.io", False),
        ("https://a.github.io", "a=b; Domain=github.io", "https://a.github.io", False),
        ("http://localhost:5000", "a=b; Domain=localhost", "http://localhost:5001", True),
        ("http://127.0.0.1:5000", "a=b", "http://127.0.0.1:5001", True),
        ("http://127.0.0.1:5000", "a=b; Domain=127.0.0.1", "http://127.0.0.1", True),
        ("http://127.0.0.1:5000", "a=b; Domain=0.0.1", "http://127.0.0.1", False),
    ],
)
def test_a_cookie_is_for_a_host_or_for_a_domain(set_at, line, url, sent):
    """Ports do not count; a domain has to be an own one, and no public suffix."""
    assert (cookies_at(url, line, set_at=f"{set_at}/set") == "a=b") is sent


@pytest.mark.parametrize(
    ("set_at", "line", "path", "sent"),
    [
        ("/set", "a=b", "/any", True),
        ("/x/set", "a=b", "/x/any", True),
        ("/x/set", "a=b", "/x", True),
        ("/x/set", "a=b", "/y", False),
        ("/x/set", "a=b; Path=/", "/y", True),
        ("/x/set", "a=b; Path=", "/y", False),
        ("/x/set", "a=b; Path=y", "/y", False),
        ("/set", "a=b; Path=/x", "/x", True),
        ("/set", "a=b; Path=/x", "/x/", True),
        ("/set", "a=b; Path=/x/", "/x/y", True),
        ("/set", "a=b; Path=/x", "/xy", False),
    ],
)
def test_a_cookie_is_for_a_path_and_what_is_below(set_at, line, path, sent):
    """By default for the directory that it was set in."""
    browser = Browser(setting(line, x_set=[line]))
    browser.visit(f"{API}{set_at}")

    assert (browser.visit(f"{API}{path}").response.exchange[-1].get("Cookie") == "a=b") is sent


def test_longer_paths_and_older_cookies_come_first():
    """A newer value keeps the place of the older one."""
    app = setting("a=1", "b=2; Path=/x", "c=3", "=4", again=["a=5", "d=6"])
    browser = Browser(app)
    browser.visit(f"{API}/set")
    browser.wait(1)
    browser.visit(f"{API}/again")

    assert browser.visit(f"{API}/x").response.exchange[-1].get("Cookie") == "b=2; a=5; c=3; 4; d=6"


@pytest.mark.parametrize(
    ("set_at", "url", "engine", "sent"),
    [
        (API, API, None, True),
        (API, "http://api.example", None, False),
        ("http://api.example", API, None, False),
        ("http://localhost", "http://localhost:5000", None, True),
        ("http://127.0.0.1", "http://127.0.0.1", "chromium", True),
        ("http://127.0.0.1", "http://127.0.0.1", "firefox", True),
        ("http://127.0.0.1", "http://127.0.0.1", "webkit", False),
        ("https://localhost", "https://localhost", "webkit", True),
        ("https://localhost", "http://localhost", "webkit", False),
    ],
)
def test_a_secure_cookie_is_for_https_and_the_very_machine(set_at, url, engine, sent):
    """WebKit knows https alone."""
    assert (cookies_at(url, "a=b; Secure", set_at=f"{set_at}/set", engine=engine) == "a=b") is sent


@pytest.mark.parametrize(
    ("first", "second", "left"),
    [
        ("a=safe; Secure", "a=evil", "a=safe"),
        ("a=safe; Secure; Domain=api.example", "a=evil", "a=safe"),
        ("a=safe; Secure", "a=evil; Domain=api.example", "a=safe"),
        ("a=safe; Secure; Path=/x", "a=more", "a=safe; a=more"),
        ("a=first", "a=second", "a=second"),
        ("b=safe; Secure", "a=more", "b=safe; a=more"),
    ],
)
def test_plain_http_cannot_replace_a_secure_cookie(first, second, left):
    """Anyone on the network can be that server."""
    browser = Browser(setting(first, again=[second]))
    browser.visit(f"{API}/set")
    browser.visit("http://api.example/again")

    assert browser.visit(f"{API}/x").response.exchange[-1].get("Cookie") == left


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("__Secure-a=b; Secure", True),
        ("__secure-a=b", False),
        ("__Host-a=b; Secure; Path=/", True),
        ("__HOST-a=b; Secure; Path=/x", False),
        ("__Host-a=b; Secure", False),
        ("__Host-a=b; Path=/", False),
        ("__Host-a=b; Secure; Path=/; Domain=api.example", False),
        ("=__Secure-a=b; Secure", False),
        ("__host-a; Secure; Path=/", False),
        ("a=__Secure-", True),
    ],
)
def test_a_prefix_is_a_promise(line, kept):
    """What breaks it is not kept."""
    assert (cookies_at(f"{API}/x", line) is not None) is kept


def test_https_can_replace_a_secure_cookie_by_one_that_is_not():
    """It is the server itself."""
    assert cookies_at(API, "a=1; Secure", "a=2") == "a=2"


ALL = ("plain=1", "lax=1; SameSite=Lax", "strict=1; samesite=STRICT", "none=1; SameSite=None; Secure")


def names(exchange):
    """Give the names of the cookies that were sent, sorted."""
    sent = exchange.get("Cookie")
    return " ".join(sorted(each.partition("=")[0] for each in sent.split("; "))) if sent else ""


def sent_by(do, *, at=OTHER, engine=None, wait=200, sandboxed=False, **arguments):
    """Give which of all cookies are sent to the server that has set them."""
    browser = Browser(setting(*ALL), engine=engine)
    browser.visit(f"{API}/set")
    browser.wait(wait)
    getattr(browser.open(at, sandboxed=sandboxed), do)(API, **arguments)
    return names(browser.log[-1])


EVERY = "lax none plain strict"


@pytest.mark.parametrize(
    ("do", "arguments"),
    [
        ("fetch", {"credentials": "include"}),
        ("fetch", {"credentials": "include", "mode": "no-cors", "method": "POST"}),
        ("xhr", {"with_credentials": True}),
        ("image", {}),
        ("image", {"crossorigin": "use-credentials"}),
        ("submit", {"data": {}}),
        ("submit", {"data": {}, "target": "frame"}),
        ("beacon", {}),
        ("navigate", {}),
    ],
)
@pytest.mark.parametrize("at", [API, "https://www.api.example", "https://api.example:8443"])
def test_a_page_of_the_same_site_sends_all_cookies(at, do, arguments):
    """Whatever it does, with its credentials."""
    assert sent_by(do, at=at, **arguments) == EVERY


@pytest.mark.parametrize(
    ("do", "arguments", "standard", "chromium", "others"),
    [
        ("fetch", {"credentials": "include"}, "none", "none", "none plain"),
        ("image", {}, "none", "none", "none plain"),
        ("submit", {"data": {}, "target": "frame"}, "none", "none", "none plain"),
        ("beacon", {}, "none", "none", "none plain"),
        ("submit", {"data": {}}, "none", "none", "none plain"),
        ("submit", {"data": {}, "wait": 120}, "none", "none plain", "none plain"),
        ("submit", {"data": {}, "wait": 121}, "none", "none", "none plain"),
        ("submit", {"data": {}, "wait": 0, "target": "frame"}, "none", "none", "none plain"),
        ("navigate", {}, *["lax none plain"] * 3),
        ("submit", {"data": {}, "method": "GET"}, *["lax none plain"] * 3),
        ("submit", {"data": {}, "method": "GET", "target": "frame"}, "none", "none", "none plain"),
    ],
)
def test_a_page_of_another_site_sends_what_is_meant_for_it(do, arguments, standard, chromium, others):
    """SameSite=None everywhere, Lax with links; what says nothing is Lax, or None in two engines."""
    expected = {None: standard, "chromium": chromium, "firefox": others, "webkit": others}

    assert {engine: sent_by(do, engine=engine, **arguments) for engine in expected} == expected


def test_another_scheme_is_another_site():
    """A page of http sends a cookie of https only if it is for all sites."""
    assert sent_by("fetch", at="http://www.api.example", credentials="include") == "none"


def test_a_sandboxed_frame_is_of_no_site():
    """Not even of the page around it."""
    assert sent_by("fetch", at=API, sandboxed=True, credentials="include") == "none"


@pytest.mark.parametrize(
    ("credentials", "at", "sent"),
    [
        ("omit", API, ""),
        ("omit", OTHER, ""),
        ("same-origin", API, EVERY),
        ("same-origin", "https://www.api.example", ""),
        ("include", "https://www.api.example", EVERY),
    ],
)
def test_credentials_are_sent_as_the_page_says(credentials, at, sent):
    """The same site is not the same origin."""
    assert sent_by("fetch", at=at, credentials=credentials) == sent


@pytest.mark.parametrize("engine", [None, *ENGINES])
def test_another_site_can_set_what_is_for_all_sites(engine):
    """Third-party cookies are let through; a cookie of one site cannot be set out of another."""
    browser = Browser(setting(*ALL), engine=engine)
    browser.open(OTHER).fetch(f"{API}/set", credentials="include")
    kept = "none plain" if engine in {"firefox", "webkit"} else "none"

    assert names(browser.visit(API).response.exchange[-1]) == kept


def test_a_link_can_set_any_cookie():
    """The address bar shows where it leads."""
    browser = Browser(setting(*ALL))
    browser.open(OTHER).navigate(f"{API}/set")

    assert names(browser.visit(API).response.exchange[-1]) == EVERY


def test_what_is_for_all_sites_has_to_be_secure():
    """Or it is not kept at all."""
    assert cookies_at(API, "a=b; SameSite=None") is None
    assert cookies_at(API, "a=b; SameSite=Any") == "a=b"


@pytest.mark.parametrize(("credentials", "kept"), [("omit", None), ("same-origin", None), ("include", "a=b")])
def test_without_credentials_no_cookie_is_kept(credentials, kept):
    """Neither sent nor stored."""
    browser = Browser(setting("a=b; SameSite=None; Secure"))
    browser.open(APP).fetch(f"{API}/set", credentials=credentials)

    assert browser.visit(API).response.exchange[-1].get("Cookie") == kept


def test_cookies_of_two_browsers_are_apart():
    """Each test has its own."""
    Browser(setting("a=b")).visit(f"{API}/set")

    assert Browser(setting()).visit(API).response.exchange[-1].get("Cookie") is None
