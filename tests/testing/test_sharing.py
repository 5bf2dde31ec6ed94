"""The CORS check, and what a script reads of a response."""

from __future__ import annotations

import pytest

from flask_corsguard.testing import Browser, FetchRefused, assert_can_fetch, assert_cannot_fetch
from testing.scripted import ALLOWED, ANYONE, API, APP, THIRD, TRUSTED, answering, page_of

ACAO = "Access-Control-Allow-Origin"


@pytest.mark.parametrize("value", [APP, "*", f" {APP}\t"])
def test_a_response_for_the_origin_or_the_wildcard_is_shared(value):
    """White space around the value is ignored."""
    response = page_of(answering({ACAO: value})).fetch(API)

    assert (response.type, response.status, response.ok, response.text) == ("cors", 200, True, "hello")
    assert response.url == f"{API}/"
    assert not response.redirected


@pytest.mark.parametrize(
    ("headers", "because"),
    [
        ({}, f"the response has no {ACAO}, and the origin of the request is {APP}."),
        ({ACAO: THIRD}, f"{ACAO} is '{THIRD}', and the origin of the request is {APP}."),
        ({ACAO: f"{APP}/"}, "origins are compared byte by byte: no slash at the end, no upper case"),
        ({ACAO: APP.upper()}, "origins are compared byte by byte"),
        ({ACAO: f"{APP}, {THIRD}"}, "has more than one value"),
        ({ACAO: f"{APP} {THIRD}"}, "has more than one value"),
        ([(ACAO, APP), (ACAO, APP)], "has more than one value"),
        ([(ACAO, "*"), (ACAO, APP)], "has more than one value"),
        ({ACAO: "null"}, f"{ACAO} is 'null', and the origin of the request is {APP}."),
        ({ACAO: ""}, f"{ACAO} is '', and the origin of the request is {APP}."),
    ],
)
def test_a_response_for_another_origin_is_not_shared(headers, because):
    """The request was sent all the same."""
    refused = assert_cannot_fetch(page_of(answering(headers)), API)

    assert refused.step == "CORS check"
    assert because in refused.because
    assert refused.needed == f'{ACAO}: {APP} (a policy with origins=["{APP}"])'
    assert refused.sent


@pytest.mark.parametrize("credentials", ["omit", "same-origin"])
def test_without_credentials_allow_origin_is_enough(credentials):
    """The modes omit and same-origin send no credentials across origins."""
    assert_can_fetch(page_of(answering(ANYONE)), API, credentials=credentials)


def test_with_credentials_the_server_must_allow_them():
    """It must name the origin as well."""
    assert_can_fetch(page_of(answering(TRUSTED)), API, credentials="include")


@pytest.mark.parametrize(
    ("headers", "because"),
    [
        (ALLOWED, 'Access-Control-Allow-Credentials to be exactly "true", and it is missing.'),
        ({**ALLOWED, "Access-Control-Allow-Credentials": "True"}, "and it is 'True'."),
        ({**ALLOWED, "Access-Control-Allow-Credentials": "true, true"}, "and it is 'true, true'."),
        ({**TRUSTED, ACAO: "*"}, 'is "*", which is not a wildcard for a request with credentials.'),
        ({**TRUSTED, ACAO: THIRD}, f"is '{THIRD}'"),
    ],
)
def test_with_credentials_any_other_value_is_refused(headers, because):
    """The wildcard is refused, too."""
    refused = assert_cannot_fetch(page_of(answering(headers)), API, credentials="include")

    assert because in refused.because
    assert refused.needed == (
        f"{ACAO}: {APP} and Access-Control-Allow-Credentials: true "
        f'(a policy with origins=["{APP}"], credentials=True)'
    )


def test_a_sandboxed_frame_has_a_null_origin():
    """The wildcard or "null" allows it, but no policy does with credentials."""
    assert_can_fetch(page_of(answering(ANYONE), sandboxed=True), API)
    assert_can_fetch(page_of(answering({ACAO: "null"}), sandboxed=True), API)
    refused = assert_cannot_fetch(page_of(answering(ALLOWED), sandboxed=True), API)
    with_credentials = assert_cannot_fetch(
        page_of(answering(TRUSTED), sandboxed=True), APP, credentials="include"
    )

    assert "is null, because its document is sandboxed." in refused.because
    assert refused.needed == f'{ACAO}: * (a policy with origins="*")'
    assert "no policy allows null with credentials" in with_credentials.needed
    assert "a sandboxed frame (origin null) in a page of https://app.example" in str(refused)


