"""The headers that a browser adds to a request: Origin, Referer, Sec-Fetch-*."""

from __future__ import annotations

import pytest

from flask_corsguard.testing import Browser
from flask_corsguard.testing.differences import ENGINES
from testing.scripted import ANYONE, API, APP, answering, page_of

#: Whatever is asked is answered.
OPEN = {
    **ANYONE,
    "Access-Control-Allow-Methods": "*",
    "Access-Control-Allow-Headers": "*",
    "Content-Type": "image/png",
}
HTTP = "http://app.localhost"


def last_request(page, url=API, do="fetch", **arguments):
    """Return the last request that the application received."""
    return getattr(page, do)(url, **arguments).exchange[-1]


def metadata(exchange):
    """Return the values of Sec-Fetch-Site, Sec-Fetch-Mode and Sec-Fetch-Dest."""
    return " ".join(str(exchange.get(f"Sec-Fetch-{name}")) for name in ("Site", "Mode", "Dest"))


@pytest.mark.parametrize(
    ("do", "arguments", "origin", "values"),
    [
        ("fetch", {}, APP, "cross-site cors empty"),
        ("fetch", {"method": "PUT"}, APP, "cross-site cors empty"),
        ("fetch", {"url": APP}, None, "same-origin cors empty"),
        ("fetch", {"url": APP, "method": "HEAD"}, None, "same-origin cors empty"),
        ("fetch", {"url": APP, "method": "DELETE"}, APP, "same-origin cors empty"),
        ("fetch", {"url": APP, "mode": "same-origin"}, None, "same-origin same-origin empty"),
        ("fetch", {"mode": "no-cors"}, None, "cross-site no-cors empty"),
        ("fetch", {"mode": "no-cors", "method": "POST"}, APP, "cross-site no-cors empty"),
        ("fetch", {"url": "https://www.app.example"}, APP, "same-site cors empty"),
        ("fetch", {"url": "https://app.example:8443"}, APP, "same-site cors empty"),
        ("xhr", {}, APP, "cross-site cors empty"),
        ("image", {}, None, "cross-site no-cors image"),
        ("image", {"crossorigin": "anonymous"}, APP, "cross-site cors image"),
        ("font", {}, APP, "cross-site cors font"),
        ("submit", {"data": {}}, APP, "cross-site navigate document"),
        ("submit", {"data": {}, "target": "frame"}, APP, "cross-site navigate iframe"),
        ("submit", {"data": {}, "target": "_blank"}, APP, "cross-site navigate document"),
        ("submit", {"data": {}, "method": "GET"}, None, "cross-site navigate document"),
        ("submit", {"data": {}, "url": APP}, APP, "same-origin navigate document"),
        ("beacon", {}, APP, "cross-site no-cors empty"),
    ],
)
def test_origin_is_sent_with_cors_and_with_unsafe_methods(do, arguments, origin, values):
    """Sec-Fetch-* headers are sent with every request."""
    exchange = last_request(page_of(answering(OPEN)), do=do, **{"url": API, **arguments})

    assert exchange.origin == origin
    assert metadata(exchange) == values
    assert exchange.get("Sec-Fetch-User") is None


def test_a_script_and_an_event_source_have_their_own_metadata():
    """A script is a no-cors request, an event source a CORS request."""
    script = last_request(page_of(answering({**OPEN, "Content-Type": "text/javascript"})), do="script")
    events = last_request(
        page_of(answering({**OPEN, "Content-Type": "text/event-stream"})), do="event_source"
    )

    assert (script.origin, metadata(script)) == (None, "cross-site no-cors script")
    assert (events.origin, metadata(events)) == (APP, "cross-site cors empty")
    assert events.get("Accept") == "text/event-stream"
    assert (events.get("Cache-Control"), events.get("Pragma")) == ("no-cache", "no-cache")


def test_documents_and_images_have_their_own_accept_header():
    """Other requests have the default."""
    page = page_of(answering(OPEN))

    assert last_request(page, do="image").get("Accept").startswith("image/png,")
    assert last_request(page, do="submit", data={}).get("Accept").startswith("text/html,")
    assert last_request(page, do="submit", data={}, target="frame").get("Accept").startswith("text/html,")


def test_a_piece_of_a_resource_is_asked_for_as_it_is():
    """Bytes of a compressed body would be others."""
    page = page_of(answering(OPEN))

    assert last_request(page, headers={"Range": "bytes=0-1"}).get("Accept-Encoding") == "identity"
    assert last_request(page).get("Accept-Encoding") is None


