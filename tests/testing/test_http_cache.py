"""The HTTP cache, in which responses without Vary are used for the wrong request."""

from __future__ import annotations

import pytest

from flask_corsguard.testing import Browser, FetchRefused, assert_can_fetch, assert_cannot_fetch
from flask_corsguard.testing.differences import ENGINES
from testing.scripted import ALLOWED, ANYONE, API, APP, THIRD, answering, methods

MONTH = ("Cache-Control", "max-age=600")


def counting(headers=()):
    """Return an application that allows every origin, counts, and answers a valid validator with 304."""
    count = []

    def app(environ, start_response):
        count.append(1)
        tag = dict(headers).get("ETag")
        known = tag is not None and environ.get("HTTP_IF_NONE_MATCH") == tag
        start_response("304 Same" if known else "200 OK", [*ANYONE.items(), *headers])
        return [str(len(count)).encode()]

    return app


def twice(headers, *, wait=0, first=None, second=None, engine=None, url=API):
    """Return the bodies of two fetches of one URL."""
    browser = Browser(counting(headers), engine=engine)
    page = browser.open(APP)
    one = page.fetch(url, **(first or {}))
    browser.wait(wait)
    two = page.fetch(url, **(second or {}))
    return one.text, two.text


CACHED, FETCHED = ("1", "1"), ("1", "2")


@pytest.mark.parametrize(
    ("headers", "wait", "bodies"),
    [
        ([MONTH], 599, CACHED),
        ([MONTH], 600, FETCHED),
        ([("Cache-Control", 'public, Max-Age="60"')], 59, CACHED),
        ([("Cache-Control", "max-age=60"), ("Cache-Control", "no-store")], 0, FETCHED),
        ([("Cache-Control", "max-age=60, no-cache")], 0, FETCHED),
        ([("Cache-Control", "max-age=0")], 0, FETCHED),
        ([("Cache-Control", "max-age=x")], 0, FETCHED),
        ([("Cache-Control", "max-age=" + "9" * 20)], 10**9, CACHED),
        ([], 0, FETCHED),
    ],
)
def test_a_response_is_stored_for_its_lifetime(headers, wait, bodies):
    """Without a lifetime it is not stored."""
    assert twice(headers, wait=wait) == bodies


def test_a_response_from_the_cache_is_not_in_the_log():
    """It is in the exchange of the response, with from_cache."""
    browser = Browser(counting([MONTH]))
    page = browser.open(APP)
    page.fetch(API)
    response = page.fetch(API)

    assert len(browser.log) == 1
    assert [exchange.from_cache for exchange in response.exchange] == [True]
    assert not browser.log[0].from_cache
    assert "< HTTP/1.1 200 (from the browser's HTTP cache)" in str(response.exchange[0])


@pytest.mark.parametrize(
    ("first", "second", "bodies"),
    [
        *(({}, {"cache": "no-store"}, FETCHED), ({}, {"cache": "reload"}, FETCHED)),
        *(({"cache": "no-store"}, {}, FETCHED), ({"cache": "reload"}, {}, CACHED)),
        *(({}, {"cache": "no-cache"}, FETCHED), ({}, {"cache": "force-cache"}, CACHED)),
        *(
            ({}, {"headers": {"Range": "bytes=0-1"}}, FETCHED),
            ({"headers": {"Range": "bytes=0-1"}}, {}, FETCHED),
        ),
        *(
            ({}, {"method": "POST"}, FETCHED),
            ({"method": "POST"}, {}, FETCHED),
            ({"method": "HEAD"}, {}, ("", "2")),
        ),
        ({"headers": {"Accept": "a/b"}}, {"headers": {"Accept": "c/d"}}, CACHED),
    ],
)
def test_the_cache_mode_of_a_request_is_respected(first, second, bodies):
    """Only a GET of the whole resource is stored."""
    assert twice([MONTH], first=first, second=second) == bodies


@pytest.mark.parametrize(
    ("cache", "bodies"),
    [
        *(("default", FETCHED), ("no-cache", FETCHED), ("no-store", FETCHED), ("reload", FETCHED)),
        ("force-cache", CACHED),
    ],
)
def test_one_cache_mode_gets_a_response_after_its_lifetime_without_a_request(cache, bodies):
    """See https://fetch.spec.whatwg.org/#concept-request-cache-mode."""
    assert twice([MONTH], wait=600, second={"cache": cache}) == bodies


@pytest.mark.parametrize(
    ("cache", "headers"),
    [
        ("default", (None, None)),
        ("no-cache", ("max-age=0", None)),
        ("no-store", ("no-cache", "no-cache")),
        ("reload", ("no-cache", "no-cache")),
    ],
)
def test_the_cache_mode_adds_request_headers(cache, headers):
    """These headers need no preflight, because the browser adds them."""
    exchange = Browser(counting()).open(APP).fetch(API, cache=cache).exchange[-1]

    assert (exchange.get("Cache-Control"), exchange.get("Pragma")) == headers


