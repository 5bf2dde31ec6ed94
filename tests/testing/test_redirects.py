"""Redirects: every hop is checked, and some change the request."""

from __future__ import annotations

import pytest

from flask_corsguard.testing import Browser, assert_can_fetch, assert_cannot_fetch
from flask_corsguard.testing.requests import Request, redirect_taint
from flask_corsguard.testing.urls import parse_url
from testing.scripted import ALLOWED, ANYONE, API, APP, THIRD, TRUSTED, answering, asked, page_of

NULL = {"Access-Control-Allow-Origin": "null"}
ACAM = ("Access-Control-Allow-Methods", "*")
ACAH = ("Access-Control-Allow-Headers", "*, authorization")


def hopping(to, headers=ANYONE, *, status=302, final=ANYONE, path="/hop"):
    """Return an application that redirects /hop, and allows every preflight."""

    def app(environ, start_response):
        if "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in environ:
            start_response("204 Granted", [*ANYONE.items(), ACAM, ACAH])
        elif environ["PATH_INFO"] == path:
            start_response(f"{status} Moved", [*headers.items(), ("Location", to)])
        else:
            start_response("200 OK", [*final.items()])
        return [b""]

    return app


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed(status):
    """The response has the last URL."""
    response = page_of(hopping("/there?a#b", status=status)).fetch(f"{API}/hop#c")

    assert (response.status, response.url, response.redirected) == (200, f"{API}/there?a", True)
    assert [exchange.status for exchange in response.exchange] == [status, 200]


@pytest.mark.parametrize("status", [300, 304, 305, 306])
def test_another_status_is_not_a_redirect(status):
    """Its Location is ignored."""
    assert page_of(hopping("/there", status=status)).fetch(f"{API}/hop").status == status


def test_a_redirect_without_a_location_is_the_response():
    """The page reads it."""
    response = page_of(answering(ALLOWED, status=302)).fetch(API)

    assert (response.type, response.status, response.redirected) == ("cors", 302, False)


@pytest.mark.parametrize("to", ["https://", "ftp://api.example/", "data:,x", "http://a b"])
def test_a_location_has_to_be_an_http_url(to):
    """A same-origin page cannot be redirected to another scheme, either."""
    page = page_of(hopping(to))

    for origin in (API, APP):
        refused = assert_cannot_fetch(page, f"{origin}/hop")
        assert refused.step == "HTTP-redirect fetch"
        assert "not an http(s) URL" in refused.because


def test_twenty_redirects_are_followed_and_no_more():
    """A loop ends there."""

    def app(environ, start_response):
        left = int(environ["QUERY_STRING"])
        location = [("Location", f"?{left - 1}")] if left else []
        start_response("302 Moved" if left else "200 OK", [*ALLOWED.items(), *location])
        return [b""]

    page = page_of(app)

    assert page.fetch(f"{API}/?20").status == 200
    refused = assert_cannot_fetch(page, f"{API}/?21")
    assert refused.because == "the request was already redirected 20 times."
    assert len(refused.exchange) == 21


def test_a_redirect_needs_cors_headers_to_be_followed():
    """Without them the next hop is not even sent."""
    refused = assert_cannot_fetch(page_of(hopping("/there", {})), f"{API}/hop")

    assert refused.step == "CORS check"
    assert [exchange.status for exchange in refused.exchange] == [302]


def test_a_redirect_within_one_origin_does_not_change_the_origin():
    """So does one from the page's own origin to another."""
    within = page_of(hopping("/there", ALLOWED, final=ALLOWED))
    outward = page_of(hopping(f"{API}/there", {}, final=ALLOWED))

    assert assert_can_fetch(within, f"{API}/hop").exchange[-1].origin == APP
    assert assert_can_fetch(outward, f"{APP}/hop").exchange[-1].origin == APP


@pytest.mark.parametrize("to", [THIRD, APP])
def test_a_redirect_from_one_foreign_origin_to_another_makes_the_origin_null(to):
    """A redirect back to the page's own origin does, too."""
    page = page_of(hopping(f"{to}/there", ALLOWED, final=NULL))
    response = assert_can_fetch(page, f"{API}/hop")

    assert [exchange.origin for exchange in response.exchange] == [APP, "null"]
    assert response.type == "cors"
    refused = assert_cannot_fetch(page_of(hopping(f"{to}/there", ALLOWED, final=ALLOWED)), f"{API}/hop")
    assert "is null, because a redirect led from one foreign origin to another." in refused.because
    assert refused.needed == 'Access-Control-Allow-Origin: * (a policy with origins="*")'


def test_a_redirect_to_another_port_makes_the_origin_null():
    """The taint depends on origins, not on sites."""
    page = page_of(hopping("https://api.app.example:8443/there", final=NULL))

    assert asked_last(page, "https://api.app.example/hop").origin == "null"