@pytest.mark.parametrize(
    ("engine", "user"), [(None, "?1"), ("chromium", "?1"), ("firefox", "?1"), ("webkit", None)]
)
def test_a_typed_url_is_not_requested_by_a_page(engine, user):
    """Sec-Fetch-Site is none, and there is no Origin and no Referer."""
    exchange = Browser(answering(), engine=engine).visit(f"{API}/x").response.exchange[-1]

    assert metadata(exchange) == "none navigate document"
    assert exchange.get("Sec-Fetch-User") == user
    assert exchange.origin is exchange.get("Referer") is None


def test_a_link_is_requested_by_its_page():
    """The new page has its own URL and origin."""
    page = page_of(answering())
    there = page.navigate(f"{API}/x?y#z")
    exchange = there.response.exchange[-1]

    assert metadata(exchange) == "cross-site navigate document"
    assert exchange.origin is None
    assert exchange.get("Referer") == f"{APP}/"
    assert (there.url, str(there.origin)) == (f"{API}/x?y#z", API)
    assert there.response.text == "hello"


@pytest.mark.parametrize("do", ["fetch", "submit", "image"])
def test_a_sandboxed_frame_is_cross_site_to_everyone(do):
    """It is cross-site to the page around it as well."""
    page = page_of(answering(OPEN), sandboxed=True)
    exchange = last_request(page, APP, do, **({"data": {}} if do == "submit" else {}))

    assert exchange.origin == (None if do == "image" else "null")
    assert metadata(exchange).startswith("cross-site ")
    assert exchange.get("Referer") is None


@pytest.mark.parametrize(
    ("engine", "referer"), [(None, None), ("chromium", None), ("firefox", f"{APP}/"), ("webkit", f"{APP}/")]
)
def test_a_form_in_a_sandboxed_frame_has_a_referer_in_two_engines(engine, referer):
    """The Referer is that of the page around the frame."""
    page = page_of(answering(OPEN), sandboxed=True, engine=engine)

    assert last_request(page, API, "submit", data={}).get("Referer") == referer
    assert last_request(page, API, "fetch").get("Referer") is None


@pytest.mark.parametrize("engine", [None, *ENGINES])
def test_sec_fetch_headers_are_not_sent_over_plain_http(engine):
    """Origin is; and Chromium sends the mode of a preflight."""
    page = Browser(answering(OPEN), engine=engine).open("http://app.test")
    asked, actual = page.fetch("http://api.test", "PUT").exchange
    values = "None cors None" if engine == "chromium" else "None None None"

    assert metadata(asked) == values
    assert metadata(actual) == "None None None"
    assert actual.origin == "http://app.test"
    assert metadata(page.fetch("http://api.localhost", "PUT").exchange[0]) == "cross-site cors empty"
    assert metadata(page.fetch("http://app.test", "OPTIONS").exchange[0]) == "None None None"


POLICIES = [
    "no-referrer",
    "same-origin",
    "strict-origin",
    "no-referrer-when-downgrade",
    "origin",
    "origin-when-cross-origin",
    "unsafe-url",
    "",
]


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize(
    ("do", "arguments"),
    [("submit", {"data": {}}), ("beacon", {}), ("fetch", {"mode": "no-cors", "method": "POST"})],
)
def test_a_referrer_policy_can_hide_the_origin_without_cors(do, arguments, policy):
    """Forms, beacons and no-cors requests then have Origin: null."""
    page = page_of(answering(OPEN), referrer_policy=policy)
    hidden = {"no-referrer", "same-origin"}

    assert last_request(page, API, do, **arguments).origin == ("null" if policy in hidden else APP)


@pytest.mark.parametrize("policy", POLICIES)
def test_no_referrer_policy_hides_the_origin_of_a_cors_request(policy):
    """The server needs it to decide."""
    page = page_of(answering(OPEN), referrer_policy=policy)

    assert last_request(page, API, method="POST").origin == APP
    assert last_request(page, API, method="PUT").origin == APP
    assert last_request(page, APP, method="POST").origin == APP


def test_a_same_origin_form_has_a_null_origin_under_no_referrer():
    """Sec-Fetch-Site still is same-origin."""
    exchange = last_request(page_of(answering(), referrer_policy="no-referrer"), APP, "submit", data={})
    kept = last_request(page_of(answering(), referrer_policy="same-origin"), APP, "submit", data={})

    assert (exchange.origin, metadata(exchange)) == ("null", "same-origin navigate document")
    assert kept.origin == APP


@pytest.mark.parametrize("engine", [None, *ENGINES])
def test_chromium_sends_the_origin_of_a_no_cors_post_under_no_referrer(engine):
    """It does so for a beacon, but not for a form."""
    page = page_of(answering(OPEN), engine=engine, referrer_policy="no-referrer")
    shown = APP if engine == "chromium" else "null"

    assert last_request(page, API, mode="no-cors", method="POST").origin == shown
    assert last_request(page, API, "beacon").origin == shown
    assert last_request(page, API, "submit", data={}).origin == "null"