def test_the_cache_headers_of_a_page_are_not_replaced():
    """The page sends them to its own server, without a preflight."""
    headers = {"Cache-Control": "no-store", "Pragma": "x"}
    exchange = Browser(counting()).open(API).fetch(API, cache="reload", headers=headers).exchange[-1]

    assert (exchange.get("Cache-Control"), exchange.get("Pragma")) == ("no-store", "x")


def test_a_page_can_bypass_the_cache_with_its_own_header():
    """Because of its Cache-Control, the response is not stored in the cache either."""
    asking, hiding = (Browser(counting([MONTH])).open(APP) for _ in range(2))
    asking.fetch(APP)
    hiding.fetch(APP, headers={"Cache-Control": "no-store"})

    assert asking.fetch(APP, headers={"Cache-Control": "no-cache"}).text == "2"
    assert hiding.fetch(APP).text == "2"


def test_only_if_cached_returns_a_stored_response():
    """It is returned however old it is."""
    browser = Browser(counting([MONTH]))
    page = browser.open(API)
    arguments = {"cache": "only-if-cached", "mode": "same-origin"}
    refused = assert_cannot_fetch(page, API, **arguments)
    page.fetch(API)
    browser.wait(10**6)

    assert refused.step == "HTTP-network-or-cache fetch, step 11.1"
    assert not refused.sent
    assert page.fetch(API, **arguments).text == "1"


VALID = ("ETag", '"1"')


@pytest.mark.parametrize(
    ("headers", "wait", "ask"),
    [
        ([VALID], 0, ('"1"', None)),
        ([VALID, ("Cache-Control", "no-cache")], 0, ('"1"', None)),
        ([VALID, MONTH], 601, ('"1"', None)),
        ([VALID, MONTH], 0, (None, None)),
        ([VALID, ("Last-Modified", "then")], 0, ('"1"', "then")),
        ([VALID, ("Cache-Control", "no-store")], 0, (None, None)),
    ],
)
def test_a_stale_response_is_revalidated(headers, wait, ask):
    """After a 304 it is fresh again, and the page gets the stored response."""
    browser = Browser(counting(headers))
    page = browser.open(APP)
    page.fetch(API)
    browser.wait(wait)
    response = page.fetch(API)
    last = browser.log[-1]
    asks = (last.get("If-None-Match"), last.get("If-Modified-Since"))

    assert asks == ask
    assert response.status == 200
    if ask != (None, None):
        assert (response.text, last.status) == ("1", 304)


def test_a_304_makes_a_response_fresh_and_updates_its_headers():
    """Its Access-Control-Allow-Origin replaces the stored one."""
    answers = iter(
        [
            (
                "200 OK",
                [("Access-Control-Allow-Origin", APP), VALID, ("Content-Type", "text/plain"), ("X-A", "1")],
            ),
            ("304 Same", [("Access-Control-Allow-Origin", THIRD), MONTH, ("Content-Length", "0")]),
        ]
    )

    def app(environ, start_response):
        start_response(*next(answers))
        return [b"body"]

    browser = Browser(app)
    page, other = browser.open(APP), browser.open(APP)
    page.fetch(API)
    refused = assert_cannot_fetch(other, API)
    again = assert_cannot_fetch(page, API)

    assert f"is '{THIRD}'" in refused.because
    assert again.exchange[0].from_cache
    assert again.exchange[0].answered("Content-Type") == "text/plain"
    assert again.exchange[0].answered("X-A") == "1"
    assert again.exchange[0].answered("Content-Length") is None
    assert again.exchange[0].response_body == b"body"


def test_a_stored_response_that_has_changed_is_replaced():
    """The server answers 200 to the revalidation."""
    count = iter(range(1, 9))

    def app(environ, start_response):
        start_response("200 OK", [*ANYONE.items(), ("ETag", str(next(count)))])
        return [b"x"]

    browser = Browser(app)
    page = browser.open(APP)
    for _ in range(3):
        page.fetch(API)

    assert [exchange.get("If-None-Match") for exchange in browser.log] == [None, "1", "2"]


def test_a_page_that_sends_a_condition_itself_gets_the_304():
    """The cache is not used."""
    page = Browser(counting([VALID, MONTH])).open(API)
    page.fetch(API)

    assert page.fetch(API, headers={"If-None-Match": '"1"'}).status == 304
    assert page.fetch(API, headers={"If-None-Match": '"1"'}, cache="force-cache").status == 200


@pytest.mark.parametrize(
    ("status", "bodies"), [(199, "1 1"), (200, "1 3"), (302, "1 3"), (399, "1 3"), (400, "1 1")]
)
def test_a_successful_unsafe_request_invalidates_the_cache(status, bodies):
    """After a failed one the stored response is still used."""
    count = []

    def app(environ, start_response):
        count.append(1)
        status_line = f"{status} Done" if environ["REQUEST_METHOD"] == "PUT" else "200 OK"
        start_response(status_line, [MONTH])
        return [str(len(count)).encode()]

    page = Browser(app).open(API)
    first = page.fetch(API).text
    page.fetch(f"{API}/other")
    count.pop()
    page.fetch(API, "PUT")

    assert f"{first} {page.fetch(API).text}" == bodies
    assert page.fetch(f"{API}/other").text == "2"


