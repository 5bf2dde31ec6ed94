"""Debug mode: every refusal on the console, and a header that names the policy and its decision."""

from __future__ import annotations

import io
import logging

import pytest

from cases import EVIL, LISTED, A
from flask_corsguard import SAME_ORIGIN, CorsMiddleware, Policy
from guard_cases import CROSS_SITE
from harness import SpyApp, call, make_environ, preflight
from wsgi.test_debug import raising


def traced(layer, method="GET", path="/", headers=(), **extra):
    """Return the value of ``X-CorsGuard`` and what appears on the console."""
    console = io.StringIO()
    result = call(layer, method, path, headers, **{"wsgi.errors": console, **extra})
    return result.get("X-CorsGuard"), console.getvalue()


@pytest.mark.parametrize(
    ("method", "headers", "reason"),
    [
        ("GET", {"Origin": A}, "allowed"),
        ("GET", {"Origin": EVIL}, "origin-not-allowed"),
        ("GET", {"Origin": "null"}, "origin-null"),
        ("GET", {"Origin": EVIL, "Sec-Fetch-Mode": "navigate"}, "origin-not-allowed"),
        ("POST", {"Origin": EVIL}, "origin-not-allowed"),
        ("POST", {"Origin": A, "Cookie": "a=1"}, "cookie-not-allowed"),
        ("POST", {"Origin": "http://127.0.0.1", "Sec-Fetch-Site": "same-origin"}, "same-origin"),
        ("POST", {"Origin": "http://127.0.0.1"}, "same-origin"),
        ("OPTIONS", {"Origin": A, "Access-Control-Request-Method": "GET"}, "allowed"),
        ("OPTIONS", {"Origin": A, "Access-Control-Request-Method": "PUT"}, "method-not-allowed"),
        ("OPTIONS", {"Origin": EVIL, "Access-Control-Request-Method": "PUT"}, "origin-not-allowed"),
    ],
)
def test_in_debug_a_header_names_the_reason_and_whose_policy_it_is(method, headers, reason):
    """It is on the response to every request with an ``Origin``, preflights and refusals included."""
    layer = CorsMiddleware(SpyApp(), LISTED, debug=True)

    value, _ = traced(layer, method, "/", headers)

    assert value == f"{reason}; policy=application"


@pytest.mark.parametrize("headers", [{}, {"Origin": A}, {"Origin": EVIL}], ids=str)
def test_outside_of_debug_there_is_no_such_header(headers):
    """Debug mode may be turned on and off again."""
    layer = CorsMiddleware(SpyApp(), LISTED, debug=True)
    layer.debug = False

    assert not layer.debug
    assert traced(layer, headers=headers) == (None, "")
    layer.debug = True
    assert (traced(layer, headers=headers)[0] is None) is not headers


def test_a_request_without_an_origin_has_no_such_header():
    """Not even if it is refused, because ``Sec-Fetch-Site`` names another origin."""
    layer = CorsMiddleware(SpyApp(), LISTED, debug=True)

    assert traced(layer) == (None, "")
    assert traced(layer, "POST", "/", {"Sec-Fetch-Site": "cross-site"})[0] is None


def test_an_exception_that_is_answered_has_the_header():
    """It is answered to an allowed origin."""
    assert traced(CorsMiddleware(raising, LISTED, debug=True), headers={"Origin": A})[0] == (
        "allowed; policy=application"
    )


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/api/x", "path /api"),
        ("/caf\xc3\xa9", r"path /caf\xc3\xa9"),
        ("/", "closed"),
        ("//api", "closed"),
        ("/" + "l" * 200, f"path /{'l' * 94}"),
    ],
)
def test_the_header_names_the_rule_of_a_path_in_short_and_in_ascii(path, place):
    """If no rule covers the path, the closed policy applies."""
    rules = {"/api": LISTED, "/caf\xe9": LISTED, "/" + "l" * 200: LISTED}

    value, _ = traced(CorsMiddleware(SpyApp(), rules, debug=True), path=path, headers={"Origin": EVIL})

    assert value == f"origin-not-allowed; policy={place}"


