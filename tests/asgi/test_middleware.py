"""The ASGI layer: its arguments, its policies, and what it does when the application fails."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys

import pytest
from flask import Flask

from asgi_harness import Spy, ask, http_scope
from cases import EVIL, LISTED, SAME_ORIGIN, A
from flask_corsguard import Policy, PolicyError
from flask_corsguard.asgi import CorsMiddleware

ALLOWED = ("Access-Control-Allow-Origin", A)
BY_PATH = {"/api": LISTED, "/": SAME_ORIGIN}


async def fails(scope, receive, send):
    """Fail before the response starts."""
    raise LookupError("no such tenant")


def test_a_flask_application_is_sent_to_the_extension():
    """The message names what takes it."""
    with pytest.raises(TypeError, match=r"is a WSGI application: write flask_corsguard\.CorsGuard"):
        CorsMiddleware(Flask(__name__), LISTED)


@pytest.mark.parametrize("app", [LISTED, BY_PATH, "app"])
def test_an_argument_that_is_not_an_application_is_a_type_error(app):
    """The message shows the right order of application and policy."""
    with pytest.raises(TypeError, match=r"write CorsMiddleware\(application, policy\)"):
        CorsMiddleware(app, Spy())


def test_a_policy_that_is_none_is_a_policy_error():
    """The hint names what can be given."""
    with pytest.raises(PolicyError, match="a mapping of paths, or a callable"):
        CorsMiddleware(Spy(), 7)


@pytest.mark.parametrize(
    ("path", "root", "is_open"),
    [
        ("/api", "", True),
        ("/api/x", "", True),
        ("/apix", "", False),
        ("//api", "", False),
        ("/v1/api/x", "/v1", True),
        ("/api/x", "/v1", True),
        ("/v1/api/x", "/v1/", True),
        ("/v1api/x", "/v1", False),
        ("/v1", "/v1", False),
        ("/api/\udce9", "", True),
    ],
)
def test_a_path_is_compared_below_the_root(path, root, is_open):
    """Some servers leave the root at the start of the path."""
    result = ask(CorsMiddleware(Spy(), BY_PATH), "GET", path, {"Origin": A}, root_path=root)

    assert (ALLOWED in result.cors) is is_open


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


def test_an_exception_is_the_servers():
    """Outside of debug mode nothing is answered for it."""
    with pytest.raises(LookupError):
        ask(CorsMiddleware(fails, LISTED), headers={"Origin": A})


@pytest.mark.parametrize("headers", [{}, {"Origin": EVIL}])
def test_in_debug_mode_whom_nobody_lets_read_gets_the_exception(headers):
    """The server, or a debugger around this layer, makes of it what it will."""
    with pytest.raises(LookupError):
        ask(CorsMiddleware(fails, LISTED, debug=True), headers=headers)


@pytest.mark.parametrize(("method", "body"), [("GET", b"LookupError: no such tenant\n"), ("HEAD", b"")])
def test_in_debug_mode_an_allowed_page_reads_the_exception(method, body, caplog):
    """The traceback is in the log."""
    result = ask(CorsMiddleware(fails, LISTED, debug=True), method, headers={"Origin": A})

    assert (result.code, result.body) == (500, body)
    assert ALLOWED in result.cors
    assert "Traceback" in caplog.text


def test_a_response_that_has_begun_is_not_begun_again():
    """The exception goes to the server, in debug mode, too."""

    async def breaks(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise LookupError

    with pytest.raises(LookupError):
        ask(CorsMiddleware(breaks, LISTED, debug=True), headers={"Origin": A})


def test_in_debug_mode_a_refusal_tells_its_whole_reason():
    """To everyone, a refused preflight included."""
    app = CorsMiddleware(Spy(), LISTED, debug=True)
    asked = {"Origin": EVIL, "Access-Control-Request-Method": "PUT"}

    assert b"https://evil.example" in ask(app, "OPTIONS", "/", asked).body
    assert b"https://evil.example" in ask(app, "POST", "/", {"Origin": EVIL}).body


def test_a_preflight_that_is_not_granted_all_is_told(caplog):
    """An allowed origin reads the lists; the log has the reason."""
    caplog.set_level(logging.INFO, "flask_corsguard")
    asked = {"Origin": A, "Access-Control-Request-Method": "DELETE"}

    assert ask(CorsMiddleware(Spy(), LISTED), "OPTIONS", "/", asked).code == 204
    assert "preflight refused: method-not-allowed: 'DELETE'" in caplog.text


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
