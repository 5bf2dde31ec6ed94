"""Loads of elements and objects of a page: images, scripts, fonts, event streams."""

from __future__ import annotations

import pytest

from flask_corsguard.testing import Browser, FetchRefused
from flask_corsguard.testing.differences import ENGINES
from testing.scripted import ALLOWED, ANYONE, API, APP, TRUSTED, answering, page_of

PNG = {"Content-Type": "image/png"}
JS = {"Content-Type": "text/javascript"}
EVENTS = {"Content-Type": "text/event-stream; charset=utf-8"}
CORP = "Cross-Origin-Resource-Policy"


def refused_by(do, *arguments, **more):
    """Return the refusal of a method of a page."""
    with pytest.raises(FetchRefused) as refused:
        do(*arguments, **more)
    return refused.value


@pytest.mark.parametrize(
    ("headers", "crossorigin", "tainted"),
    [
        *((PNG, None, True), ({**PNG, **ANYONE}, None, True)),
        *(({**PNG, **ANYONE}, "anonymous", False), ({**PNG, **ALLOWED}, "anonymous", False)),
        ({**PNG, **TRUSTED}, "use-credentials", False),
    ],
)
def test_an_image_of_another_origin_taints_a_canvas_without_cors(headers, crossorigin, tainted):
    """The element needs crossorigin, and the server must allow the origin."""
    assert page_of(answering(headers)).image(API, crossorigin).tainted is tainted


@pytest.mark.parametrize(
    ("headers", "crossorigin"), [(PNG, "anonymous"), ({**PNG, **ANYONE}, "use-credentials")]
)
def test_an_image_with_crossorigin_is_not_shown_if_the_server_does_not_allow_it(headers, crossorigin):
    """It would be shown without the attribute."""
    page = page_of(answering(headers))

    assert refused_by(page.image, API, crossorigin).step == "CORS check"
    assert page.image(API).tainted


def test_a_same_origin_image_does_not_taint_a_canvas():
    """It does after a redirect to another origin, and in a sandboxed frame."""
    paths = {"/hop": (302, {"Location": API})}
    app = answering(PNG, paths=paths)

    assert not page_of(app).image(APP).tainted
    assert not page_of(app).image("/x", "anonymous").tainted
    assert page_of(app).image(f"{APP}/hop").tainted
    assert page_of(app, sandboxed=True).image(APP).tainted


@pytest.mark.parametrize("status", [200, 404, 500])
def test_an_image_is_shown_whatever_its_status(status):
    """A picture in a 404 response is an image."""
    image = page_of(answering(PNG, status=status)).image(API)

    assert image.exchange[0].status == status
    assert not image.timing_allowed


@pytest.mark.parametrize(("headers", "allowed"), [({}, False), ({"Timing-Allow-Origin": APP}, True)])
def test_the_timing_of_a_script_is_for_the_origins_that_the_server_names(headers, allowed):
    """As that of an image is."""
    script = page_of(answering({**JS, **headers})).script(API)

    assert script.timing_allowed is allowed
    assert script.exchange[0].status == 200


@pytest.mark.parametrize(
    ("headers", "body", "because"),
    [
        ({"Content-Type": "text/html"}, b"x", "the type of the response is text/html, not an image type."),
        ({}, b"x", "the type of the response is missing, not an image type."),
        (PNG, b"", "the body of the response is empty."),
    ],
)
def test_a_response_that_is_not_an_image_is_not_shown(headers, body, because):
    """The page gets an error event."""
    assert refused_by(page_of(answering(headers, body=body)).image, API).because == because


def test_timing_of_an_image_is_for_the_origins_that_the_server_names():
    """Timing-Allow-Origin works without CORS."""
    app = answering({**PNG, "Timing-Allow-Origin": "*"})

    assert page_of(app).image(API).timing_allowed


