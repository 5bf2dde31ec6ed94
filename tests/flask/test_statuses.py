"""Every status of an application, and every way of sending a body: readable, and not changed."""

from __future__ import annotations

import io
import threading
from dataclasses import dataclass, field

import pytest
from flask import Flask, Response, abort, redirect, request, send_file, session, stream_with_context
from flask_caching import Cache
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from cases import EVIL, A, allow
from flask_corsguard import CorsGuard, Policy
from harness import assert_headers_exactly, call, make_environ, preflight

B = "https://b.example"

#: The guard is off, so that what a refused origin gets is the application's answer as well.
POLICY = Policy(origins=[A, B], methods=["PUT", "DELETE"], guard="off")

WHO = [A, EVIL, None]

WHO_IDS = ["an allowed origin", "a refused origin", "no origin"]

#: Seconds; only a test that fails waits for them.
PATIENCE = 30

TEXT = b"0123456789" * 10


def of(origin, **more):
    """Return the headers of a request from *origin*."""
    headers = {name.replace("_", "-"): value for name, value in more.items()}
    return headers if origin is None else {"Origin": origin, **headers}


def assert_answered(result, origin, code, *, vary="Origin"):
    """Assert the status, one ``Access-Control-Allow-Origin`` where it is allowed, and a whole ``Vary``."""
    allowed = [allow(origin)] if origin in {A, B} else []
    assert result.code == code
    assert_headers_exactly(result.headers, [*allowed, ("Vary", vary)])


def make_app(place):
    """Make an application that can answer with anything, whose files are in *place*."""
    static = place / "static"
    static.mkdir()
    (static / "font.woff2").write_bytes(TEXT)
    app = Flask(__name__, static_folder=str(static))
    app.secret_key = "test"
    app.config["MAX_CONTENT_LENGTH"] = 10
    CorsGuard(app, POLICY)
    add_successes(app)
    add_failures(app)
    return app


@pytest.fixture
def app(tmp_path):
    """Make an application to which a test may add views."""
    return make_app(tmp_path)


@pytest.fixture(scope="module")
def answering(tmp_path_factory):
    """Make one application for the tests that only ask."""
    return make_app(tmp_path_factory.mktemp("app"))


def add_successes(app):
    """Add views that answer with 2xx and 3xx."""
    app.add_url_rule("/slash/", "slash", lambda: "slash", methods=["GET", "POST"])
    for code in (200, 201, 202, 204, 205, 226):
        app.add_url_rule(f"/{code}", str(code), lambda code=code: ("", code))
    for code in (301, 302, 303, 307, 308):
        app.add_url_rule(
            f"/{code}", str(code), lambda code=code: redirect("/200", code), methods=["GET", "POST"]
        )

    @app.get("/304")
    def not_modified():
        response = Response("text")
        response.set_etag("tag")
        return response.make_conditional(request)

    @app.get("/session")
    def use_session():
        session["a"] = 1
        return "session"

    @app.get("/async")
    async def asynchronous():
        return "async"

    @app.get("/send")
    def send():
        return send_file(io.BytesIO(TEXT), download_name="a.txt", etag=False)

    @app.get("/stream")
    def stream():
        return Response(stream_with_context(part for part in (request.path, "!")))


def add_failures(app):
    """Add views, hooks and handlers that answer with 4xx and 5xx."""

    @app.before_request
    def authenticate():
        if request.path == "/401":
            abort(401)

    @app.after_request
    def complete(response):
        if request.path == "/after":
            raise LookupError("in a hook")
        return response

    @app.errorhandler(ZeroDivisionError)
    def handle(error):
        raise LookupError("in a handler")

    app.add_url_rule("/401", "401", lambda: "never")
    for code in (403, 406, 409, 410, 415, 422, 451, 501, 503):
        app.add_url_rule(f"/{code}", str(code), lambda code=code: abort(code))
    app.add_url_rule("/body", "body", lambda: request.get_json(), methods=["POST"])
    app.add_url_rule("/raise", "raise", lambda: {}["it"])
    app.add_url_rule("/handler", "handler", lambda: 1 / 0)
    app.add_url_rule("/after", "after", lambda: "after")

    @app.get("/async-raise")
    async def asynchronous_failure():
        raise LookupError


