"""Preflights, and the preflight cache."""

from __future__ import annotations

import pytest

from flask_corsguard.testing import Browser, assert_can_fetch, assert_cannot_fetch
from flask_corsguard.testing.differences import ENGINES, PREFLIGHT_CACHE_LIMITS
from testing.scripted import ALLOWED, ANYONE, API, APP, THIRD, TRUSTED, answering, methods, page_of

ACAM = "Access-Control-Allow-Methods"
ACAH = "Access-Control-Allow-Headers"
ACMA = "Access-Control-Max-Age"
STEP = "CORS-preflight fetch, step"


def allowing(preflight, base=ALLOWED, **rest):
    """Return an application that answers preflights with *preflight*."""
    return answering(base, [*base.items(), *dict(preflight).items()], **rest)


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"method": "HEAD"},
        {"method": "POST", "data": "x"},
        {"method": "POST", "data": {"a": "b"}},
        {"headers": {"Accept": "text/html", "Range": "bytes=0-3"}},
    ],
)
def test_a_request_that_a_form_can_send_needs_no_preflight(arguments):
    """It is sent at once, and only its response is withheld."""
    refused = assert_cannot_fetch(page_of(answering()), API, **arguments)

    assert [exchange.is_preflight for exchange in refused.exchange] == [False]
    assert refused.sent


def test_a_preflight_names_the_method_and_the_headers_of_the_request():
    """It has no other headers, no cookies and no body."""
    browser = Browser(allowing({ACAM: "PUT", ACAH: "x-b,x-a,content-type,authorization"}, TRUSTED))
    browser.visit(API)
    headers = {"X-B": "1", "x-a": "2", "Authorization": "3", "Accept": "text/html"}
    response = browser.open(APP).fetch(f"{API}/x?y", "PUT", json=1, headers=headers, credentials="include")
    asked, actual = response.exchange

    assert asked.is_preflight
    assert not actual.is_preflight
    assert asked.method == "OPTIONS"
    assert asked.url == f"{API}/x?y"
    assert asked.body == b""
    assert asked.headers == (
        ("Host", "api.example"),
        ("Accept", "*/*"),
        ("Access-Control-Request-Method", "PUT"),
        ("Access-Control-Request-Headers", "authorization,content-type,x-a,x-b"),
        ("Referer", f"{APP}/"),
        ("Origin", APP),
        ("Sec-Fetch-Dest", "empty"),
        ("Sec-Fetch-Mode", "cors"),
        ("Sec-Fetch-Site", "cross-site"),
        ("User-Agent", "Mozilla/5.0 (flask_corsguard.testing)"),
    )


def test_a_preflight_neither_sends_nor_stores_cookies():
    """The request after it does both."""
    sets = [*TRUSTED.items(), (ACAM, "PUT"), ("Set-Cookie", "asked=1; SameSite=None; Secure")]
    app = answering([*TRUSTED.items(), ("Set-Cookie", "sent=1; SameSite=None; Secure")], sets)
    page = page_of(app)
    page.fetch(API, "PUT", credentials="include")
    asked, actual = page.fetch(f"{API}/again", "PUT", credentials="include").exchange

    assert asked.get("Cookie") is None
    assert actual.get("Cookie") == "sent=1"


def test_a_preflight_without_unsafe_headers_has_no_header_list():
    """An empty list would be malformed."""
    asked = page_of(allowing({ACAM: "PUT"})).fetch(API, "PUT").exchange[0]

    assert asked.get("Access-Control-Request-Headers") is None


def test_a_same_origin_request_needs_no_preflight():
    """Its method and headers do not matter."""
    page = page_of(answering())

    assert len(page.fetch(APP, "CHICKEN", headers={"X-A": "1"}).exchange) == 1


@pytest.mark.parametrize(
    ("preflight", "arguments"),
    [
        ({ACAM: "PUT"}, {"method": "PUT"}),
        ({ACAM: "GET, PUT"}, {"method": "put"}),
        ({ACAM: "*"}, {"method": "PUT"}),
        ({ACAM: "patch"}, {"method": "patch"}),
        ({}, {"method": "POST", "headers": {"X-A": "1"}, "extra": {ACAH: "x-a"}}),
        ({ACAM: "PUT", ACAH: "X-A"}, {"headers": {"x-a": "1"}}),
        ({ACAH: "*"}, {"headers": {"x-a": "1"}}),
        ({ACAH: "Authorization, *"}, {"headers": {"authorization": "1", "x-a": "1"}}),
        ({ACAH: "content-type"}, {"method": "POST", "json": 1}),
        ({ACAM: "", ACAH: ",x-a,"}, {"headers": {"x-a": "1"}}),
    ],
)
def test_a_listed_method_or_header_is_sent(preflight, arguments):
    """GET, HEAD and POST need not be listed."""
    preflight = {**preflight, **arguments.pop("extra", {})}
    response = assert_can_fetch(page_of(allowing(preflight)), API, **arguments)

    assert [exchange.is_preflight for exchange in response.exchange] == [True, False]


