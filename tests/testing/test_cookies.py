"""Cookies: which ones a browser stores, and to which servers it sends them."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from flask_corsguard.testing import Browser
from flask_corsguard.testing.cookie_syntax import parse_date, parse_set_cookie
from flask_corsguard.testing.differences import ENGINES
from rows import for_each
from testing.scripted import API, APP

OTHER = "https://other.example"


def setting(*lines, **by_path):
    """Return an application that sets cookies at /set, or at the given paths."""

    def app(environ, start_response):
        path = environ["PATH_INFO"]
        sets = by_path.get(path.strip("/").replace("/", "_"), lines if path == "/set" else ())
        headers = [("Access-Control-Allow-Origin", environ.get("HTTP_ORIGIN", "*"))]
        headers += [("Access-Control-Allow-Credentials", "true"), ("Content-Type", "image/png")]
        start_response("200 OK", [*headers, *(("Set-Cookie", line) for line in sets)])
        return [b"x"]

    return app


def cookies_at(url, *lines, set_at=f"{API}/set", engine=None, wait=0):
    """Return the cookies that a person sends to *url* after *lines* were set at *set_at*."""
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
        ("\tXaX \t=\t XbX \t;\t XcX \t=\t XdX\t", ("XaX", "XbX", {"xcx": "XdX"})),
    ],
)
def test_almost_every_set_cookie_line_is_read(line, parsed):
    """Only a line with a control character, without a name and value, or too long is ignored."""
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
def test_a_date_can_have_its_parts_in_any_order(text, moment):
    """The first token that looks like a time, a day, a month or a year is used."""
    assert parse_date(text) == datetime(*moment, tzinfo=timezone.utc).timestamp()


@pytest.mark.parametrize(
    "text",
    [
        *("", "0", "never", "21 Oct 2015", "21 2015 07:28:00", "Oct 2015 07:28:00", "21 Oct 07:28:00"),
        *("32 Oct 2015 07:28:00", "0 Oct 2015 07:28:00", "30 Feb 2015 07:28:00", "1 Jan 1600 00:00:00"),
        *("21 Oct 2015 07:28:", "21 Oct 2015 07::00", "21 Oct 2015 :28:00", "21 Oct 2015 007:28:00"),
        *("21 Oct 2015 07:28:000", "021 Oct 2015 07:28:00", "21 Oct 20150 07:28:00", "21 Oct 5 07:28:00"),
        *("21 Oct 2015 24:00:00", "21 Oct 2015 07:60:00", "21 Oct 2015 07:28:60"),
    ],
)
def test_an_invalid_date_is_ignored(text):
    """The cookie then lasts as long as the browser."""
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
def test_a_cookie_expires_by_its_attributes(line, seconds, sent):
    """Max-Age goes before Expires, and 400 days are the maximum."""
    assert (cookies_at(API, line, wait=seconds) == "a=b") is sent


def test_an_expired_cookie_deletes_the_stored_one():
    """Servers sign out in this way."""
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
    """Ports do not matter; the domain must be a parent of the host, and not a public suffix."""
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
def test_a_cookie_is_for_a_path_and_everything_below(set_at, line, path, sent):
    """The default is the directory of the URL that set it."""
    browser = Browser(setting(line, x_set=[line]))
    browser.visit(f"{API}{set_at}")

    assert (browser.visit(f"{API}{path}").response.exchange[-1].get("Cookie") == "a=b") is sent


def test_longer_paths_and_older_cookies_come_first():
    """A new value has the creation time of the old one."""
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
def test_a_secure_cookie_is_for_https_and_loopback(set_at, url, engine, sent):
    """WebKit accepts https only."""
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
    """Anyone on the network can be the http server."""
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
def test_a_cookie_that_violates_its_prefix_is_ignored(line, kept):
    """The prefixes are __Secure- and __Host-."""
    assert (cookies_at(f"{API}/x", line) is not None) is kept


def test_https_can_replace_a_secure_cookie_by_one_that_is_not():
    """It is the same server."""
    assert cookies_at(API, "a=1; Secure", "a=2") == "a=2"


ALL = ("plain=1", "lax=1; SameSite=Lax", "strict=1; samesite=STRICT", "none=1; SameSite=None; Secure")


def names(exchange):
    """Return the names of the cookies that were sent, sorted."""
    sent = exchange.get("Cookie")
    return " ".join(sorted(each.partition("=")[0] for each in sent.split("; "))) if sent else ""


def sent_by(do, *, at=OTHER, engine=None, wait=200, sandboxed=False, **arguments):
    """Return which of all cookies the browser sends to the server that set them."""
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
    """It sends them with every kind of request that has credentials."""
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
def test_a_page_of_another_site_sends_cookies_by_samesite(do, arguments, standard, chromium, others):
    """None is sent always, Lax with links; a cookie without SameSite is Lax, or None in two engines."""
    expected = {None: standard, "chromium": chromium, "firefox": others, "webkit": others}

    assert {engine: sent_by(do, engine=engine, **arguments) for engine in expected} == expected


def test_another_scheme_is_another_site():
    """An http page sends a cookie to an https server only if it has SameSite=None."""
    assert sent_by("fetch", at="http://www.api.example", credentials="include") == "none"


def test_a_sandboxed_frame_is_cross_site_to_every_server():
    """It is cross-site to the page around it as well."""
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
def test_credentials_are_sent_by_the_credentials_mode(credentials, at, sent):
    """The same site is not the same origin."""
    assert sent_by("fetch", at=at, credentials=credentials) == sent


@pytest.mark.parametrize("engine", [None, *ENGINES])
def test_a_page_of_another_site_can_only_set_samesite_none_cookies(engine):
    """In two engines a cookie without SameSite counts as one; third-party cookies are not blocked."""
    browser = Browser(setting(*ALL), engine=engine)
    browser.open(OTHER).fetch(f"{API}/set", credentials="include")
    kept = "none plain" if engine in {"firefox", "webkit"} else "none"

    assert names(browser.visit(API).response.exchange[-1]) == kept


def test_a_link_can_set_any_cookie():
    """A top-level navigation shows its URL in the address bar."""
    browser = Browser(setting(*ALL))
    browser.open(OTHER).navigate(f"{API}/set")

    assert names(browser.visit(API).response.exchange[-1]) == EVERY


def test_a_samesite_none_cookie_has_to_be_secure():
    """It is ignored otherwise."""
    assert cookies_at(API, "a=b; SameSite=None") is None
    assert cookies_at(API, "a=b; SameSite=Any") == "a=b"


@pytest.mark.parametrize(("credentials", "kept"), [("omit", None), ("same-origin", None), ("include", "a=b")])
def test_without_credentials_no_cookie_is_sent_or_stored(credentials, kept):
    """The credentials mode omit applies in both directions."""
    browser = Browser(setting("a=b; SameSite=None; Secure"))
    browser.open(APP).fetch(f"{API}/set", credentials=credentials)

    assert browser.visit(API).response.exchange[-1].get("Cookie") == kept


def test_two_browsers_do_not_share_cookies():
    """Each test has its own."""
    Browser(setting("a=b")).visit(f"{API}/set")

    assert Browser(setting()).visit(API).response.exchange[-1].get("Cookie") is None


def test_a_secure_cookie_of_another_host_hides_none():
    """It can have the same name."""
    browser = Browser(setting("a=safe; Secure", again=["a=own"]))
    browser.visit(f"{API}/set")
    browser.visit("http://other.example/again")

    assert browser.visit("http://other.example/x").response.exchange[-1].get("Cookie") == "a=own"


def test_a_part_of_a_date_ends_where_its_digits_end():
    """What follows them in the token is left out."""
    moment = datetime(2015, 10, 21, 7, 28, tzinfo=timezone.utc).timestamp()

    assert parse_date("21st Oct 2015\x80x 07:28:00Z") == moment
    assert parse_date("21\x80 October 2015: 7:28:0x1") == moment
    assert parse_date("21 Oct 15 07:28:00") == moment


@pytest.mark.parametrize(
    ("secure", "line", "plain", "again"),
    [
        ("api.example", "a=safe; Secure; Domain=api.example", "x.api.example", "a=evil"),
        ("x.api.example", "a=safe; Secure", "x.api.example", "a=evil; Domain=api.example"),
    ],
)
def test_a_secure_cookie_hides_that_of_a_domain_above_or_below(secure, line, plain, again):
    """Either of the two domains can lie in the other one."""
    browser = Browser(setting(line, again=[again]))
    browser.visit(f"https://{secure}/set")
    browser.visit(f"http://{plain}/again")

    assert browser.visit(f"https://{plain}/x").response.exchange[-1].get("Cookie") == "a=safe"


#: Everything in ASCII that separates the parts of a date (RFC 6265bis, section 5.1.1).
DELIMITERS = {
    "\t",
    *map(chr, (*range(0x20, 0x30), *range(0x3B, 0x41), *range(0x5B, 0x61), *range(0x7B, 0x7F))),
}
#: The 21st of October 2015, 07:28:59.
MOMENT = 1_445_412_539


@for_each("character", [chr(number) for number in range(0x80)])
def test_a_character_separates_the_parts_of_a_date_or_does_not(character):
    """Colons, letters, digits and controls do not."""
    found = parse_date(character.join(["21", "Oct", "2015", "07:28:59"]))

    assert (found == MOMENT) is (character in DELIMITERS)


@for_each("character", [chr(number) for number in range(0x80)])
def test_a_line_with_a_control_character_sets_no_cookie(character):
    """But for a tab, which is white space."""
    is_control = (ord(character) < 0x20 and character != "\t") or character == "\x7f"

    assert (parse_set_cookie(f"a=b{character}c") is None) is is_control


@pytest.mark.parametrize(
    ("time", "seconds"),
    [
        *(
            ("07:28:59", 0),
            ("7:28:59", 0),
            ("07:28:59x", 0),
            ("07:28:59:5", 0),
            ("07:28:59.123", 0),
            ("07:28:59x9", 0),
        ),
        *(("17:46:35", 37_056), ("23:19:04", 57_005), ("0:0:0", -26_939), ("23:59:59", 59_460)),
        *(
            (text, None)
            for text in ("07:28:595", "07:28:590", "007:28:59", "07:028:59", "07:28", "07:28:", ":28:59")
        ),
        *((text, None) for text in ("07::59", "x07:28:59", "24:28:59", "07:60:59", "07:28:60", "07.28.59")),
    ],
)
def test_a_time_has_three_numbers_of_one_or_two_digits(time, seconds):
    """A character that is not a digit may follow, and then anything."""
    found = parse_date(f"21 Oct 2015 {time}")

    assert found == (None if seconds is None else MOMENT + seconds)


@pytest.mark.parametrize(
    ("day", "is_day"),
    [
        *(("21", True), ("21st", True), ("21x9", True), ("21\u00e9", True)),
        *(("215", False), ("210", False), ("x21", False), ("32", False), ("0", False)),
    ],
)
def test_a_day_has_one_or_two_digits(day, is_day):
    """With the same freedom after them."""
    assert (parse_date(f"{day} Oct 2015 07:28:59") == MOMENT) is is_day


@pytest.mark.parametrize(
    ("year", "is_year"),
    [
        *(("2015", True), ("15", True), ("2015x", True), ("2015x9", True), ("15x9", True)),
        *(("20155", False), ("20150", False), ("5", False), ("x2015", False), ("1600", False)),
    ],
)
def test_a_year_has_two_to_four_digits(year, is_year):
    """Two are of this century, or of the one before."""
    assert (parse_date(f"21 Oct {year} 07:28:59") == MOMENT) is is_year


@pytest.mark.parametrize(
    ("year", "whole"), [("00", 2000), ("69", 2069), ("70", 1970), ("99", 1999), ("100", None), ("1601", 1601)]
)
def test_a_year_of_two_digits_is_the_nearest(year, whole):
    """See section 5.1.1, steps 3 and 4; no date is before 1601."""
    found = parse_date(f"21 Oct {year} 07:28:59")

    assert (None if found is None else datetime.fromtimestamp(found, timezone.utc).year) == whole


def test_a_cookie_that_takes_the_place_of_one_that_has_expired_is_a_new_one():
    """It is sent after those that were set meanwhile; one that replaces a living one is sent in its place."""
    sets = {"a": ["a=1; Max-Age=5"], "b": ["b=1"], "again": ["a=2"]}
    for wait, sent in ((1, "a=2; b=1"), (10, "b=1; a=2")):
        browser = Browser(setting(**sets))
        browser.visit(f"{API}/a")
        browser.wait(1)
        browser.visit(f"{API}/b")
        browser.wait(wait)
        browser.visit(f"{API}/again")

        assert browser.visit(API).response.exchange[-1].get("Cookie") == sent
