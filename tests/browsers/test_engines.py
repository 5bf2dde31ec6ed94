"""The machinery itself: each act of a page is the browser's own, and what it gives is what happened."""

from __future__ import annotations

import base64
import threading

import pytest
from flask import Flask
from flask_sock import Sock

from browsers.arena import Arena
from browsers.engines import Engine, EngineError, EngineMissingError
from browsers.steps import Outcome, Place, Step

#: The table of cases is for all of them.
LAYOUTS = ("ports", "https")
SANDBOXED = Place(sandboxed=True)
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
)
FILES = {
    "/image.png": ("image/png", PNG),
    "/script.js": ("text/javascript", b"itIsSecretThatThisIsMissing();"),
    "/events": ("text/event-stream", b"data: one\n\n"),
    "/page.html": ("text/html", b"<!doctype html><title>A page</title>"),
    "/data.json": ("application/json", b'{"a": 1}'),
}
OPEN = [("Access-Control-Allow-Origin", "*"), ("Timing-Allow-Origin", "*")]
CREDENTIALED = [("Access-Control-Allow-Credentials", "true")]


def app(environ, start_response):
    """Serve files by path to those who may have them: by the query, "open" to all, "to=" an origin."""
    environ["arena.reached"].append(True)
    content_type, body = FILES.get(environ["PATH_INFO"], ("text/plain", b"hello"))
    query = dict(each.partition("=")[::2] for each in environ["QUERY_STRING"].split("&"))
    headers = [("Content-Type", content_type), ("Content-Length", str(len(body))), ("X-Told", "7")]
    headers += OPEN if "open" in query else []
    if "to" in query:
        headers += [("Access-Control-Allow-Origin", query["to"]), *CREDENTIALED]
    if "set" in query:
        headers.append(("Set-Cookie", f"{query['set']}=1; Path={environ['SCRIPT_NAME']}"))
    if "cached" in query:
        headers.append(("Cache-Control", "max-age=600"))
    if "redirect" in query:
        headers.append(("Location", environ["SCRIPT_NAME"] + query["redirect"]))
    start_response(query.get("status", "200") + " Told", headers)
    return [body]


def loaded(act, url, **fields):
    """Return the results that *act* may have: where all may read it and where nobody may."""
    return [Step(act, url.format(query="?open"), **fields), Step(act, url.format(query=""), **fields)]


@pytest.mark.parametrize("layout", ["ports"])
@pytest.mark.parametrize(
    ("steps", "results"),
    [
        (loaded("fetch", "{{api}}/x{query}"), ("readable", "refused")),
        (loaded("xhr", "{{api}}/x{query}"), ("readable", "refused")),
        (loaded("eventsource", "{{api}}/events{query}"), ("readable", "refused")),
        (loaded("font", "{{api}}/font{query}"), ("readable", "refused")),
        (loaded("image", "{{api}}/image.png{query}", crossorigin="anonymous"), ("readable", "refused")),
        (loaded("image", "{{api}}/image.png{query}"), ("opaque", "opaque")),
        (loaded("script", "{{api}}/script.js{query}", crossorigin="anonymous"), ("readable", "refused")),
        (loaded("script", "{{api}}/script.js{query}"), ("opaque", "opaque")),
        (loaded("fetch", "{{api}}/x{query}", mode="no-cors"), ("opaque", "opaque")),
        (loaded("form", "{{api}}/x{query}", method="POST", fields=(("a", "1"),)), ("sent", "sent")),
        (loaded("beacon", "{{api}}/x{query}", body="x"), ("sent", "sent")),
        (loaded("navigate", "{{api}}/page.html{query}"), ("sent", "sent")),
    ],
    ids=lambda value: f"{value[0].do} {value[0].mode}" if isinstance(value[0], Step) else value[1],
)
def test_what_a_page_may_read_is_readable_and_what_it_may_not_is_not(engine, arena, layout, steps, results):
    """The outcome follows the header of the response, in every act, and every request was seen."""
    with arena.run(app) as run:
        outcomes = engine.run(arena.layouts[layout], steps, run.path)
        seen = run.wait_for(len(steps))

    assert tuple(outcome.result for outcome in outcomes) == results
    # Sorted, as nobody waits for the first of two beacons.
    assert sorted(each.path for each in seen) == sorted(step.url.removeprefix("{api}") for step in steps)
    assert all(each.reached and each.target == arena.layouts[layout].api for each in seen)