@pytest.mark.parametrize(
    ("preflight", "arguments", "step", "because", "needed"),
    [
        ({}, {"method": "PUT"}, "7.5 (methods)", f"{ACAM} is missing.",
         f'{ACAM}: PUT (a policy with methods=["PUT"])'),
        ({ACAM: "GET, POST"}, {"method": "PUT"}, "7.5 (methods)", "which does not name PUT.", ACAM),
        ({ACAM: "put"}, {"method": "PUT"}, "7.5 (methods)", "methods are case-sensitive.", ACAM),
        ({ACAM: "PATCH"}, {"method": "patch"}, "7.5 (methods)", "methods are case-sensitive.", ACAM),
        ({ACAM: "GET PUT"}, {"method": "PUT"}, "7.3 (list syntax)", "is not a list of names", "by commas"),
        ({ACAH: "x-a x-b"}, {"headers": {"X-A": "1"}}, "7.3 (list syntax)", f"{ACAH} is not a list", ACAH),
        ({ACAM: "PUT", ACAH: "a;b"}, {"method": "PUT"}, "7.3 (list syntax)", f"{ACAH} is not a list", ACAH),
        ({}, {"headers": {"X-A": "1"}}, "7.7 (headers)", f"{ACAH} is missing, and the page sends x-a.",
         f'{ACAH}: x-a (a policy with allow_headers=["x-a"])'),
        ({ACAH: "x-b, x-c"}, {"headers": {"X-A": "", "X-B": "", "X-D": ""}}, "7.7 (headers)",
         f"{ACAH} does not name x-a, x-d.", 'allow_headers=["x-a", "x-d"]'),
        ({ACAH: "x-a"}, {"method": "POST", "json": 1}, "7.7 (headers)", "does not name content-type.", ACAH),
        ({ACAH: "*"}, {"headers": {"Authorization": "1"}}, "7.6 (Authorization)",
         f'{ACAH} is "*", which never covers authorization.', 'allow_headers=["authorization"]'),
        ({ACAH: "x-a"}, {"headers": {"Authorization": "1", "X-A": "1"}}, "7.6 (Authorization)",
         "does not name", ""),
    ],
)  # fmt: skip
def test_an_unlisted_method_or_header_is_not_sent(preflight, arguments, step, because, needed):
    """The server receives only the preflight."""
    refused = assert_cannot_fetch(page_of(allowing(preflight)), API, **arguments)

    assert refused.step == f"{STEP} {step}"
    assert because in refused.because
    assert needed in refused.needed
    assert [exchange.is_preflight for exchange in refused.exchange] == [True]
    assert not refused.sent


@pytest.mark.parametrize(
    ("preflight", "arguments", "because"),
    [
        ({ACAM: "*"}, {"method": "PUT"}, f'{ACAM} is "*", which is not a wildcard'),
        ({ACAH: "*"}, {"headers": {"X-A": "1"}}, f'{ACAH} is "*", which is not a wildcard'),
        ({ACAH: "*"}, {"headers": {"Authorization": "1"}}, f'{ACAH} is "*", which is not a wildcard'),
    ],
)
def test_the_wildcard_is_a_name_with_credentials(preflight, arguments, because):
    """It only covers a method or header named "*"."""
    page = page_of(allowing(preflight, TRUSTED))
    refused = assert_cannot_fetch(page, API, credentials="include", **arguments)

    assert because in refused.because
    assert not refused.sent


def test_a_method_can_be_named_like_the_wildcard():
    """With credentials "*" allows that method."""
    page = page_of(allowing({ACAM: "*", ACAH: "*"}, TRUSTED))

    assert_can_fetch(page, API, method="*", headers={"*": "1"}, credentials="include")


@pytest.mark.parametrize("status", [200, 204, 206, 299])
def test_a_preflight_succeeds_with_any_status_from_200_to_299(status):
    """The status need not be 204."""
    assert_can_fetch(page_of(allowing({ACAM: "PUT"}, preflight_status=status)), API, method="PUT")