def test_an_error_response_can_be_shared():
    """The status does not matter for CORS."""
    response = page_of(answering(ALLOWED, status=500)).fetch(API)

    assert (response.status, response.ok) == (500, False)


@pytest.mark.parametrize("status", [200, 204, 299])
def test_ok_is_true_from_200_to_299(status):
    """It is the property of the Fetch standard."""
    assert page_of(answering(ALLOWED, status=status)).fetch(API).ok


def test_a_same_origin_response_needs_no_cors_headers():
    """The method does not matter."""
    page = page_of(answering({"X-Any": "1", "Set-Cookie": "a=b", "set-cookie2": "c"}))
    response = page.fetch(f"{APP}/x", "PUT", headers={"X-Any": "1"}, json={})

    assert response.type == "basic"
    assert response.headers.to_wsgi_list() == [("X-Any", "1")]
    assert len(response.exchange) == 1


@pytest.mark.parametrize("url", [f"{APP}:8443", "http://app.example", "https://www.app.example"])
def test_another_port_scheme_or_name_is_another_origin(url):
    """An origin has all three."""
    page = Browser(answering(), engine=None).open("http://app.example" if url[4] == "s" else APP)
    with pytest.raises(FetchRefused):
        page.fetch(url)


def test_same_origin_mode_sends_nothing_to_another_origin():
    """The headers of the server do not matter."""
    page = page_of(answering(ANYONE))
    refused = assert_cannot_fetch(page, API, mode="same-origin")

    assert refused.step == "main fetch, step 12 (same-origin mode)"
    assert refused.exchange == ()
    assert page.fetch(APP, mode="same-origin").type == "basic"


def test_without_cors_the_response_is_opaque():
    """The test sees it in the exchange."""
    response = page_of(answering({"X-Any": "1"})).fetch(API, mode="no-cors")

    assert (response.type, response.status, response.ok) == ("opaque", 0, False)
    assert (response.body, response.text, response.url) == (b"", "", "")
    assert len(response.headers) == 0
    assert response.exchange[0].status == 200


def test_without_cors_a_same_origin_response_is_readable():
    """The mode matters across origins only."""
    assert page_of(answering()).fetch(APP, mode="no-cors").type == "basic"


SAFE = [
    ("Cache-Control", "no-store"),
    ("Content-Language", "en"),
    ("Content-Length", "5"),
    ("Content-Type", "text/plain"),
    ("Expires", "0"),
    ("Last-Modified", "x"),
    ("Pragma", "x"),
]
SECRET = [("X-Total", "7"), ("x-total", "8"), ("X-Other", "9"), ("Set-Cookie", "a=b"), ("Set-Cookie2", "c")]


def readable(expose, **arguments):
    """Return the names that a script reads besides the safelisted ones if *expose* is sent."""
    exposing = [("Access-Control-Expose-Headers", value) for value in expose]
    app = answering([*TRUSTED.items(), *SAFE, *SECRET, *exposing])
    headers = page_of(app).fetch(API, **arguments).headers.to_wsgi_list()
    assert set(SAFE) <= set(headers)
    return dict(set(headers) - set(SAFE))


@pytest.mark.parametrize(
    ("expose", "names"),
    [
        ([], set()),
        (["X-Total"], {"X-Total"}),
        (["x-other, X-TOTAL"], {"X-Total", "X-Other"}),
        (["x-other", "X-TOTAL"], {"X-Total", "X-Other"}),
        (["Set-Cookie, Set-Cookie2"], set()),
        (["X-Total X-Other"], set()),
        ([""], set()),
    ],
)
def test_a_script_reads_the_safelisted_and_the_exposed_headers(expose, names):
    """It never reads Set-Cookie, and a malformed list exposes nothing."""
    assert set(readable(expose)) == names


def test_the_wildcard_exposes_everything_except_cookies():
    """Repeated headers are joined."""
    headers = readable(["*"])

    assert headers["X-Total"] == "7, 8"
    assert "Access-Control-Allow-Origin" in headers
    assert "Set-Cookie" not in headers


def test_the_wildcard_exposes_nothing_with_credentials():
    """It is the name of a header then."""
    assert readable(["*"], credentials="include") == {}
    assert set(readable(["*, X-Other"], credentials="include")) == {"X-Other"}