def test_a_readable_answer_shows_its_status_its_text_and_the_headers_that_are_exposed(engine, arena):
    """No header that the page did not ask for, and none that it may not read."""
    step = Step("fetch", "{api}/x?open&status=404", read=("X-Told", "Content-Type", "X-Missing"))
    with arena.run(app) as run:
        outcomes = engine.run(arena.layouts["localhost"], [step], run.path)

    assert outcomes == [Outcome("readable", 404, "hello", (("content-type", "text/plain"),))]


@pytest.mark.parametrize(
    ("step", "result"),
    [
        (Step("fetch", "{page}/x", method="TRACE"), "refused"),
        (Step("fetch", "{page}/x", headers=(("a b", "1"),)), "refused"),
        (Step("fetch", "{page}/x", body="x"), "refused"),
        (Step("fetch", "{api}/x?open", mode="same-origin"), "refused"),
        (Step("xhr", "{page}/x", method="TRACE"), "refused"),
        (Step("fetch", "{page}/x?status=302&redirect=/y", redirect="error"), "refused"),
        (Step("fetch", "{page}/x?status=302&redirect=/y", redirect="manual"), "opaque"),
        (Step("fetch", "{page}/x?status=302&redirect=/y"), "readable"),
        (Step("fetch", "{page}/x", cache="no-store"), "readable"),
    ],
    ids=lambda value: f"{value.do} {value.method} {value.redirect}" if isinstance(value, Step) else value,
)
def test_what_cannot_even_be_asked_is_refused(engine, arena, step, result):
    """As is what the page has forbidden itself; each of its choices arrives at the browser."""
    with arena.run(app) as run:
        outcomes = engine.run(arena.layouts["ports"], [step], run.path)

    assert [outcome.result for outcome in outcomes] == [result]


def test_the_server_sees_what_the_page_has_sent(engine, arena):
    """Its headers, its body and its query; with a listener to its upload it is asked for before."""
    steps = [
        Step("fetch", "{page}/x?a=b", method="POST", body="Größe", headers=(("X-A", "1"),)),
        Step("xhr", "{api}/x", method="POST", body="x", upload_listener=True),
        Step("form", "{api}/x", method="POST", enctype="text/plain", fields=(("a", "1"), ("b", "2"))),
        Step("form", "{api}/x", fields=(("a", "1"),)),
    ]
    with arena.run(app) as run:
        engine.run(arena.layouts["ports"], steps, run.path)
        posted, preflight, form, query = run.wait_for(4)

    assert (posted.method, posted.path, posted.body) == ("POST", "/x?a=b", "Größe".encode())
    assert (posted.get("X-A"), posted.get("Content-Type")) == ("1", "text/plain;charset=UTF-8")
    assert (preflight.method, preflight.get("Origin")) == ("OPTIONS", arena.layouts["ports"].page)
    assert (form.get("content-type"), form.body) == ("text/plain", b"a=1\r\nb=2\r\n")
    assert (query.method, query.path, query.status) == ("GET", "/x?a=1", 200)
    assert query.answered("x-told") == "7"


def test_a_beacon_has_the_type_of_its_blob(engine, arena):
    """A string is text; what a form could not send is asked for before."""
    steps = [
        Step("beacon", "{api}/x", body="x"),
        Step("beacon", "{api}/y", body="a=1", content_type="application/x-www-form-urlencoded"),
        Step("beacon", "{api}/z", body="{}", content_type="application/json"),
    ]
    with arena.run(app) as run:
        engine.run(arena.layouts["ports"], steps, run.path)
        seen = {each.path: each for each in run.wait_for(3)}

    assert seen["/x"].get("Content-Type") == "text/plain;charset=UTF-8"
    assert seen["/y"].get("Content-Type") == "application/x-www-form-urlencoded"
    assert seen["/z"].method == "OPTIONS"