def asked_last(page, url, method="GET", **arguments):
    """Return the last request of a fetch that succeeds."""
    return assert_can_fetch(page, url, method=method, **arguments).exchange[-1]


def test_every_hop_of_an_unsafe_request_is_preflighted():
    """Each server must allow the request."""
    response = page_of(hopping("/there", status=307)).fetch(f"{API}/hop", "PUT", data="x")

    assert [exchange.method for exchange in response.exchange] == ["OPTIONS", "PUT", "OPTIONS", "PUT"]
    assert response.exchange[-1].body == b"x"


@pytest.mark.parametrize(
    ("engine", "origin"), [(None, "null"), ("chromium", "null"), ("firefox", APP), ("webkit", "null")]
)
def test_the_preflight_to_a_third_origin_has_a_null_origin_except_in_firefox(engine, origin):
    """In Firefox only the request has it."""
    page = page_of(hopping(f"{THIRD}/there", status=307), engine=engine)
    response = page.fetch(f"{API}/hop", "PUT")

    assert [exchange.origin for exchange in response.exchange] == [APP, APP, origin, "null"]


@pytest.mark.parametrize(
    ("status", "method", "becomes", "body"),
    [
        *((301, "POST", "GET", b""), (302, "POST", "GET", b""), (303, "POST", "GET", b"")),
        *((307, "POST", "POST", b"x"), (308, "POST", "POST", b"x")),
        *((301, "PUT", "PUT", b"x"), (302, "PUT", "PUT", b"x"), (303, "PUT", "GET", b"")),
        *((303, "HEAD", "HEAD", b""), (303, "GET", "GET", b"")),
    ],
)
def test_some_redirects_turn_the_request_into_a_get(status, method, becomes, body):
    """The body and its headers are dropped."""
    data = "x" if method in {"POST", "PUT"} else None
    headers = {"Content-Language": "en", "X-A": "1"}
    last = asked_last(
        page_of(hopping("/there", status=status)), f"{API}/hop", method, data=data, headers=headers
    )

    assert (last.method, last.body) == (becomes, body)
    assert (last.get("Content-Type") is None) is (body == b"")
    assert (last.get("Content-Language") is None) is (becomes != method)
    assert last.get("X-A") == "1"


@pytest.mark.parametrize(("engine", "again"), [(None, 1), ("chromium", 1), ("firefox", 2), ("webkit", 2)])
def test_a_redirected_get_is_preflighted_again_in_two_engines(engine, again):
    """By the standard a PUT that became a GET needs no preflight."""
    page = page_of(hopping("/there", status=303), engine=engine)

    put, post = page.fetch(f"{API}/hop", "PUT"), page.fetch(f"{API}/hop", "POST")

    assert sum(exchange.is_preflight for exchange in put.exchange) == again
    assert sum(exchange.is_preflight for exchange in post.exchange) == 0


def test_authorization_is_not_sent_to_another_origin():
    """The other headers are."""
    headers = {"Authorization": "1", "X-A": "2"}
    stays = asked_last(page_of(hopping("/there")), f"{API}/hop", headers=headers)
    goes = asked_last(page_of(hopping(f"{THIRD}/there")), f"{API}/hop", headers=headers)

    assert (stays.get("Authorization"), stays.get("X-A")) == ("1", "2")
    assert (goes.get("Authorization"), goes.get("X-A")) == (None, "2")


@pytest.mark.parametrize(
    ("start", "to", "mode", "followed"),
    [
        (API, "https://user:word@api.example/there", "cors", False),
        (APP, "https://user@api.example/there", "cors", False),
        (APP, "https://user@app.example/there", "cors", True),
        (API, "https://user@app.example/there", "cors", False),
        (API, "https://user@api.example/there", "no-cors", True),
    ],
)
def test_a_cors_redirect_cannot_have_a_password(start, to, mode, followed):
    """Without CORS it can."""
    page = page_of(hopping(to))
    if followed:
        assert len(page.fetch(f"{start}/hop", mode=mode).exchange) == 2
    else:
        assert assert_cannot_fetch(page, f"{start}/hop", mode=mode).because.startswith("Location contains")


def test_a_redirect_is_refused_in_the_error_mode():
    """The redirect mode of the request is error."""
    refused = assert_cannot_fetch(page_of(hopping("/there")), f"{API}/hop", redirect="error")

    assert refused.step == "HTTP fetch, step 6 (redirect)"
    assert "(302)" in refused.because
    assert page_of(answering(ALLOWED)).fetch(API, redirect="error").ok


