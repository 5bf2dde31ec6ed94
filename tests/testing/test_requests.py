"""Who the server is told that asks: Origin, Referer and Sec-Fetch-*."""

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


def told(page, url=API, do="fetch", **arguments):
    """Give the request that the application saw last."""
    return getattr(page, do)(url, **arguments).exchange[-1]


def metadata(exchange):
    """Give the values of Sec-Fetch-Site, -Mode and -Dest."""
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
def test_a_server_learns_who_asks_for_what(do, arguments, origin, values):
    """Origin with CORS, and with everything that is neither GET nor HEAD."""
    exchange = told(page_of(answering(OPEN)), do=do, **{"url": API, **arguments})

    assert exchange.origin == origin
    assert metadata(exchange) == values
    assert exchange.get("Sec-Fetch-User") is None


def test_a_script_and_an_event_source_say_so_as_well():
    """They need types of their own."""
    script = told(page_of(answering({**OPEN, "Content-Type": "text/javascript"})), do="script")
    events = told(page_of(answering({**OPEN, "Content-Type": "text/event-stream"})), do="event_source")

    assert (script.origin, metadata(script)) == (None, "cross-site no-cors script")
    assert (events.origin, metadata(events)) == (APP, "cross-site cors empty")
    assert events.get("Accept") == "text/event-stream"
    assert (events.get("Cache-Control"), events.get("Pragma")) == ("no-cache", "no-cache")


def test_documents_and_images_say_what_they_like():
    """By the Accept header that is theirs."""
    page = page_of(answering(OPEN))

    assert told(page, do="image").get("Accept").startswith("image/png,")
    assert told(page, do="submit", data={}).get("Accept").startswith("text/html,")
    assert told(page, do="submit", data={}, target="frame").get("Accept").startswith("text/html,")


@pytest.mark.parametrize(
    ("engine", "user"), [(None, "?1"), ("chromium", "?1"), ("firefox", "?1"), ("webkit", None)]
)
def test_a_person_who_types_a_url_is_nobody_s_page(engine, user):
    """Sec-Fetch-Site is none, and there is neither Origin nor Referer."""
    exchange = Browser(answering(), engine=engine).visit(f"{API}/x").response.exchange[-1]

    assert metadata(exchange) == "none navigate document"
    assert exchange.get("Sec-Fetch-User") == user
    assert exchange.origin is exchange.get("Referer") is None


def test_a_link_is_of_its_page():
    """And leads to a page that knows where it is."""
    page = page_of(answering())
    there = page.navigate(f"{API}/x?y#z")
    exchange = there.response.exchange[-1]

    assert metadata(exchange) == "cross-site navigate document"
    assert exchange.origin is None
    assert exchange.get("Referer") == f"{APP}/"
    assert (there.url, str(there.origin)) == (f"{API}/x?y#z", API)
    assert there.response.text == "hello"


@pytest.mark.parametrize("do", ["fetch", "submit", "image"])
def test_a_sandboxed_frame_is_foreign_to_everyone(do):
    """To the page around it as well."""
    page = page_of(answering(OPEN), sandboxed=True)
    exchange = told(page, APP, do, **({"data": {}} if do == "submit" else {}))

    assert exchange.origin == (None if do == "image" else "null")
    assert metadata(exchange).startswith("cross-site ")
    assert exchange.get("Referer") is None


@pytest.mark.parametrize(
    ("engine", "referer"), [(None, None), ("chromium", None), ("firefox", f"{APP}/"), ("webkit", f"{APP}/")]
)
def test_a_form_in_a_sandboxed_frame_has_a_referer_in_two_engines(engine, referer):
    """That of the page around it."""
    page = page_of(answering(OPEN), sandboxed=True, engine=engine)

    assert told(page, API, "submit", data={}).get("Referer") == referer
    assert told(page, API, "fetch").get("Referer") is None