@pytest.mark.parametrize("layout", LAYOUTS)
def test_timing_has_details_where_the_response_allows_it(engine, arena, layout):
    """And of one that does not the page knows only when it came."""
    steps = [
        Step("fetch", "{api}/x?open", mode="no-cors"),
        Step("timing", "{api}/x?open"),
        Step("fetch", "{api}/x", mode="no-cors"),
        Step("timing", "{api}/x"),
    ]
    with arena.run(app) as run:
        outcomes = engine.run(arena.layouts[layout], steps, run.path)

    assert [outcome.result for outcome in outcomes[1::2]] == ["readable", "opaque"]


def test_there_is_no_timing_of_what_was_never_loaded(engine, arena):
    """The page finds nothing."""
    outcomes = engine.run(arena.layouts["ports"], [Step("timing", "{api}/never")], "")

    assert [outcome.result for outcome in outcomes] == ["refused"]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_web_socket_opens_or_is_refused(engine, arena, layout):
    """And is seen by what was really answered, 101 or 403."""
    application = Flask(__name__)

    @Sock(application).route("/socket")
    def echo(connection):
        connection.receive()

    names = arena.layouts[layout]
    steps = [Step("websocket", "{api}/socket"), Step("websocket", "{api}/missing")]
    with arena.run(application) as run:
        outcomes = engine.run(names, steps, run.path)
        seen = sorted(run.wait_for(2), key=lambda each: each.status)

    assert [outcome.result for outcome in outcomes] == ["open", "refused"]
    assert [each.status for each in seen] == [101, 404]
    assert [each.get("Origin") for each in seen] == [names.page] * 2


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_sandboxed_document_has_no_origin(engine, arena, layout):
    """What it asks for has ``Origin: null``, be it fetched or a form."""
    steps = [
        Step("fetch", "{api}/x?to=null", credentials="include", place=SANDBOXED),
        Step("fetch", "{page}/x", place=SANDBOXED),
        Step("form", "{api}/x", method="POST", place=SANDBOXED),
        Step("image", "{api}/image.png?open", crossorigin="anonymous", place=SANDBOXED),
    ]
    with arena.run(app) as run:
        outcomes = engine.run(arena.layouts[layout], steps, run.path)
        seen = run.wait_for(4)

    assert [outcome.result for outcome in outcomes] == ["readable", "refused", "sent", "readable"]
    assert [each.get("Origin") for each in seen] == ["null"] * 4


def test_a_document_has_the_referrer_policy_that_it_was_given(engine, arena):
    """A form of one without referrers has an origin that is null; a request can have another policy."""
    secretive = Place(referrer_policy="no-referrer")
    steps = [
        Step("form", "{api}/x", method="POST"),
        Step("form", "{api}/x", method="POST", place=secretive),
        Step("fetch", "{api}/x", place=secretive),
        Step("fetch", "{api}/x", referrer_policy="origin", place=secretive),
    ]
    with arena.run(app) as run:
        names = arena.layouts["ports"]
        engine.run(names, steps, run.path)
        seen = run.wait_for(4)

    assert [each.get("Origin") for each in seen] == [names.page, "null", names.page, names.page]
    assert [each.get("Referer") for each in seen] == [f"{names.page}/", None, None, f"{names.page}/"]


