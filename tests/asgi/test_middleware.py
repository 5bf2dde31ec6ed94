"""The ASGI layer: its arguments, its policies, and what it does when the application fails."""

from __future__ import annotations

import asyncio
import functools
import logging
import subprocess
import sys
from types import SimpleNamespace

import pytest
from flask import Flask

import flask_corsguard
from asgi_harness import Spy, ask, http_scope, run, socket_scope
from cases import EVIL, LISTED, SAME_ORIGIN, A
from flask_corsguard import CorsGuard, Policy, PolicyError
from flask_corsguard.asgi import CorsMiddleware
from harness import SpyApp

ALLOWED = ("Access-Control-Allow-Origin", A)
BY_PATH = {"/api": LISTED, "/": SAME_ORIGIN}


def test_a_flask_application_is_sent_to_the_extension():
    """The message names what takes it."""
    with pytest.raises(TypeError, match=r"is a WSGI application: write flask_corsguard\.CorsGuard"):
        CorsMiddleware(Flask(__name__), LISTED)


@pytest.mark.parametrize("app", [LISTED, BY_PATH, "app", lambda scope: LISTED, CorsGuard()])
def test_an_argument_that_is_not_an_application_is_a_type_error(app):
    """The message shows the right order of application and policy."""
    with pytest.raises(TypeError, match=r"write CorsMiddleware\(application, policy\)"):
        CorsMiddleware(app, Spy())


@pytest.mark.parametrize("app", [SpyApp(), flask_corsguard.CorsMiddleware(SpyApp(), LISTED)])
def test_a_wsgi_application_is_sent_to_the_other_layer(app):
    """It takes an environ and ``start_response``."""
    with pytest.raises(TypeError, match=r"it is for WSGI: write flask_corsguard\.CorsMiddleware"):
        CorsMiddleware(app, LISTED)


@pytest.mark.parametrize("app", [functools.partial(Spy()), lambda *args: None, map])
def test_whatever_can_take_three_arguments_is_taken(app):
    """A callable that is written in C may have no signature."""
    assert CorsMiddleware(app, LISTED).app is app


def test_a_path_that_cannot_be_used_is_a_policy_error():
    """It names the argument."""
    with pytest.raises(PolicyError) as caught:
        CorsMiddleware(Spy(), {"api": LISTED})

    assert [(each.field, each.code) for each in caught.value.problems] == [("policy", "path.spelling")]


def test_a_policy_argument_that_is_not_a_policy_is_a_policy_error():
    """The hint names what can be given."""
    with pytest.raises(PolicyError, match="a mapping of paths, or a callable") as caught:
        CorsMiddleware(Spy(), 7)
    assert [(each.field, each.value) for each in caught.value.problems] == [("policy", 7)]


@pytest.mark.parametrize(
    ("path", "root", "is_open"),
    [
        ("/api", "", True),
        ("/api", None, True),
        ("/api/x", "", True),
        ("/apix", "", False),
        ("//api", "", False),
        ("/v1/api/x", "/v1", True),
        ("/api/x", "/v1", True),
        ("/v1/api/x", "/v1/", True),
        ("/v1api/x", "/v1", False),
        ("/X/api/x", "/X", True),
        ("/v1", "/v1", False),
        ("/v1/../api", "/v1", False),
        ("/api/%2e%2e/x", "", False),
        ("http://api.example/api", "", False),
        ("/api/\udce9", "", True),
    ],
)
def test_a_path_is_compared_below_the_root(path, root, is_open):
    """Some servers leave the root at the start of the path."""
    result = ask(CorsMiddleware(Spy(), BY_PATH), "GET", path, {"Origin": A}, root_path=root)

    assert (ALLOWED in result.cors) is is_open


def of_fastapi():
    """Make what has the attributes of FastAPI, within another layer."""
    app = Spy()
    app.root_path, app.root_path_in_servers = "/v1", True
    within = Spy()
    within.app = app
    return within


def of_django():
    """Make what has a class of Django."""
    return type("ASGIHandler", (Spy,), {"__module__": "django.core.handlers.asgi"})()


@pytest.mark.parametrize(
    ("make", "settings", "is_below"),
    [
        (of_fastapi, None, True),
        (of_django, SimpleNamespace(configured=True, FORCE_SCRIPT_NAME="/v1"), True),
        (of_django, SimpleNamespace(configured=True, FORCE_SCRIPT_NAME=None), False),
        (of_django, SimpleNamespace(configured=False), False),
    ],
)
def test_a_path_is_compared_below_the_root_of_the_application(make, settings, is_below, monkeypatch):
    """Some frameworks take a root away that the server does not know."""
    monkeypatch.setitem(sys.modules, "django.conf", SimpleNamespace(settings=settings))
    app = CorsMiddleware(make(), BY_PATH)

    assert (ALLOWED in ask(app, "GET", "/v1/api/x", {"Origin": A}).cors) is is_below
    assert ALLOWED in ask(app, "GET", "/api/x", {"Origin": A}).cors
    assert ALLOWED not in ask(app, "GET", "/v1api/x", {"Origin": A}).cors


def test_a_path_that_is_not_text_raises_nothing():
    """A surrogate is none; servers make others of bytes that are not UTF-8, or leave them out."""
    scope = http_scope(headers={"Origin": A}, path="/api")
    scope["path"] = "/api/" + chr(0xD800)

    assert ALLOWED in run(CorsMiddleware(Spy(), BY_PATH), scope).cors