@pytest.mark.parametrize(
    ("policy", "origin"),
    [("", "null"), ("strict-origin", "null"), ("no-referrer-when-downgrade", "null"), ("origin", APP)],
)
def test_a_form_from_https_to_plain_http_has_a_null_origin(policy, origin):
    """Most referrer policies require it."""
    page = page_of(answering(), referrer_policy=policy)

    assert last_request(page, "http://api.example", "submit", data={}).origin == origin


@pytest.mark.parametrize(
    ("policy", "own", "foreign", "plain"),
    [
        ("", "whole", "origin", None),
        ("strict-origin-when-cross-origin", "whole", "origin", None),
        ("no-referrer", None, None, None),
        ("same-origin", "whole", None, None),
        ("strict-origin", "origin", "origin", None),
        ("no-referrer-when-downgrade", "whole", "whole", None),
        ("origin", "origin", "origin", "origin"),
        ("origin-when-cross-origin", "whole", "origin", "origin"),
        ("unsafe-url", "whole", "whole", "whole"),
    ],
)
def test_the_referer_follows_the_referrer_policy(policy, own, foreign, plain):
    """It never has a fragment or a password."""
    values = {None: None, "whole": f"{APP}/a?b", "origin": f"{APP}/"}
    page = page_of(answering(OPEN), at="https://user:word@app.example/a?b#c", referrer_policy=policy)

    assert last_request(page, APP).get("Referer") == values[own]
    assert last_request(page, API).get("Referer") == values[foreign]
    assert last_request(page, "http://api.example", "submit", data={}).get("Referer") == values[plain]


@pytest.mark.parametrize(
    ("policy", "own", "foreign"),
    [
        ("", "whole", "origin"),
        ("no-referrer", None, None),
        ("same-origin", "whole", None),
        ("strict-origin", "origin", "origin"),
        ("no-referrer-when-downgrade", "whole", "whole"),
        ("origin", "origin", "origin"),
        ("origin-when-cross-origin", "whole", "origin"),
        ("unsafe-url", "whole", "whole"),
    ],
)
def test_from_plain_http_there_is_no_downgrade(policy, own, foreign):
    """A Referer that https would hide is sent, to http and to https; the port is part of it."""
    values = {None: None, "whole": "http://app.test:8080/a?b", "origin": "http://app.test:8080/"}
    page = page_of(answering(OPEN), at="http://app.test:8080/a?b", referrer_policy=policy)

    assert last_request(page, "http://app.test:8080").get("Referer") == values[own]
    for url in ("http://api.test", "https://api.example", "http://app.test"):
        assert last_request(page, url).get("Referer") == values[foreign]


def test_a_page_on_the_machine_itself_is_downgraded_by_plain_http():
    """Loopback is trustworthy without https, and to loopback nothing is downgraded."""
    page = page_of(answering(OPEN), at="http://localhost:5000/a")

    assert last_request(page, "http://api.test").get("Referer") is None
    assert last_request(page, "http://127.0.0.1:5000").get("Referer") == "http://localhost:5000/"


def test_a_request_may_have_a_referrer_policy_of_its_own():
    """It goes before the policy of the page."""
    page = page_of(answering(OPEN), referrer_policy="no-referrer")

    assert last_request(page, API, referrer_policy="origin").get("Referer") == f"{APP}/"
    assert last_request(page, API).get("Referer") is None


def test_a_page_has_the_referrer_policy_of_its_response():
    """The last known policy of the header counts."""
    headers = {**OPEN, "Referrer-Policy": "no-referrer, Unsafe-URL, future"}
    page = Browser(answering(headers)).visit(f"{APP}/a?b")

    assert last_request(page, API).get("Referer") == f"{APP}/a?b"


def test_a_page_without_a_referrer_policy_has_the_default():
    """A header that names no known one is as good as none."""
    for headers in (OPEN, {**OPEN, "Referrer-Policy": "future"}):
        page = Browser(answering(headers)).visit(f"{APP}/a?b")

        assert last_request(page, "http://api.example", "submit", data={}).origin == "null"
        assert last_request(page, API).get("Referer") == f"{APP}/"


def test_a_referer_that_is_too_long_is_the_origin():
    """The limit is 4,096 characters."""
    fits = f"{APP}/{'a' * (4096 - len(APP) - 1)}"

    assert last_request(page_of(answering(OPEN), at=fits), APP).get("Referer") == fits
    assert last_request(page_of(answering(OPEN), at=f"{fits}a"), APP).get("Referer") == f"{APP}/"