def test_steps_are_done_at_their_own_places(engine, arena):
    """At another origin of the layout, or at one that is named, one after the other."""
    names = arena.layouts["localhost"]
    places = ["page", "third", "api", arena.layouts["ports"].page, "page"]
    with arena.run(app) as run:
        engine.run(names, [Step("fetch", "{api}/x?open", place=Place(at)) for at in places], run.path)

    origins = [each.get("Origin") for each in run.seen]
    assert origins == [names.page, names.third, None, places[3], names.page]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_cookies_go_where_credentials_are_included(engine, arena, layout):
    """A cookie of the API's is sent by the page only if it asks for that."""
    names = arena.layouts[layout]
    url = f"{{api}}/x?to={names.page}"
    steps = [
        Step("fetch", "{api}/x?set=own", place=Place("api")),
        Step("fetch", url),
        Step("fetch", url, credentials="include"),
        Step("xhr", url, credentials="include"),
        Step("fetch", url, credentials="omit", place=Place("api")),
    ]
    with arena.run(app) as run:
        outcomes = engine.run(names, steps, run.path)

    assert [outcome.result for outcome in outcomes] == ["readable"] * 5
    sent = [each.get("Cookie") for each in run.seen[1:]]
    # A cookie without SameSite crosses sites in Firefox and WebKit; Chromium does not send it.
    across = None if layout != "ports" and engine.name == "chromium" else "own=1"
    assert sent == [None, across, across, None]


@pytest.mark.parametrize("layout", [*LAYOUTS, "plain"])
@pytest.mark.parametrize("do", ["navigate", "form"])
def test_the_agent_comes_back_from_whatever_was_answered_to_its_window(engine, arena, layout, do):
    """HTML, JSON, text, an error, a redirect: what is done next is done, and the response is as it was."""
    method = "POST" if do == "form" else "GET"
    urls = [
        "/page.html",
        "/data.json",
        "/text?status=403",
        "/data.json?status=500",
        "/x?status=303&redirect=/y",
    ]
    asking = Step("fetch", "{api}/asking?open")
    leaving = [Step(do, "{api}" + url, method=method, target="top") for url in urls]
    with arena.run(app) as run:
        outcomes = engine.run(arena.layouts[layout], [asking, *leaving, asking], run.path)
        seen = [each for each in run.wait_for(8) if "/asking" not in each.path]

    assert [outcome.result for outcome in outcomes] == ["readable", *["sent"] * 5, "readable"]
    assert [(each.method, each.path) for each in seen] == [*((method, url) for url in urls), ("GET", "/y")]
    assert all(each.answered("Refresh") is None for each in seen)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_hundreds_of_fetches_are_one_job(engine, arena, layout):
    """Each has its own outcome, in the order in which they were given."""
    urls = [f"{{api}}/x?open&status={200 + number}" for number in range(10, 110)]
    with arena.run(app) as run:
        outcomes = engine.run(
            arena.layouts[layout], [Step("fetch", url) for url in urls], run.path, parallel=True
        )

    assert [outcome.status for outcome in outcomes] == list(range(210, 310))
    assert len(run.seen) == 100


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_http_cache_is_on(engine, arena, layout):
    """What may be cached is asked for once: else tests of ``Vary`` would pass for the wrong reason."""
    with arena.run(app) as run:
        outcomes = engine.run(arena.layouts[layout], [Step("fetch", "{api}/x?open&cached")] * 2, run.path)

    assert [outcome.body for outcome in outcomes] == ["hello", "hello"]
    assert len(run.seen) == 1