@pytest.mark.parametrize("status", [199, 300, 301, 304, 307, 401, 404, 500])
def test_a_preflight_fails_with_any_other_status(status):
    """Routing and authentication must not answer it, and a redirect is not followed."""
    location = {ACAM: "PUT", "Location": "/other"}
    refused = assert_cannot_fetch(page_of(allowing(location, preflight_status=status)), API, method="PUT")

    assert refused.step == f"{STEP} 7 (ok status)"
    assert f"status {status}" in refused.because
    assert ("do not follow it" in refused.because) is (status in {301, 307})
    assert "CorsMiddleware outside of the layer" in refused.needed
    assert len(refused.exchange) == 1


@pytest.mark.parametrize(
    ("actual", "preflight", "arguments"),
    [
        (ALLOWED, {}, {}),
        (ALLOWED, {"Access-Control-Allow-Origin": THIRD}, {}),
        (TRUSTED, ALLOWED, {"credentials": "include"}),
        (TRUSTED, {**TRUSTED, **ANYONE}, {"credentials": "include"}),
    ],
)
def test_a_preflight_has_its_own_cors_check(actual, preflight, arguments):
    """The check uses the credentials mode of the request, although the preflight has no credentials."""
    page = page_of(answering(actual, {**preflight, ACAM: "PUT"}))
    refused = assert_cannot_fetch(page, API, method="PUT", **arguments)

    assert refused.step == f"{STEP} 7 (CORS check)"
    assert not refused.sent


def test_a_successful_preflight_does_not_share_the_response():
    """The request is executed, and the page cannot read its response."""
    page = page_of(answering({}, {**ALLOWED, ACAM: "PUT"}))
    refused = assert_cannot_fetch(page, API, method="PUT")

    assert refused.step == "CORS check"
    assert refused.sent
    assert [exchange.method for exchange in refused.exchange] == ["OPTIONS", "PUT"]


def test_an_upload_listener_causes_a_preflight():
    """Even a simple request needs one then, and its response need not list the method."""
    browser = Browser(allowing({}))
    page = browser.open(APP)
    page.xhr(API, "POST", data="x", upload_listener=True)
    page.xhr(API, "POST", data="x", upload_listener=True)

    assert methods(browser) == "OPTIONS POST POST"
    page.xhr(API, "GET", upload_listener=True)
    assert methods(browser) == "OPTIONS POST POST OPTIONS GET"


def test_a_page_can_send_options_itself():
    """Without Access-Control-Request-Method it is not a preflight, and a page cannot set that header."""
    response = page_of(allowing({ACAM: "OPTIONS"})).fetch(
        API, "OPTIONS", headers={"Access-Control-Request-Method": "PUT"}
    )

    assert [exchange.is_preflight for exchange in response.exchange] == [True, False]
    assert response.exchange[0].get("Access-Control-Request-Method") == "OPTIONS"


def after(seconds, *, age, engine=None, put=None, again=None, base=ALLOWED, **listed):
    """Return the methods that arrive for a PUT, and for another PUT after *seconds*."""
    preflight = {ACAM: "PUT, DELETE", **listed, **({} if age is None else {ACMA: age})}
    browser = Browser(allowing(preflight, base), engine=engine)
    page = browser.open(APP)
    page.fetch(API, **(put or {"method": "PUT"}))
    browser.wait(seconds)
    page.fetch(**{"url": API, **(again or put or {"method": "PUT"})})
    return methods(browser)


KEPT, ASKED = "OPTIONS PUT PUT", "OPTIONS PUT OPTIONS PUT"


@pytest.mark.parametrize(
    ("age", "seconds", "seen"),
    [
        *(("600", 599, KEPT), ("600", 600, ASKED), ("0", 0, ASKED), ("1", 0, KEPT), ("1", 2, ASKED)),
        *((None, 4, KEPT), (None, 5, ASKED), ("abc", 4, KEPT), ("abc", 5, ASKED), ("1.5", 4, KEPT)),
        *(("", 4, KEPT), ("-1", 4, KEPT), ("-1", 5, ASKED), ("+9", 5, ASKED), ("600, 600", 5, ASKED)),
        *(("0000000000000600", 599, KEPT), ("0000000000000000", 0, ASKED)),
        *(("86400", 7199, KEPT), ("86400", 7200, ASKED), ("9" * 5000, 7199, KEPT), ("9" * 5000, 7200, ASKED)),
    ],
)
def test_a_preflight_is_cached_for_its_max_age(age, seconds, seen):
    """The default is five seconds, the maximum two hours."""
    assert after(seconds, age=age) == seen