@dataclass
class Ask:
    """A request, and the status that it is answered with."""

    id: str
    path: str
    code: int
    method: str = "GET"
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    vary: str = "Origin"


ASKS = [
    *(Ask(f"{code}", f"/{code}", code) for code in (200, 201, 202, 204, 205, 226)),
    *(Ask(f"{code}", f"/{code}", code) for code in (301, 302, 303, 307, 308)),
    *(Ask(f"{code} from abort", f"/{code}", code) for code in (403, 406, 409, 410, 415, 422, 451, 501, 503)),
    Ask("304 by an ETag", "/304", 304, headers={"If-None-Match": '"tag"'}),
    Ask("307 after a POST", "/307", 307, "POST"),
    Ask("308 for a missing slash", "/slash", 308),
    Ask("308 for a missing slash after a POST", "/slash", 308, "POST", body=b"x"),
    Ask("400 for a body that is not JSON", "/body", 400, "POST", {"Content-Type": "application/json"}, b"{"),
    Ask("401 from before_request", "/401", 401),
    Ask("404", "/missing", 404),
    Ask("404 of a static file", "/static/missing.css", 404),
    Ask("405", "/200", 405, "DELETE"),
    Ask("413 by MAX_CONTENT_LENGTH", "/body", 413, "POST", {"Content-Type": "application/json"}, b"x" * 11),
    Ask("415 for a body of another type", "/body", 415, "POST", body=b"{}"),
    Ask("500 in a view", "/raise", 500),
    Ask("500 in an error handler", "/handler", 500),
    Ask("500 in after_request", "/after", 500),
    Ask("500 in an asynchronous view", "/async-raise", 500),
    Ask("an asynchronous view", "/async", 200),
    Ask("a session", "/session", 200, vary="Cookie, Origin"),
    Ask("HEAD", "/200", 200, "HEAD"),
    Ask("OPTIONS that is not a preflight", "/200", 200, "OPTIONS"),
    Ask("stream_with_context", "/stream", 200),
    Ask("a static file", "/static/font.woff2", 200),
    Ask("HEAD of a static file", "/static/font.woff2", 200, "HEAD"),
    Ask("a range of a static file", "/static/font.woff2", 206, headers={"Range": "bytes=10-19"}),
    Ask("a range beyond a static file", "/static/font.woff2", 416, headers={"Range": "bytes=900-"}),
    Ask("send_file", "/send", 200),
    Ask("a range of send_file", "/send", 206, headers={"Range": "bytes=-5"}),
]


def ask(app, each, origin):
    """Send the request that *each* describes, from *origin*."""
    extra = {"wsgi.input": io.BytesIO(each.body), "CONTENT_LENGTH": str(len(each.body))} if each.body else {}
    headers = of(origin, **each.headers)
    if "Content-Type" in headers:
        extra["CONTENT_TYPE"] = headers.pop("Content-Type")
    return call(app, each.method, each.path, headers, **extra)


@pytest.mark.parametrize("origin", WHO, ids=WHO_IDS)
@pytest.mark.parametrize("each", ASKS, ids=lambda each: each.id)
def test_every_status_is_the_applications_and_has_the_headers(each, origin, answering):
    """The page reads what happened, and a cache knows by what the answer varies."""
    assert_answered(ask(answering, each, origin), origin, each.code, vary=each.vary)


@pytest.mark.parametrize("each", ASKS, ids=lambda each: each.id)
def test_nothing_else_of_an_answer_is_changed(each, answering):
    """Body and headers are those of the application without the layer, in their order."""
    plain = answering.extensions["corsguard"].app

    bare, answered = ask(plain, each, A), ask(answering, each, A)

    assert answered.body == bare.body
    named = [name for name, _ in answered.headers if name not in {"Vary", "Access-Control-Allow-Origin"}]
    assert named == [name for name, _ in bare.headers if name != "Vary"]


@pytest.mark.parametrize("path", ["/slash", "/307", "/308", "/401", "/403", "/raise", "/missing", "/body"])
def test_the_preflight_of_every_status_passes(path, answering):
    """Whatever the request itself will meet: a redirect, a login, an error."""
    result = preflight(answering, A, "PUT", path)

    assert result.code == 204
    assert result.get("Access-Control-Allow-Origin") == A
    assert result.get("Location") is None