def test_a_redirect_is_opaque_in_the_manual_mode():
    """The page learns that there is a redirect, but not its Location."""
    response = page_of(hopping("/there")).fetch(f"{API}/hop", redirect="manual")

    assert (response.type, response.status, response.url) == ("opaqueredirect", 0, f"{API}/hop")
    assert len(response.headers) == 0
    assert len(response.exchange) == 1
    assert page_of(answering(ALLOWED)).fetch(API, redirect="manual").type == "cors"


@pytest.mark.parametrize("redirect", ["error", "manual"])
def test_a_no_cors_request_has_to_follow_redirects(redirect):
    """Any other redirect mode is refused."""
    page = page_of(answering())
    refused = assert_cannot_fetch(page, API, mode="no-cors", redirect=redirect)

    assert refused.step == "main fetch, step 12 (no-cors mode)"
    assert refused.exchange == ()
    assert page.fetch(APP, mode="no-cors", redirect=redirect).type == "basic"


def test_a_redirect_cannot_leave_the_same_origin_mode():
    """The first hop was sent."""
    refused = assert_cannot_fetch(page_of(hopping(API)), f"{APP}/hop", mode="same-origin")

    assert refused.step == "main fetch, step 12 (same-origin mode)"
    assert len(refused.exchange) == 1


def test_a_redirect_to_plain_http_is_mixed_content():
    """The page is an https page."""
    refused = assert_cannot_fetch(page_of(hopping("http://api.example")), f"{API}/hop")

    assert refused.step == "main fetch, step 7 (mixed content)"
    assert len(refused.exchange) == 1


def test_sec_fetch_site_remembers_the_worst_hop():
    """A request that was cross-site once stays cross-site."""
    page = page_of(hopping(f"{APP}/there", final=NULL))
    response = page.fetch(f"{API}/hop")
    out_and_in = page.fetch("https://www.app.example/hop")
    inside = page.fetch(f"{APP}/hop")

    sites = [[each.get("Sec-Fetch-Site") for each in one.exchange] for one in (response, out_and_in, inside)]
    assert sites == [["cross-site"] * 2, ["same-site"] * 2, ["same-origin"] * 2]


def test_cookies_of_every_hop_are_stored():
    """Signing in often redirects."""
    sets = {**TRUSTED, "Set-Cookie": "a=b; SameSite=None; Secure"}
    page = page_of(hopping("/there", sets, final=TRUSTED))
    response = page.fetch(f"{API}/hop", credentials="include")

    assert [exchange.get("Cookie") for exchange in response.exchange] == [None, "a=b"]


def test_a_redirect_can_change_the_referrer_policy():
    """The next hops follow the new policy."""
    headers = {**ANYONE, "Referrer-Policy": "unknown, no-referrer"}
    browser = Browser(hopping("/there", headers))
    browser.open(f"{APP}/path").fetch(f"{API}/hop")

    assert [exchange.get("Referer") for exchange in browser.log] == [f"{APP}/", None]
    assert asked(browser) == [("GET", APP), ("GET", APP)]


def test_a_redirect_without_a_referrer_policy_has_that_of_the_request():
    """The policy of the page is not used."""
    browser = Browser(hopping("/there"))
    browser.open(f"{APP}/path").fetch(f"{API}/hop", referrer_policy="no-referrer")

    assert [exchange.get("Referer") for exchange in browser.log] == [None, None]


def test_a_request_with_an_upload_listener_has_a_preflight_after_a_redirect():
    """At the target it is such a request still."""
    app = answering({**ANYONE, "Location": f"{THIRD}/x"}, ANYONE, status=307)
    browser = Browser({API: app, THIRD: answering(ANYONE, ANYONE)})

    browser.open(APP).xhr(API, "POST", data="x", upload_listener=True)

    assert [exchange.method for exchange in browser.log] == ["OPTIONS", "POST", "OPTIONS", "POST"]


@pytest.mark.parametrize(
    ("origin", "urls", "taint"),
    [
        (APP, [APP], "same-origin"),
        (APP, [API], "same-origin"),
        (APP, [API, API], "same-origin"),
        (APP, [APP, API, API], "same-origin"),
        (APP, [API, APP], "cross-site"),
        (APP, [API, THIRD], "cross-site"),
        (APP, ["https://app.example:1", APP], "same-site"),
        (APP, ["https://app.example:1", "https://app.example:2"], "same-site"),
        (APP, ["https://app.example:1", "https://app.example:2", "https://app.example:2"], "same-site"),
        (APP, ["https://app.example:1", THIRD, API], "cross-site"),
    ],
)
def test_redirects_taint_a_request_where_they_lead_from_one_foreign_origin_to_another(origin, urls, taint):
    """See #concept-request-tainted-origin; a foreign origin may be of the same site."""
    request = Request(
        client=None,
        origin=parse_url(origin).origin,
        method="GET",
        urls=[parse_url(url) for url in urls],
        mode="cors",
    )

    assert redirect_taint(request) == taint