def test_a_partial_response_is_not_stored():
    """It is not the whole resource."""
    browser = Browser(answering([*ANYONE.items(), MONTH], status=206))
    page = browser.open(APP)
    page.fetch(API)
    page.fetch(API)

    assert methods(browser) == "GET GET"


@pytest.mark.parametrize(
    ("vary", "first", "second", "bodies"),
    [
        ("Accept", {"Accept": "a/b"}, {"Accept": "a/b"}, CACHED),
        ("Accept", {"Accept": "a/b"}, {"Accept": "c/d"}, FETCHED),
        ("accept, x", {"Accept": "a/b"}, {}, FETCHED),
        ("Origin", {}, {}, CACHED),
        ("", {}, {}, CACHED),
        ("*", {}, {}, FETCHED),
    ],
)
def test_the_headers_in_vary_have_to_be_equal(vary, first, second, bodies):
    """The stored response is used only for a request with the same values."""
    headers = [MONTH, ("Vary", vary)]

    assert twice(headers, first={"headers": first}, second={"headers": second}) == bodies


def by_origin(vary):
    """Return an application with a common mistake: without Vary, it allows an origin only if one is sent."""

    def app(environ, start_response):
        allowed = ALLOWED.items() if "HTTP_ORIGIN" in environ else ()
        varying = [("Vary", "Origin")] if vary else []
        start_response("200 OK", [*allowed, *varying, MONTH, ("Content-Type", "image/png")])
        return [b"x"]

    return app


def test_without_vary_a_stored_response_without_cors_headers_is_refused():
    """The refusal names the cache as the source, and Vary as the remedy."""
    page = Browser(by_origin(vary=False)).open(APP)
    page.fetch(API, mode="no-cors")
    refused = assert_cannot_fetch(page, API)

    assert not refused.sent
    assert refused.exchange[0].from_cache
    assert "The browser stored it for an earlier request without Origin" in refused.because
    assert "Vary: Origin on every response" in refused.needed
    assert "Nothing was sent; the response was in the browser's HTTP cache:" in str(refused)


def test_with_vary_the_request_is_sent_again():
    """The page gets its own response."""
    browser = Browser(by_origin(vary=True))
    page = browser.open(APP)
    page.fetch(API, mode="no-cors")
    assert_can_fetch(page, API)

    assert [exchange.origin for exchange in browser.log] == [None, APP]


def test_a_stored_response_for_another_origin_gets_no_hint_at_a_missing_origin():
    """The hint is for a response that was stored for a request without Origin."""
    page = Browser(answering([*ALLOWED.items(), MONTH])).open(APP)
    page.fetch(API)
    refused = assert_cannot_fetch(page, API, credentials="include")

    assert "stored it" not in refused.because


@pytest.mark.parametrize("engine", [None, *ENGINES])
def test_a_plain_image_stores_the_wrong_response_except_in_firefox(engine):
    """Firefox stores responses with and without credentials separately."""
    browser = Browser(by_origin(vary=False), engine=engine)
    page = browser.open(APP)
    page.image(API)
    if engine == "firefox":
        assert_can_fetch(page, API)
    else:
        with pytest.raises(FetchRefused):
            page.fetch(API)


def test_pages_of_two_sites_do_not_share_the_cache():
    """The cache is partitioned by the site of the top-level page."""
    browser = Browser(counting([MONTH]))
    one, two = browser.open(APP), browser.open(THIRD)
    first = [page.fetch(API).text for page in (one, two, one, browser.open("https://www.app.example"))]

    assert first == ["1", "2", "1", "1"]
    assert browser.visit(API).response.text == "3"
    assert browser.visit(API).response.text == "3"
    assert one.navigate(API).response.text == "3"


@pytest.mark.parametrize("vary", [None, "", ",", "Accept-Language", " , Accept-Language ,"])
def test_a_response_that_varies_with_nothing_else_is_for_every_request(vary):
    """An empty name in ``Vary`` is none, and without ``Vary`` no header of a request counts."""
    headers = [MONTH, *(() if vary is None else [("Vary", vary)])]
    first, second = ({"headers": {"X": value, "Accept": value}} for value in ("1", "2"))

    assert twice(headers, first=first, second=second, url=APP) == CACHED
    assert twice([MONTH, ("Vary", "Accept-Language, x")], first=first, second=second, url=APP) == FETCHED


@pytest.mark.parametrize("headers", [[], [("Cache-Control", "max-age=0")], [("Cache-Control", "max-age=x")]])
def test_a_response_without_a_lifetime_is_not_there_for_those_who_take_any(headers):
    """Nothing is stored that could be used."""
    assert twice(headers, second={"cache": "force-cache"}) == FETCHED