def test_a_path_outside_of_ascii_is_compared_as_in_wsgi():
    """A rule is written as it is read."""
    app = CorsMiddleware(Spy(), {"/grüße": LISTED})

    assert ALLOWED in ask(app, "GET", "/grüße/x", {"Origin": A}).cors


async def later(scope):
    """Return a policy after a pause, as a query would."""
    await asyncio.sleep(0)
    return LISTED if scope["path"] == "/open" else SAME_ORIGIN


@pytest.mark.parametrize(
    "policy_of", [later, lambda scope: LISTED if scope["path"] == "/open" else SAME_ORIGIN]
)
def test_a_callable_gets_the_scope(policy_of):
    """It may be asynchronous."""
    app = CorsMiddleware(Spy(), policy_of)

    assert ALLOWED in ask(app, "GET", "/open", {"Origin": A}).cors
    assert ALLOWED not in ask(app, "GET", "/x", {"Origin": A}).cors


@pytest.mark.parametrize("policy_of", [lambda _: 1 / 0, lambda _: None])
def test_a_callable_that_fails_closes(policy_of, caplog):
    """A forged request is refused, and the log has the error."""
    spy = Spy()

    assert ask(CorsMiddleware(spy, policy_of), "POST", "/", {"Origin": EVIL}).code == 403
    assert spy.scopes == []
    assert "no policy for this request" in caplog.text


def test_a_policy_can_be_replaced():
    """The next request uses it."""
    app = CorsMiddleware(Spy(), SAME_ORIGIN)
    app.policy = LISTED

    assert app.policy is LISTED
    assert ALLOWED in ask(app, headers={"Origin": A}).cors


def test_an_origin_callable_that_raises_is_logged(caplog):
    """It means no."""
    app = CorsMiddleware(Spy(), Policy(origins=[lambda _: 1 / 0]))

    assert ALLOWED not in ask(app, headers={"Origin": A}).cors
    assert "an origin check raised" in caplog.text


def test_a_preflight_that_is_not_granted_all_is_logged(caplog):
    """An allowed origin reads the lists; the log has the reason."""
    caplog.set_level(logging.INFO, "flask_corsguard")
    asked = {"Origin": A, "Access-Control-Request-Method": "DELETE"}

    assert ask(CorsMiddleware(Spy(), LISTED), "OPTIONS", "/", asked).code == 204
    assert "preflight refused: method-not-allowed: 'DELETE'" in caplog.text


def test_a_withheld_answer_is_reported(caplog):
    """To the log and to the listener, with the path below the root."""
    caplog.set_level(logging.INFO, "flask_corsguard")
    told = []
    app = CorsMiddleware(Spy(), LISTED, on_refusal=lambda _, decision: told.append(decision))

    assert ask(app, "GET", "/v1/x", {"Origin": EVIL, "Host": "api.example"}, root_path="/v1").code == 200
    (record,) = caplog.records
    assert record.getMessage().startswith("answer withheld: origin-not-allowed")
    assert record.getMessage().endswith("path='/x'")
    assert [record.decision] == told


@pytest.mark.parametrize("more", [[(b"Sec-Fetch-Mode", b"navigate")], [(b"Sec-Fetch-Site", b"none")]])
def test_names_of_headers_are_read_in_any_case(more):
    """The specification wants lower case; a server that sends others changes nothing."""
    told = []
    app = CorsMiddleware(Spy(), LISTED, on_refusal=lambda _, decision: told.append(decision))
    scope = http_scope()

    scope["headers"] = [(b"Origin", EVIL.encode())]
    run(app, scope)
    scope["headers"] += more
    run(app, scope)

    assert len(told) == 1


def test_an_answer_to_a_socket_is_not_withheld():
    """No page reads it."""
    told = []
    app = CorsMiddleware(
        Spy(), LISTED.replace(guard="off"), on_refusal=lambda _, decision: told.append(decision)
    )

    run(app, socket_scope(headers={"Origin": EVIL}))
    assert told == []


def test_headers_of_a_refusal_must_be_headers():
    """They are checked as those of the WSGI layer are."""
    with pytest.raises(TypeError, match="has no headers"):
        CorsMiddleware(Spy(), LISTED, refusal_headers="X-A")
    with pytest.raises(ValueError, match="is set by the layer itself"):
        CorsMiddleware(Spy(), LISTED, refusal_headers={"Vary": "Cookie"})


def test_requests_that_run_while_the_policy_is_replaced_have_one_or_the_other():
    """Headers of two policies are never mixed."""
    first, second = Policy(origins=[A], expose_headers=["X-A"]), Policy(origins=[A], expose_headers=["X-B"])
    app = CorsMiddleware(Spy(), first)
    seen = set()

    async def one():
        sent = []

        async def send(message):
            await asyncio.sleep(0)
            sent.append(message)

        await app(http_scope(headers={"Origin": A}), None, send)
        seen.add(dict(sent[0]["headers"])[b"access-control-expose-headers"])

    async def replace():
        for number in range(100):
            app.policy = (first, second)[number % 2]
            await asyncio.sleep(0)

    async def all_at_once():
        await asyncio.gather(replace(), *[one() for _ in range(100)])

    asyncio.run(all_at_once())
    assert seen <= {b"X-A", b"X-B"}


@pytest.mark.slow
def test_importing_it_imports_no_framework():
    """A program of ASGI needs neither Flask nor Werkzeug."""
    code = (
        "import sys, flask_corsguard.asgi; "
        "print([name for name in ('flask', 'werkzeug') if name in sys.modules])"
    )
    printed = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout

    assert printed == "[]\n"