@pytest.mark.parametrize("engine", [None, *ENGINES])
def test_each_engine_has_its_own_maximum_age(engine):
    """The standard leaves it to the browser."""
    limit = PREFLIGHT_CACHE_LIMITS[engine]

    assert after(limit - 1, age="100000", engine=engine) == KEPT
    assert after(limit, age="100000", engine=engine) == ASKED


def test_a_negative_age_is_zero_in_engines():
    """The standard ignores it."""
    assert {after(0, age="-1", engine=engine) for engine in ENGINES} == {ASKED}


def test_a_repeated_max_age_is_malformed():
    """The default is used then."""
    app = answering(ALLOWED, [*ALLOWED.items(), (ACAM, "PUT"), (ACMA, "600"), (ACMA, "600")])
    browser = Browser(app)
    page = browser.open(APP)
    page.fetch(API, "PUT")
    browser.wait(6)
    page.fetch(API, "PUT")

    assert methods(browser) == ASKED


@pytest.mark.parametrize(
    ("again", "seen"),
    [
        ({"method": "DELETE"}, "OPTIONS PUT DELETE"),
        ({"method": "PUT", "headers": {"X-A": "1"}}, KEPT),
        ({"method": "PUT", "headers": {"x-A": "1", "X-b": "1"}}, KEPT),
        ({"method": "GET", "headers": {"X-A": "1"}}, "OPTIONS PUT GET"),
        ({"method": "PUT", "url": f"{API}/#fragment"}, KEPT),
    ],
)
def test_everything_that_a_preflight_allowed_needs_no_other_preflight(again, seen):
    """It need not be what the preflight asked for."""
    assert after(1, age="600", again=again, **{ACAH: "X-A, x-b"}) == seen


@pytest.mark.parametrize(
    ("again", "seen"),
    [
        ({"url": f"{API}/other", "method": "PUT"}, ASKED),
        ({"url": f"{API}/?query", "method": "PUT"}, ASKED),
        ({"method": "PUT", "credentials": "include"}, ASKED),
        ({"method": "GET", "headers": {"X-A": "1"}}, "OPTIONS PUT OPTIONS GET"),
    ],
)
def test_another_url_or_header_or_credentials_need_another_preflight(again, seen):
    """An entry is for one origin, URL, method or header, with or without credentials."""
    preflight = [*TRUSTED.items(), (ACAM, "PUT"), (ACMA, "600")]

    def app(environ, start_response):
        asks = environ.get("HTTP_ACCESS_CONTROL_REQUEST_HEADERS")
        extra = [(ACAH, asks)] if asks else []
        start_response("200 OK", [*preflight, *extra])
        return [b""]

    browser = Browser(app)
    page = browser.open(APP)
    page.fetch(API, "PUT")
    page.fetch(**{"url": API, **again})

    assert methods(browser) == seen


def test_a_preflight_is_cached_for_the_same_credentials_mode():
    """A preflight for a request with credentials covers the next request with credentials."""
    assert after(1, age="600", put={"method": "PUT", "credentials": "include"}, base=TRUSTED) == KEPT


def test_a_preflight_for_credentials_covers_requests_without_them():
    """The opposite is not true."""
    put = {"method": "PUT", "credentials": "include"}

    assert after(1, age="600", put=put, again={"method": "PUT"}, base=TRUSTED) == KEPT


def test_the_wildcard_is_cached_as_a_wildcard():
    """It covers methods and headers, but not Authorization."""
    browser = Browser(allowing({ACAM: "*", ACAH: "*, authorization", ACMA: "600"}))
    page = browser.open(APP)
    page.fetch(API, "PUT", headers={"X-A": "1"})
    page.fetch(API, "DELETE", headers={"X-B": "1", "Authorization": "1"})

    assert methods(browser) == "OPTIONS PUT DELETE"


def test_the_cached_wildcard_does_not_cover_authorization():
    """In engines it does."""
    listed = {ACAM: "*", ACAH: "*", ACMA: "600"}
    page = page_of(allowing(listed))
    page.fetch(API, "PUT", headers={"X-A": "1"})

    refused = assert_cannot_fetch(page, API, headers={"Authorization": "1"})

    assert refused.step == f"{STEP} 7.6 (Authorization)"


@pytest.mark.parametrize("engine", ENGINES)
def test_in_engines_the_wildcard_covers_authorization(engine):
    """They do so in the cache as well, but not with credentials."""
    browser = Browser(allowing({ACAH: "*", ACMA: "600"}, ANYONE), engine=engine)
    page = browser.open(APP)
    page.fetch(API, headers={"Authorization": "1"})
    page.fetch(API, headers={"X-A": "1", "Authorization": "1"})
    trusting = page_of(allowing({ACAH: "*"}, TRUSTED), engine=engine)

    assert methods(browser) == "OPTIONS GET GET"
    assert_cannot_fetch(trusting, API, headers={"Authorization": "1"}, credentials="include")