@pytest.mark.parametrize(
    ("policy", "at", "shown"),
    [
        ("same-origin", APP, False),
        ("same-origin", API, True),
        ("same-origin", "https://www.api.example", False),
        ("same-site", APP, False),
        ("same-site", "https://www.api.example", True),
        ("same-site", "https://api.example:8443", True),
        ("same-site", "http://www.api.example", False),
        ("cross-origin", APP, True),
        ("Same-Origin", APP, True),
        ("same-origin, same-origin", APP, True),
        ("", APP, True),
    ],
)
def test_a_resource_policy_limits_who_may_embed(policy, at, shown):
    """It applies without CORS only, and has three possible values."""
    app = answering({**PNG, **ANYONE, CORP: policy})
    page = page_of(app, at=at)
    if shown:
        page.image(API)
    else:
        refused = refused_by(page.image, API)
        assert refused.step == "cross-origin resource policy check"
        embedder = f"the page that embeds the response has the origin {at}"
        assert refused.because == f"{CORP} is {policy!r}, and {embedder}."
        assert 'resource_policy="cross-origin"' in refused.needed
    page.image(API, "anonymous")
    assert page.fetch(API).ok


def test_a_same_site_resource_of_plain_http_can_be_embedded_by_an_https_page():
    """An http page of the same site can embed it as well."""
    app = answering({**PNG, CORP: "same-site"})

    assert page_of(app, at="http://www.api.example").image("http://api.example").tainted
    assert page_of(app, at="https://a.localhost").image("http://b.a.localhost").tainted


@pytest.mark.parametrize("engine", [None, *ENGINES])
def test_two_ports_of_an_address_are_one_site_except_in_chromium(engine):
    """In Chromium an IP address with its port is a site."""
    app = answering({**PNG, CORP: "same-site"})
    page = page_of(app, at="http://127.0.0.1:5000", engine=engine)

    assert not page.image("http://127.0.0.1:5000").tainted
    if engine == "chromium":
        assert "resource policy" in refused_by(page.image, "http://127.0.0.1:5001").step
    else:
        assert page.image("http://127.0.0.1:5001").tainted


def test_a_resource_policy_is_for_no_cors_requests_and_not_for_forms():
    """A navigation does not look at it."""
    page = page_of(answering({CORP: "same-origin"}))

    assert page.submit(API, {}, target="frame").exchange[-1].status == 200
    assert "resource policy" in refused_by(page.fetch, API, mode="no-cors").step


def test_an_http_image_of_an_https_page_is_fetched_over_https():
    """An image at an IP address or on loopback is not upgraded."""
    browser = Browser(answering(PNG))
    page = browser.open(APP)
    page.image("http://api.example/x")
    page.image("http://a.localhost:5000/x")
    refused = refused_by(page.image, "http://192.168.0.1/x")
    browser.open("http://app.example").image("http://api.example/x")

    assert [exchange.url for exchange in browser.log] == [
        "https://api.example/x",
        "http://a.localhost:5000/x",
        "http://api.example/x",
    ]
    assert "mixed content" in refused.step


@pytest.mark.parametrize("do", ["fetch", "script", "submit"])
@pytest.mark.parametrize("engine", [None, *ENGINES])
def test_webkit_allows_an_https_page_to_load_only_images_from_loopback(engine, do):
    """The other engines trust loopback."""
    page = page_of(answering({**JS, **ANYONE}), engine=engine)
    arguments = {"data": {}, "target": "frame"} if do == "submit" else {}
    if engine == "webkit":
        assert "mixed content" in refused_by(getattr(page, do), "http://127.0.0.1", **arguments).step
    else:
        assert getattr(page, do)("http://127.0.0.1", **arguments).exchange[-1].status == 200
    assert page_of(answering(PNG), engine=engine).image("http://127.0.0.1").tainted
    assert page.navigate("http://127.0.0.1").url == "http://127.0.0.1/"


def test_an_http_page_can_load_from_loopback_in_webkit():
    """There is no mixed content on an http page."""
    page = Browser(answering(ANYONE), engine="webkit").open("http://localhost:3000")

    assert page.fetch("http://localhost:5000").ok


@pytest.mark.parametrize(
    ("headers", "crossorigin", "muted"),
    [(JS, None, True), ({**JS, **ANYONE}, None, True), ({**JS, **ANYONE}, "anonymous", False)],
)
def test_errors_of_a_script_of_another_origin_are_muted_without_cors(headers, crossorigin, muted):
    """Errors could reveal the content of the script."""
    assert page_of(answering(headers)).script(API, crossorigin).muted is muted
    assert not page_of(answering(headers)).script(APP).muted


def test_a_script_with_crossorigin_does_not_run_if_the_server_does_not_allow_it():
    """It would run without the attribute."""
    assert refused_by(page_of(answering(JS)).script, API, "anonymous").step == "CORS check"