def test_the_policy_of_a_callable_is_the_application_s():
    """The application has given it."""
    layer = CorsMiddleware(SpyApp(), lambda environ: LISTED, debug=True)

    assert traced(layer, headers={"Origin": A})[0] == "allowed; policy=application"


def test_an_origin_callable_is_asked_once_in_debug_mode_too():
    """The header is made of the answer that the request got."""
    asked = []
    layer = CorsMiddleware(SpyApp(), Policy(origins=[lambda origin: asked.append(origin)]), debug=True)

    assert traced(layer, headers={"Origin": EVIL})[0] == "origin-check-failed; policy=application"
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("method", "headers", "line"),
    [
        ("GET", {"Origin": EVIL}, "answer withheld: "),
        ("POST", CROSS_SITE, "request refused: "),
        ("OPTIONS", {"Origin": EVIL, "Access-Control-Request-Method": "GET"}, "preflight refused: "),
    ],
)
@pytest.mark.parametrize("level", [logging.INFO, logging.CRITICAL])
def test_in_debug_every_refusal_appears_on_the_console_with_the_whole_reason(
    method, headers, line, level, monkeypatch, caplog
):
    """Nobody has to set up the log for that; where a handler takes the record, it is enough."""
    caplog.set_level(level, "flask_corsguard")
    # As where nobody has set up the log.
    monkeypatch.setattr(logging.getLogger(), "handlers", [])

    _, console = traced(CorsMiddleware(SpyApp(), LISTED, debug=True), method, "/x", headers)

    assert console.startswith(f"flask_corsguard: {line}origin-not-allowed origin=")
    assert f": {EVIL} is not one of the origins" in console
    assert console.count("\n") == 1


def test_in_debug_a_refused_request_appears_once_where_nobody_has_set_up_the_log(monkeypatch, capsys):
    """Python itself prints the warnings of a log without a handler."""
    monkeypatch.setattr(logging.getLogger(), "handlers", [])

    _, console = traced(CorsMiddleware(SpyApp(), LISTED, debug=True), "POST", "/x", CROSS_SITE)

    assert console.count("\n") == 1
    assert capsys.readouterr().err == ""


def test_in_debug_a_refusal_that_the_log_shows_does_not_appear_twice(caplog):
    """The record has the whole reason, too."""
    caplog.set_level(logging.INFO, "flask_corsguard")

    _, console = traced(CorsMiddleware(SpyApp(), SAME_ORIGIN, debug=True), headers={"Origin": EVIL})

    assert console == ""
    assert caplog.records[0].getMessage().endswith(caplog.records[0].decision.explain())


def test_layers_inside_of_each_other_have_a_header_each():
    """Each shows its own decision."""
    inner = CorsMiddleware(SpyApp(), LISTED, debug=True)
    layer = CorsMiddleware(inner, Policy(origins="*"), debug=True)
    started = []
    layer(make_environ(headers={"Origin": EVIL}), lambda status, headers: started.extend(headers))

    assert [value for name, value in started if name == "X-CorsGuard"] == [
        "origin-not-allowed; policy=application",
        "allowed; policy=application",
    ]


def test_in_debug_a_refused_preflight_names_its_reason():
    """As the text of its answer does."""
    assert preflight(CorsMiddleware(SpyApp(), LISTED, debug=True), EVIL).get("X-CorsGuard") == (
        "origin-not-allowed; policy=application"
    )


def test_what_is_put_on_the_console_is_there_at_once():
    """A developer who looks at it may wait for the answer to an open request."""

    class Console(io.StringIO):
        flushed = 0

        def flush(self):
            self.flushed += 1

    console = Console()
    call(CorsMiddleware(SpyApp(), LISTED, debug=True), headers={"Origin": EVIL}, **{"wsgi.errors": console})

    assert console.flushed == 1