@pytest.mark.parametrize("at", ["page", "api"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_preflights_are_cached_from_the_first_one_on(engine, arena, layout, at):
    """In each document: in Firefox each process of a site forgets some, which are therefore nobody's."""
    names = arena.layouts[layout]

    def permissive(environ, start_response):
        methods = [("Access-Control-Allow-Methods", "PUT"), ("Access-Control-Max-Age", "600")]
        start_response("200 OK", [*OPEN, *methods, ("Content-Length", "0")])
        return []

    steps = [
        Step("fetch", "{third}/x", method="PUT", place=Place(at, sandboxed)) for sandboxed in (True, False)
    ]
    with arena.run(permissive) as run:
        engine.run(names, [each for each in steps for _ in range(3)], run.path)

    sandboxed = "".join(each.method[0] for each in run.seen if each.get("Origin") == "null")
    own = "".join(each.method[0] for each in run.seen if each.get("Origin") != "null")
    # Chromium caches nothing for an opaque origin.
    assert sandboxed == ("OPOPOP" if engine.name == "chromium" else "OPPP")
    assert own == "OPPP"


def test_an_application_can_have_a_whole_origin(engine, arena):
    """At its own root, beside the agent's page, where a window can be sent as well."""
    names = arena.layouts["ports"]
    origin = names.api.replace("127.0.0.1", "bank.demo.localhost")
    own = Place(origin)
    steps = [Step("fetch", f"{origin}/x", place=own), Step("navigate", f"{origin}/data.json"), Step("wait")]
    with arena.mount(origin, app) as mount:
        outcomes = engine.run(names, steps, "")

    assert [outcome.result for outcome in outcomes] == ["readable", "sent", "sent"]
    assert [(each.target, each.path) for each in mount.seen] == [(origin, "/x"), (origin, "/data.json")]


@pytest.mark.parametrize("parallel", [False, True])
def test_a_step_that_never_ends_is_an_error_that_names_it(engine, arena, parallel):
    """And the next one is done by a new document."""

    def silent(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/event-stream")])
        yield b": no event\n\n"
        ended.wait(20)

    ended = threading.Event()
    names = arena.layouts["ports"]
    with arena.run(silent) as run, pytest.raises(EngineError) as error:
        engine.run(names, [Step("eventsource", "{page}/quiet")], run.path, bound=0.3, parallel=parallel)
    ended.set()
    with arena.run(app) as run:
        outcomes = engine.run(names, [Step("fetch", "{page}/x")], run.path)

    assert "eventsource" in str(error.value)
    assert "/quiet" in str(error.value)
    assert str(error.value).startswith(f"{engine.name}, {engine.version}: ")
    assert outcomes[0].result == "readable"


def test_a_window_that_goes_nowhere_is_an_error_that_names_the_step(engine, arena):
    """A response without content leaves the document where it is."""
    names = arena.layouts["ports"]
    with arena.run(app) as run, pytest.raises(EngineError, match=r"navigate .*/x\?status=204"):
        engine.run(names, [Step("navigate", "{api}/x?status=204")], run.path, bound=0.5)


def test_a_sandboxed_document_is_not_asked_to_leave(engine, arena):
    """Its sandbox would forbid it, and the agent would wait for ever."""
    with pytest.raises(ValueError, match="sandboxed"):
        engine.run(arena.layouts["ports"], [Step("navigate", "{api}/x", place=SANDBOXED)], "")


def test_a_browser_that_has_ended_is_an_error_now_and_afterwards():
    """It is not started again, and nobody waits for it; its directory is gone with it."""
    with Arena() as arena:
        engine = Engine("chromium", arena)
        engine.stop()
        names = arena.layouts["ports"]
        for _ in range(2):
            with pytest.raises(EngineError, match="fetch"):
                engine.run(names, [Step("fetch", "{page}/x")], "")

    assert not engine._home.path.exists()


@pytest.mark.parametrize("name", ["chromium", "firefox", "webkit"])
def test_a_browser_that_is_not_installed_is_an_error_with_a_remedy(monkeypatch, arena, name):
    """It is never a reason to pass over a test."""
    monkeypatch.setattr("shutil.which", lambda command: None)

    with pytest.raises(EngineMissingError, match=r"apt-get install (chromium|firefox-esr|xvfb)"):
        Engine(name, arena)


def test_what_an_application_raises_is_stored(engine, arena):
    """The page gets an error, the arena stores the traceback, the recorder the request."""

    def broken(environ, start_response):
        raise LookupError("nothing here")

    with arena.run(broken) as run:
        outcomes = engine.run(arena.layouts["ports"], [Step("fetch", "{page}/x")], run.path)
        errors, arena.errors[:] = list(arena.errors), []

    assert outcomes[0].status == 500
    assert run.seen[0].status == 500
    assert len(errors) == 1
    assert "LookupError: nothing here" in errors[0]