def test_pages_of_two_sites_do_not_share_the_preflight_cache():
    """The cache is partitioned by the site of the page."""
    browser = Browser(allowing({ACAM: "PUT", ACMA: "600"}, ANYONE))
    browser.open(APP).fetch(API, "PUT")
    browser.open(THIRD).fetch(API, "PUT")
    browser.open(APP).fetch(API, "PUT")

    assert methods(browser) == "OPTIONS PUT OPTIONS PUT PUT"


def test_a_newer_preflight_can_shorten_the_age_of_an_entry():
    """An entry has one age."""
    ages = iter(["600", "1"])

    def app(environ, start_response):
        headers = [*ALLOWED.items(), (ACAM, "PUT"), (ACAH, "x-a")]
        if "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in environ:
            headers.append((ACMA, next(ages)))
        start_response("200 OK", headers if environ["PATH_INFO"] != "/secret" else [])
        return [b""]

    browser = Browser(app)
    page = browser.open(APP)
    page.fetch(API, "PUT")
    page.xhr(API, "GET", upload_listener=True)
    browser.wait(2)

    with pytest.raises(StopIteration):
        page.fetch(API, "PUT")
    assert methods(browser) == "OPTIONS PUT OPTIONS GET"


def test_a_newer_preflight_renews_the_wildcard_that_covers_what_it_names():
    """It is the entry that matches (#concept-cache-match-method), so all methods stay allowed for longer."""
    answers = iter([{ACAM: "*", ACAH: "x-a", ACMA: "10"}, {ACAM: "PUT", ACAH: "x-b", ACMA: "100"}])

    def app(environ, start_response):
        is_preflight = "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in environ
        start_response("200 OK", [*ALLOWED.items(), *(next(answers).items() if is_preflight else ())])
        return [b""]

    browser = Browser(app)
    page = browser.open(APP)
    page.fetch(API, "PUT", headers={"X-A": "1"})
    page.fetch(API, "PUT", headers={"X-B": "1"})
    browser.wait(50)
    page.fetch(API, "DELETE")

    assert methods(browser) == "OPTIONS PUT OPTIONS PUT DELETE"


def test_a_refused_request_clears_the_preflight_cache():
    """The next request needs a preflight, also if only the response was not shared."""
    allowed = iter([True, False, True])

    def app(environ, start_response):
        asks = "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in environ
        shared = asks or next(allowed)
        headers = [*ALLOWED.items(), (ACAM, "PUT"), (ACMA, "600")]
        start_response("200 OK", headers if shared else [])
        return [b""]

    browser = Browser(app)
    page = browser.open(APP)
    page.fetch(API, "PUT")
    assert_cannot_fetch(page, API, method="PUT")
    page.fetch(API, "PUT")

    assert methods(browser) == "OPTIONS PUT PUT OPTIONS PUT"


def test_only_chromium_sends_client_hints_without_a_preflight():
    """A server that answers no preflight is reached by its pages alone."""
    hints = {"DPR": "2", "Save-Data": "on"}
    for engine in (None, *ENGINES):
        page = Browser(answering(ALLOWED), engine=engine).open(APP)
        if engine == "chromium":
            sent = assert_can_fetch(page, API, headers=hints).exchange
            assert [exchange.method for exchange in sent] == ["GET"]
        else:
            refused = assert_cannot_fetch(page, API, headers=hints)
            assert refused.step == f"{STEP} 7.7 (headers)"
            assert "dpr, save-data" in refused.because
        response = Browser(allowing({ACAH: "x-a,dpr,save-data"}), engine=engine).open(APP)
        asked = response.fetch(API, headers={**hints, "X-A": "1"}).exchange[0]
        names = "x-a" if engine == "chromium" else "dpr,save-data,x-a"
        assert dict(asked.headers)["Access-Control-Request-Headers"] == names


@pytest.mark.parametrize(
    "arguments", [{"method": "PUT"}, {"headers": {"X-A": "1"}}, {"method": "POST", "upload_listener": True}]
)
def test_an_xmlhttprequest_needs_a_preflight_as_fetch_does(arguments):
    """And for a listener to the progress of an upload."""
    page = page_of(allowing({ACAM: "PUT", ACAH: "x-a"}))

    assert [each.is_preflight for each in page.xhr(API, **arguments).exchange] == [True, False]
    assert [each.is_preflight for each in page.xhr(API, "POST", data="x").exchange] == [False]