@pytest.mark.parametrize("do", ["script", "font"])
@pytest.mark.parametrize("status", [199, 300, 404, 500])
def test_scripts_and_fonts_need_a_successful_status(do, status):
    """An error page is neither."""
    refused = refused_by(getattr(page_of(answering({**JS, **ANYONE}, status=status)), do), API)

    assert refused.because == f"the response has status {status}."
    assert refused.sent


@pytest.mark.parametrize("content_type", ["image/png", "audio/ogg", "video/mp4", "text/csv"])
def test_a_response_of_another_type_does_not_run_as_a_script(content_type):
    """Images, audio, video and CSV are blocked."""
    refused = refused_by(page_of(answering({"Content-Type": content_type})).script, API)

    assert refused.because == f"the type of the response is {content_type}."
    assert refused.step == "main fetch, step 20 (MIME type)"


@pytest.mark.parametrize(
    ("content_type", "nosniff", "runs"),
    [
        *(("text/plain", "", True), ("text/html", "other, nosniff", True), (None, "", True)),
        *(("text/plain", "nosniff", False), ("application/json", "NoSniff", False), (None, "nosniff", False)),
        *(("text/javascript; charset=utf-8", "nosniff", True), ("application/javascript", "nosniff", True)),
    ],
)
def test_any_other_type_runs_without_nosniff(content_type, nosniff, runs):
    """With nosniff the type must be that of a script."""
    headers = {"X-Content-Type-Options": nosniff, **({"Content-Type": content_type} if content_type else {})}
    page = page_of(answering(headers))
    if runs:
        assert page.script(API).muted
    else:
        because = refused_by(page.script, API).because
        missing = content_type or "missing"
        assert because == f"the type of the response is {missing}, and X-Content-Type-Options is nosniff."


def test_a_font_of_another_origin_always_needs_cors():
    """A same-origin font does not."""
    assert page_of(answering(ANYONE)).font(API).type == "cors"
    assert page_of(answering()).font(APP).type == "basic"
    assert refused_by(page_of(answering()).font, API).step == "CORS check"
    assert page_of(answering(ANYONE)).font(API).exchange[0].get("Cookie") is None


def test_an_event_source_reads_the_first_piece():
    """The model closes a stream that never ends after its first piece."""
    closed = []

    class Stream:
        def __iter__(self):
            yield b""
            while True:
                yield b"data: one\n\n"

        def close(self):
            closed.append(True)

    def app(environ, start_response):
        start_response("200 OK", [*EVENTS.items(), *TRUSTED.items()])
        return Stream()

    page = page_of(app)

    assert page.event_source(API).text == "data: one\n\n"
    assert page.event_source(API, with_credentials=True).ok
    assert closed == [True, True]


@pytest.mark.parametrize(
    ("headers", "status", "because"),
    [
        ({**EVENTS, **ANYONE}, 204, "the response has status 204 and type text/event-stream."),
        ({**JS, **ANYONE}, 200, "the response has status 200 and type text/javascript."),
        (ANYONE, 200, "the response has status 200 and type none."),
    ],
)
def test_an_event_source_needs_200_and_its_type(headers, status, because):
    """Any other response ends the connection for good."""
    assert refused_by(page_of(answering(headers, status=status)).event_source, API).because == because


def test_an_event_source_across_origins_needs_cors():
    """With credentials it needs Access-Control-Allow-Credentials as well."""
    assert refused_by(page_of(answering(EVENTS)).event_source, API).step == "CORS check"
    page = page_of(answering({**EVENTS, **ANYONE}))
    assert refused_by(page.event_source, API, with_credentials=True).step == "CORS check"


@pytest.mark.parametrize("do", ["image", "script", "font", "event_source"])
def test_an_invalid_url_is_not_loaded(do):
    """It is refused before anything is sent."""
    refused = refused_by(getattr(page_of(answering()), do), "https://")

    assert refused.because == "'https://' is not a URL."
    assert not refused.exchange


def test_an_http_image_that_a_redirect_leads_to_is_fetched_over_https():
    """The URL that was asked for first stays as it is."""
    app = answering(PNG, paths={"/hop": (302, {"Location": "http://third.example/x"})})
    image = page_of(app).image(f"{API}/hop")

    assert [exchange.url for exchange in image.exchange] == [f"{API}/hop", "https://third.example/x"]