def test_a_static_file_that_has_not_changed_is_answered_by_304(app):
    """By its ETag and by its date; the page may read that, too."""
    first = call(app, "GET", "/static/font.woff2")
    conditions = [{"If-None-Match": first.get("ETag")}, {"If-Modified-Since": first.get("Last-Modified")}]

    for condition in conditions:
        for origin in WHO:
            result = call(app, "GET", "/static/font.woff2", {**of(origin), **condition})
            assert_answered(result, origin, 304)
            assert result.body == b""


def test_a_range_is_the_part_that_was_asked_for(app):
    """The layer counts no bytes."""
    result = call(app, "GET", "/static/font.woff2", {"Origin": A, "Range": "bytes=10-14"})

    assert result.body == b"01234"
    assert result.get("Content-Range") == "bytes 10-14/100"


def test_the_servers_own_way_of_sending_files_is_used(app):
    """What ``wsgi.file_wrapper`` made goes back to the server as it is."""

    class Wrapper:
        def __init__(self, file, size=8192):
            self.close = file.close

        def __iter__(self):
            return iter([TEXT])

    environ = make_environ("GET", "/static/font.woff2", of(A), **{"wsgi.file_wrapper": Wrapper})
    iterable = app(environ, lambda *args: None)
    iterable.close()

    assert isinstance(iterable, Wrapper)


@pytest.mark.parametrize("origin", WHO, ids=WHO_IDS)
def test_who_asks_too_often_reads_that_it_is_too_often(origin):
    """Flask-Limiter's 429 is readable, and preflights are not counted."""
    app = Flask(__name__)
    CorsGuard(app, POLICY)
    Limiter(get_remote_address, app=app, default_limits=["1 per day"], storage_uri="memory://")
    app.add_url_rule("/", "index", lambda: "index")

    preflights = [preflight(app, A).code for _ in range(3)]
    first, second = (call(app, headers=of(origin)) for _ in range(2))

    assert preflights == [204] * 3
    assert_answered(first, origin, 200)
    assert_answered(second, origin, 429)


@pytest.mark.parametrize("threads", [1, 4])
def test_a_response_that_is_shared_has_each_pages_own_headers(threads, app):
    """However many ask at once; the object itself is never touched."""
    shared = Response("shared", headers={"Vary": "Accept"})
    before = list(shared.headers)
    app.add_url_rule("/shared", "shared", lambda: shared)
    wrong = []

    def many():
        for origin in [A, B, EVIL, None] * 25:
            result = call(app, "GET", "/shared", of(origin))
            try:
                assert_answered(result, origin, 200, vary="Accept, Origin")
            except AssertionError as error:
                wrong.append(error)

    started = [threading.Thread(target=many) for _ in range(threads)]
    for each in started:
        each.start()
    for each in started:
        each.join(PATIENCE)

    assert wrong == []
    assert list(shared.headers) == before


@pytest.mark.parametrize("make", [lambda: "text", lambda: Response("text", headers={"X-A": "1"})])
@pytest.mark.parametrize("first", WHO, ids=WHO_IDS)
def test_a_response_that_is_cached_has_each_pages_own_headers(first, make, app):
    """Flask-Caching stores what the view returned, without the policy's headers for the first request."""
    cache, made = Cache(app, config={"CACHE_TYPE": "SimpleCache"}), []

    @app.get("/cached")
    @cache.cached(timeout=0)
    def cached():
        made.append(1)
        return make()

    for origin in (first, A, B, EVIL, None, A):
        assert_answered(call(app, "GET", "/cached", of(origin)), origin, 200)

    assert made == [1]


def test_with_the_guard_a_refused_origin_gets_no_further(app):
    """Its unsafe requests meet neither a redirect nor a limit, but the guard."""
    app.extensions["corsguard"].policy = POLICY.replace(guard="enforce")

    for path in ("/slash", "/body", "/missing"):
        result = call(app, "POST", path, of(EVIL))
        assert_answered(result, EVIL, 403)


def test_the_table_names_every_status_that_applications_are_known_for():
    """So that none is lost when a row is."""
    codes = {each.code for each in ASKS} | {429}

    assert codes >= {200, 204, 206, 304, 307, 308, 400, 401, 403, 404, 405, 413, 416, 429, 500}