@pytest.mark.parametrize("engine", [None, *ENGINES])
def test_where_nothing_is_trusted_nothing_is_said(engine):
    """Over plain http there is Origin alone; Chromium says the mode of preflights."""
    page = Browser(answering(OPEN), engine=engine).open("http://app.test")
    asked, actual = page.fetch("http://api.test", "PUT").exchange
    said = "None cors None" if engine == "chromium" else "None None None"

    assert metadata(asked) == said
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
def test_a_referrer_policy_can_hide_the_origin_where_there_is_no_cors(do, arguments, policy):
    """Forms, beacons and no-cors requests then say null."""
    page = page_of(answering(OPEN), referrer_policy=policy)
    hidden = {"no-referrer", "same-origin"}

    assert told(page, API, do, **arguments).origin == ("null" if policy in hidden else APP)


@pytest.mark.parametrize("policy", POLICIES)
def test_no_referrer_policy_hides_the_origin_of_cors(policy):
    """Whoever asks to read has to say who it is."""
    page = page_of(answering(OPEN), referrer_policy=policy)

    assert told(page, API, method="POST").origin == APP
    assert told(page, API, method="PUT").origin == APP
    assert told(page, APP, method="POST").origin == APP


def test_a_form_to_the_own_server_is_null_under_no_referrer():
    """A trap: it is same-origin for Sec-Fetch-Site, and null for Origin."""
    exchange = told(page_of(answering(), referrer_policy="no-referrer"), APP, "submit", data={})
    kept = told(page_of(answering(), referrer_policy="same-origin"), APP, "submit", data={})

    assert (exchange.origin, metadata(exchange)) == ("null", "same-origin navigate document")
    assert kept.origin == APP


@pytest.mark.parametrize("engine", [None, *ENGINES])
def test_chromium_names_the_origin_of_a_no_cors_post_under_no_referrer(engine):
    """Of a beacon, too, but not of a form."""
    page = page_of(answering(OPEN), engine=engine, referrer_policy="no-referrer")
    shown = APP if engine == "chromium" else "null"

    assert told(page, API, mode="no-cors", method="POST").origin == shown
    assert told(page, API, "beacon").origin == shown
    assert told(page, API, "submit", data={}).origin == "null"


@pytest.mark.parametrize(
    ("policy", "origin"),
    [("", "null"), ("strict-origin", "null"), ("no-referrer-when-downgrade", "null"), ("origin", APP)],
)
def test_a_form_to_plain_http_hides_that_it_comes_from_https(policy, origin):
    """Under most policies."""
    page = page_of(answering(), referrer_policy=policy)

    assert told(page, "http://api.example", "submit", data={}).origin == origin


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
def test_the_referer_is_as_the_policy_says(policy, own, foreign, plain):
    """Never with a fragment or a password."""
    values = {None: None, "whole": f"{APP}/a?b", "origin": f"{APP}/"}
    page = page_of(answering(OPEN), at="https://user:word@app.example/a?b#c", referrer_policy=policy)

    assert told(page, APP).get("Referer") == values[own]
    assert told(page, API).get("Referer") == values[foreign]
    assert told(page, "http://api.example", "submit", data={}).get("Referer") == values[plain]


def test_a_request_may_have_a_referrer_policy_of_its_own():
    """It comes before the page's."""
    page = page_of(answering(OPEN), referrer_policy="no-referrer")

    assert told(page, API, referrer_policy="origin").get("Referer") == f"{APP}/"
    assert told(page, API).get("Referer") is None


def test_a_page_brings_its_referrer_policy_along():
    """In the header of the answer that it was loaded from; the last that is known counts."""
    headers = {**OPEN, "Referrer-Policy": "no-referrer, Unsafe-URL, future"}
    page = Browser(answering(headers)).visit(f"{APP}/a?b")

    assert told(page, API).get("Referer") == f"{APP}/a?b"


def test_a_referer_that_is_too_long_is_the_origin():
    """4096 characters are the most."""
    fits = f"{APP}/{'a' * (4096 - len(APP) - 1)}"

    assert told(page_of(answering(OPEN), at=fits), APP).get("Referer") == fits
    assert told(page_of(answering(OPEN), at=f"{fits}a"), APP).get("Referer") == f"{APP}/"