def test_a_response_is_json_or_text():
    """Its body is decoded as scripts decode it."""
    response = page_of(answering(ALLOWED, body='{"a": "ü"}'.encode())).fetch(API)

    assert response.json == {"a": "ü"}
    assert response.text == '{"a": "ü"}'
    assert page_of(answering(ALLOWED, body=b"\xff")).fetch(API).text == "\ufffd"


@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("GET", 204), ("GET", 205), ("GET", 304)])
def test_some_responses_have_no_body(method, status):
    """The body that the application sends is dropped."""
    assert page_of(answering(ALLOWED, status=status)).fetch(API, method).body == b""


@pytest.mark.parametrize(
    ("value", "allowed"),
    [
        *((None, False), ("*", True), (APP, True), (THIRD, False), (f"{THIRD}, {APP}", True)),
        *((f"{APP}/", False), (APP.upper(), False)),
    ],
)
def test_timing_is_for_the_origins_that_the_server_names(value, allowed):
    """It can name several, unlike in CORS headers."""
    headers = {} if value is None else {"Timing-Allow-Origin": value}
    page = page_of(answering({**ANYONE, **headers}))

    assert page.fetch(API).timing_allowed is allowed
    assert page.fetch(API, mode="no-cors").timing_allowed is allowed
    assert page.fetch(APP).timing_allowed


def test_timing_needs_every_hop():
    """One hop that does not allow it hides the timing."""
    allowing = {**ANYONE, "Timing-Allow-Origin": "*"}
    paths = {"/a": (302, {**ANYONE, "Location": "/"}), "/b": (302, {**allowing, "Location": "/"})}
    page = page_of(answering(allowing, paths=paths))

    assert not page.fetch(f"{API}/a").timing_allowed
    assert page.fetch(f"{API}/b").timing_allowed


def test_a_frame_of_another_origin_hides_its_timing():
    """A window of the same origin does not."""
    page = page_of(answering())

    assert not page.submit(API, {}, target="frame").timing_allowed
    assert page.submit(APP, {}, target="frame").timing_allowed


@pytest.mark.parametrize(
    ("at", "url", "sent"),
    [
        (APP, "http://api.example", False),
        (APP, "http://127.0.0.1:5000", True),
        (APP, "http://a.localhost", True),
        (APP, "https://api.example", True),
        ("http://app.example", "http://api.example", True),
        ("http://localhost:3000", "http://api.example", True),
    ],
)
def test_an_https_page_cannot_load_over_plain_http(at, url, sent):
    """It can on loopback."""
    browser = Browser(answering(ANYONE))
    page = browser.open(at)
    if sent:
        assert_can_fetch(page, url)
    else:
        refused = assert_cannot_fetch(page, url)
        assert refused.step == "main fetch, step 7 (mixed content)"
        assert refused.needed == "an https URL"
    assert bool(browser.log) is sent


@pytest.mark.parametrize("port", [22, 25, 6000, 10080])
def test_some_ports_are_blocked(port):
    """They belong to other protocols."""
    refused = assert_cannot_fetch(page_of(answering(ANYONE)), f"https://api.example:{port}")

    assert refused.step == "main fetch, step 7 (bad port)"
    assert not refused.sent


def test_an_origin_without_an_application_is_refused():
    """The refusal lists the origins of the browser."""
    browser = Browser({API: answering(ALLOWED), "http://localhost:5000/": answering(ANYONE, body=b"local")})
    page = browser.open(APP)
    refused = assert_cannot_fetch(page, THIRD)

    assert page.fetch(API).text == "hello"
    assert page.fetch("http://localhost:5000/x").text == "local"
    assert refused.step == "HTTP-network fetch"
    known = f"{API}, http://localhost:5000"
    assert refused.because == f"no application answers at {THIRD}; this browser has {known}."
    assert f'Browser({{"{THIRD}": app, ...}})' in refused.needed


def test_a_browser_can_have_no_applications():
    """It is useless, but not an error."""
    assert "has none" in assert_cannot_fetch(Browser({}).open(APP), APP).because


@pytest.mark.parametrize(
    "key", ["api.example", "https://api.example/x", "ftp://api.example", "HTTPS://API.example"]
)
def test_a_key_of_the_applications_has_to_be_an_origin(key):
    """Any other key is an error."""
    with pytest.raises(ValueError, match=r'write it as "https://api.example"'):
        Browser({key: answering()})


def test_the_repr_of_a_response_is_short():
    """It leaves out the exchanges."""
    text = repr(page_of(answering(ALLOWED)).fetch(API))

    assert text.startswith("Response(type='cors', status=200,")
    assert "exchange" not in text
