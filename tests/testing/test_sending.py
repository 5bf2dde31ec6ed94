"""Requests whose response the page does not read: forms, beacons, links, WebSockets."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import pytest
from flask import Flask
from flask_sock import Sock

from flask_corsguard import CorsGuard, Policy
from flask_corsguard.testing import Browser, FetchRefused, handshake
from flask_corsguard.testing.handshake import shake_hands
from flask_corsguard.testing.transport import make_environ
from flask_corsguard.testing.urls import parse_url
from testing.scripted import API, APP, TRUSTED, answering, methods, page_of


def submitted(data, **arguments):
    """Return the request that reached the application."""
    return page_of(answering()).submit(API, data, **arguments).exchange[-1]


@pytest.mark.parametrize(
    ("data", "body"),
    [
        ({"a": "1", "b c": "d&e=f"}, b"a=1&b+c=d%26e%3Df"),
        ([("a", "1"), ("a", "2")], b"a=1&a=2"),
        ({"a\nb": "c\rd\r\ne"}, b"a%0D%0Ab=c%0D%0Ad%0D%0Ae"),
        ({"ü": "~*-._"}, b"%C3%BC=%7E*-._"),
        ({}, b""),
    ],
)
def test_a_form_is_urlencoded(data, body):
    """Lines end as browsers write them."""
    exchange = submitted(data)

    assert exchange.body == body
    assert exchange.get("Content-Type") == "application/x-www-form-urlencoded"
    assert exchange.get("Content-Length") == str(len(body))


@pytest.mark.parametrize(
    ("data", "body"),
    [
        ({'{"a":1,"b":"': '"}'}, b'{"a":1,"b":"="}\r\n'),
        ({"a": "b c", "d\ne": "ü"}, b"a=b c\r\nd\r\ne=\xc3\xbc\r\n"),
        ({}, b""),
    ],
)
def test_a_form_of_plain_text_escapes_nothing(data, body):
    """It can send JSON without a preflight."""
    exchange = submitted(data, enctype="text/plain")

    assert exchange.body == body
    assert exchange.get("Content-Type") == "text/plain"


def test_a_form_can_have_many_parts():
    """Names are escaped as browsers do it."""
    exchange = submitted([('a"b\n', "1\n2"), ("c", "")], enctype="multipart/form-data")
    kind, _, boundary = exchange.get("Content-Type").partition("; boundary=")

    assert kind == "multipart/form-data"
    assert exchange.body.decode() == "\r\n".join(
        [
            *(f"--{boundary}", 'Content-Disposition: form-data; name="a%22b%0D%0A"', "", "1\r\n2"),
            *(f"--{boundary}", 'Content-Disposition: form-data; name="c"', "", ""),
            *(f"--{boundary}--", ""),
        ]
    )


@pytest.mark.parametrize(
    "enctype", ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"]
)
def test_flask_reads_what_a_form_writes(enctype):
    """For Flask text/plain is not a form."""
    app = Flask(__name__)
    app.add_url_rule("/", view_func=lambda: dict(__import__("flask").request.form), methods=["POST"])
    exchange = page_of(app).submit(API, {"a": "b\nc"}, enctype=enctype).exchange[-1]
    read = b'{"a":"b\\r\\nc"}\n'

    assert exchange.response_body == (b"{}\n" if enctype == "text/plain" else read)


def test_a_form_by_get_goes_into_the_query():
    """It replaces the query of the URL."""
    exchange = submitted({"a": "b c"}, method="get", enctype="text/plain")
    other = page_of(answering()).submit(f"{API}/x?old=1#f", {"a": "1"}, method="GET").exchange[-1]

    assert (exchange.method, exchange.url, exchange.body) == ("GET", f"{API}/?a=b+c", b"")
    assert exchange.get("Content-Type") is None
    assert other.url == f"{API}/x?a=1"


@pytest.mark.parametrize(
    ("status", "method", "body"),
    [(302, "GET", b""), (303, "GET", b""), (307, "POST", b"a=1"), (308, "POST", b"a=1")],
)
def test_a_form_follows_redirects(status, method, body):
    """Some redirects send the body again; the Origin is null at a third origin."""
    paths = {"/hop": (status, {"Location": "https://third.example/"}), "/in": (status, {"Location": "/"})}
    page = page_of(answering(paths=paths))
    third, inside = (page.submit(f"{API}{path}", {"a": "1"}).exchange[-1] for path in ("/hop", "/in"))

    assert (third.method, third.body) == (inside.method, inside.body) == (method, body)
    assert third.origin == ("null" if method == "POST" else None)
    assert inside.origin == (APP if method == "POST" else None)


def test_a_page_does_not_read_the_response_to_a_form():
    """The test does."""
    response = page_of(answering(status=403)).submit(API, {})

    assert (response.type, response.status, response.body) == ("opaque", 0, b"")
    assert response.exchange[-1].status == 403


@pytest.mark.parametrize(
    "arguments", [{"enctype": "application/json"}, {"method": "PUT"}, {"target": "_any"}]
)
def test_a_form_cannot_send_json_or_put(arguments):
    """The error lists the possible values."""
    with pytest.raises(ValueError, match=r"can be one of|a form can send GET and POST"):
        submitted({}, **arguments)


def test_a_form_in_a_frame_cannot_be_sent_to_plain_http():
    """A top-level form can."""
    page = page_of(answering())

    assert page.submit("http://api.example", {}).exchange[-1].url == "http://api.example/"
    with pytest.raises(FetchRefused, match="mixed content"):
        page.submit("http://api.example", {}, target="frame")


@pytest.mark.parametrize(
    ("data", "content_type", "sent_type"),
    [
        ("x", None, "text/plain;charset=UTF-8"),
        ("x", "", "text/plain;charset=UTF-8"),
        (b"x", None, None),
        ({"a": "b"}, None, "application/x-www-form-urlencoded;charset=UTF-8"),
        (b"x", "text/plain", "text/plain"),
    ],
)
def test_a_beacon_that_a_form_can_send_needs_no_preflight(data, content_type, sent_type):
    """It is sent with cookies."""
    browser = Browser(
        answering(status=500, paths={"/in": (200, {"Set-Cookie": "a=b; SameSite=None; Secure"})})
    )
    browser.visit(f"{API}/in")
    response = browser.open(APP).beacon(API, data, content_type=content_type)

    assert methods(browser) == "GET POST"
    assert browser.log[-1].get("Cookie") == "a=b"
    assert browser.log[-1].get("Content-Type") == sent_type
    assert (response.type, response.status) == ("opaque", 0)
    assert response.exchange[-1].status == 500


GRANT = {**TRUSTED, "Access-Control-Allow-Headers": "content-type"}


@pytest.mark.parametrize("actual", [TRUSTED, {}])
def test_a_beacon_that_no_form_can_send_needs_a_preflight(actual):
    """The response to the beacon itself does not matter."""
    browser = Browser(answering(actual, GRANT))
    response = browser.open(APP).beacon(API, "{}", content_type="application/json")
    asked, sent = response.exchange

    assert asked.get("Access-Control-Request-Headers") == "content-type"
    assert (sent.method, sent.body, sent.origin) == ("POST", b"{}", APP)
    assert sent.get("Sec-Fetch-Mode") == "cors"
    assert response.type == "opaque"


def test_a_beacon_that_may_not_be_sent_is_refused():
    """The page does not learn of it, but the test does."""
    with pytest.raises(FetchRefused) as refused:
        page_of(answering(TRUSTED, TRUSTED)).beacon(API, "{}", content_type="application/json")

    assert refused.value.step == "CORS-preflight fetch, step 7.7 (headers)"
    assert not refused.value.sent


def test_the_length_of_a_beacon_is_limited():
    """The limit is 64 KiB."""
    page = page_of(answering())

    assert page.beacon(API, b"x" * 65536).exchange[-1].get("Content-Length") == "65536"
    with pytest.raises(FetchRefused, match="the body has 65537 bytes; the limit is 65536"):
        page.beacon(API, b"x" * 65537)


@pytest.mark.parametrize("url", ["https://", "ftp://api.example", "data:,x"])
def test_only_an_http_url_can_be_visited(url):
    """This is so for a link and for a typed URL."""
    browser = Browser(answering())
    for go in (browser.visit, browser.open(APP).navigate):
        with pytest.raises(FetchRefused) as refused:
            go(url)
        assert not refused.value.exchange


def test_a_visit_follows_redirects_and_stores_cookies():
    """The page has the last URL."""
    paths = {"/in": (303, {"Location": "/home", "Set-Cookie": "a=b; SameSite=Strict"})}
    page = Browser(answering(paths=paths)).visit(f"{API}/in")

    assert page.url == f"{API}/home"
    assert page.response.redirected
    assert (page.response.type, page.response.text) == ("basic", "hello")
    assert page.response.exchange[-1].get("Cookie") == "a=b"


@pytest.mark.parametrize("origin", ["capacitor://localhost", "app://main.example:8080"])
def test_a_page_of_a_shell_has_the_origin_of_its_scheme(origin):
    """It is cross-site to every server, sends its origin, and has no referrer."""
    browser = Browser(answering(headers={"Access-Control-Allow-Origin": origin}))

    response = browser.open(f"{origin}/index.html").fetch(f"{API}/x")

    assert (response.type, response.text) == ("cors", "hello")
    assert browser.log[0].origin == origin
    assert browser.log[0].get("Sec-Fetch-Site") == "cross-site"
    assert browser.log[0].get("Referer") is None


def test_a_refusal_names_the_page_of_a_shell():
    """It names the origin of the page."""
    with pytest.raises(FetchRefused, match="a page of capacitor://localhost to fetch"):
        Browser(answering()).open("capacitor://localhost").fetch(f"{API}/x")


def test_a_refusal_names_a_person_who_types_the_url():
    """There is no page."""
    with pytest.raises(FetchRefused, match=r"a person who types the URL to go to https://app.example"):
        Browser({}).visit(APP)


@pytest.fixture
def echo():
    """Return an application with a WebSocket of flask-sock behind the guard."""
    app = Flask(__name__)
    app.opened, app.threads = [], []
    sock = Sock(app)

    @sock.route("/echo")
    def _echo(connection):
        app.opened.append(1)
        app.threads += [threading.current_thread(), connection.thread]
        while True:
            connection.send(connection.receive())

    CorsGuard(app, Policy(origins=[APP]))
    return app


@pytest.mark.parametrize("url", [f"{API}/echo", "wss://api.example/echo"])
def test_a_websocket_opens_if_the_policy_allows_the_origin(echo, url):
    """The application's thread and the socket's own end when it is closed."""
    response = page_of(echo).websocket(url)
    exchange = response.exchange[-1]

    assert echo.opened == [1]
    assert (response.type, exchange.status, exchange.method) == ("opaque", 101, "GET")
    assert exchange.url == f"{API}/echo"
    assert (exchange.get("Upgrade"), exchange.get("Connection")) == ("websocket", "Upgrade")
    assert exchange.get("Sec-WebSocket-Version") == "13"
    assert exchange.answered("Sec-WebSocket-Accept") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
    assert exchange.origin == APP
    assert exchange.get("Sec-Fetch-Mode") == "websocket"
    assert exchange.get("Referer") is None
    # These two, and not a number of threads: others of this process begin and end when they like.
    for thread in echo.threads:
        thread.join(60)
    assert [thread.is_alive() for thread in echo.threads] == [False, False]


def _wait_for(condition):
    # The conversation's thread ends after its application.
    for _ in range(12_000):
        if condition():
            return
        threading.Event().wait(0.005)
    raise AssertionError("it did not come about")


def test_a_websocket_is_refused_if_the_policy_does_not_allow_the_origin(echo):
    """The status of the response is 403."""
    with pytest.raises(FetchRefused) as refused:
        page_of(echo, at="https://evil.example").websocket(f"{API}/echo")

    assert refused.value.step == "WebSocket opening handshake"
    assert "status 403" in refused.value.because
    assert 'origins=["https://evil.example"]' in refused.value.needed
    assert refused.value.sent
    assert echo.opened == []


def test_a_handshake_has_cookies():
    """It needs the guard for this reason."""
    browser = Browser(
        answering(status=101, paths={"/in": (200, {"Set-Cookie": "a=b; SameSite=None; Secure"})})
    )
    browser.visit(f"{API}/in")

    assert browser.open(APP).websocket(API).exchange[-1].get("Cookie") == "a=b"


def test_a_handshake_does_not_follow_redirects():
    """A redirect is an error."""
    with pytest.raises(FetchRefused, match="does not follow redirects"):
        page_of(answering({"Location": "/"}, status=302)).websocket(API)


@pytest.mark.parametrize("url", ["ftp://api.example", "wss://api.example/#x", "https://"])
def test_a_websocket_url_has_no_fragment(url):
    """Its scheme is ws, wss, http or https."""
    with pytest.raises(FetchRefused, match="is not a"):
        page_of(answering()).websocket(url)


def test_an_https_page_cannot_open_a_websocket_over_plain_http():
    """It can on loopback."""
    page = page_of(answering(status=101))

    with pytest.raises(FetchRefused, match="mixed content"):
        page.websocket("ws://api.example")
    assert page.websocket("ws://localhost:5000").exchange[-1].url == "http://localhost:5000/"


HANDSHAKE = make_environ("GET", parse_url(API), [], b"")


def test_a_handshake_can_be_answered_in_pieces():
    """The model waits for the end of the headers."""

    def app(environ, start_response):
        socket = environ["werkzeug.socket"]
        for piece in (b"HTTP/1.1 101 Swit", b"ching\r\nX-A: 1\r\n", b"\r\nand more"):
            socket.sendall(piece)
            threading.Event().wait(0.01)
        socket.recv(1)
        raise BrokenPipeError("the browser is gone")

    assert shake_hands(app, dict(HANDSHAKE)) == (101, (("X-A", "1"),), b"")


def test_an_application_can_open_a_websocket_with_start_response():
    """It can send messages until the browser closes the WebSocket."""

    def app(environ, start_response):
        start_response("101 Switching Protocols", [("X-A", "1")])
        while environ["werkzeug.socket"].recv(1):
            pass  # pragma: no cover - the browser sends nothing
        return []

    assert shake_hands(app, dict(HANDSHAKE)) == (101, (("X-A", "1"),), b"")


def test_an_application_that_finds_the_socket_closed_has_answered_all_the_same():
    """Once it has started its response with 101, an exception of the closed socket is not an error."""

    def app(environ, start_response):
        start_response("101 Switching Protocols", [])
        raise BrokenPipeError("the browser is gone")

    assert shake_hands(app, dict(HANDSHAKE)) == (101, (), b"")


@pytest.mark.parametrize("opened", [True, False])
def test_an_exception_of_the_application_reaches_the_test(opened):
    """An OSError of the closed socket does not."""

    def app(environ, start_response):
        if opened:
            environ["werkzeug.socket"].sendall(b"HTTP/1.1 101 OK\r\n\r\n")
            environ["werkzeug.socket"].recv(1)
            raise RuntimeError("after it")
        raise ConnectionResetError("before it")

    with pytest.raises(RuntimeError if opened else ConnectionResetError, match=r"it$"):
        shake_hands(app, dict(HANDSHAKE))


def test_a_handshake_without_an_answer_times_out():
    """The limit of this test is a hundredth of a second."""
    left = threading.Event()

    def app(environ, start_response):
        left.wait(60)
        start_response("200 OK", [])
        return []

    with pytest.raises(TimeoutError, match=r"did not answer the handshake within 0.01 s"):
        shake_hands(app, dict(HANDSHAKE), patience=0.01)
    left.set()
    _wait_for(lambda: not _conversations())


def test_an_application_that_does_not_return_times_out(monkeypatch):
    """Otherwise it would occupy its thread."""
    left = threading.Event()
    # It has all the time in the world to answer.
    monkeypatch.setattr(handshake, "time", SimpleNamespace(monotonic=lambda: 0.0))

    def app(environ, start_response):
        start_response("101 Switching Protocols", [])
        left.wait(60)
        return []

    with pytest.raises(TimeoutError, match=r"did not return within 0.01 s after its WebSocket was closed"):
        shake_hands(app, dict(HANDSHAKE), patience=0.01)
    left.set()
    _wait_for(lambda: not _conversations())


def _conversations():
    return [each for each in threading.enumerate() if each.name == "flask_corsguard.testing.websocket"]


def test_a_beacon_of_bytes_has_no_type_and_needs_no_preflight():
    """As no ``Content-Type`` is sent, there is none that a form could not send."""
    (exchange,) = page_of(answering()).beacon(API, b"x").exchange

    assert (exchange.method, exchange.body, exchange.get("Content-Type")) == ("POST", b"x", None)
    assert exchange.get("Sec-Fetch-Mode") == "no-cors"


def test_a_beacon_without_data_has_no_body():
    """It is a POST all the same."""
    exchange = page_of(answering()).beacon(API).exchange[-1]

    assert (exchange.method, exchange.body) == ("POST", b"")


def test_the_error_for_an_unknown_encoding_lists_those_of_forms():
    """Three of them."""
    with pytest.raises(ValueError, match=r"enctype is 'text/html'; .* application/x-www-form-urlencoded, "):
        page_of(answering()).submit(API, {}, enctype="text/html")


def test_a_handshake_is_for_no_cache(echo):
    """Whatever the page may have stored of that URL."""
    exchange = page_of(echo).websocket(f"{API}/echo").exchange[-1]

    assert (exchange.get("Pragma"), exchange.get("Cache-Control")) == ("no-cache", "no-cache")
    assert exchange.get("Referer") is None


def test_the_timing_of_a_handshake_is_not_secret(echo):
    """Only the timing of a document of another origin is, where no header shows it."""
    assert page_of(echo).websocket(f"{API}/echo").timing_allowed


@pytest.mark.parametrize(
    ("engine", "destination"),
    [(None, "empty"), ("chromium", None), ("firefox", "empty"), ("webkit", "websocket")],
)
def test_the_destination_of_a_handshake_is_that_of_its_engine(engine, destination):
    """Chromium sends no metadata with it."""
    exchange = page_of(echo_once, engine=engine).websocket(API).exchange[-1]

    assert exchange.get("Sec-Fetch-Dest") == destination


def echo_once(environ, start_response):
    """Open a WebSocket, and wait for its end."""
    start_response("101 Switching Protocols", [])
    environ["werkzeug.socket"].recv(1)
    return []
