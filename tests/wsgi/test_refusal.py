"""What a refused request is answered with, and who is notified of it."""

from __future__ import annotations

from cases import EVIL, LISTED, VARY, A, allow
from flask_corsguard import CorsMiddleware, Reason
from guard_cases import CROSS_SITE, OPEN_TO_A
from harness import (
    SpyApp,
    assert_headers_exactly,
    call,
    cors_headers,
    preflight,
)


def test_an_allowed_origin_reads_why_it_is_refused_and_no_other_does():
    """An allowed origin gets its headers and the whole sentence, any other one only ``Vary`` and the code."""
    app = CorsMiddleware(SpyApp(), OPEN_TO_A)

    allowed = call(app, "PATCH", "/", {"Origin": A})
    stranger = call(app, "POST", "/", CROSS_SITE)

    assert (allowed.status, stranger.status) == ("403 Forbidden", "403 Forbidden")
    assert_headers_exactly(allowed.headers, [allow(A), VARY])
    assert_headers_exactly(stranger.headers, [VARY])
    assert b'the policy lists GET, POST, PUT, DELETE. To allow it, add "PATCH" to methods.' in allowed.body
    assert b"app.example" not in stranger.body
    assert b"Refused (origin-not-allowed)" in stranger.body
    assert allowed.get("Content-Type") == stranger.get("Content-Type") == "text/plain; charset=utf-8"


def test_in_debug_the_answer_to_any_origin_has_the_whole_reason():
    """In development the other origin is often one's own other port."""
    app = CorsMiddleware(SpyApp(), OPEN_TO_A, debug=True)

    assert b"is not one of the origins that the policy allows (https://app.example)" in (
        call(app, "POST", "/", CROSS_SITE).body
    )


def test_the_answer_to_head_has_no_body():
    """A handshake may come with any method, and HEAD gets the length alone."""
    upgrade = {**CROSS_SITE, "Upgrade": "websocket"}

    result = call(CorsMiddleware(SpyApp(), OPEN_TO_A), "HEAD", "/", upgrade)

    assert (result.code, result.body) == (403, b"")
    assert int(result.get("Content-Length")) > 0


def test_on_refusal_is_called_for_each_refused_preflight_and_each_withheld_answer():
    """It gets the environ and the decision, and it is called if only the method is refused, too."""
    told = []
    layer = CorsMiddleware(SpyApp(), LISTED, on_refusal=lambda *args: told.append(args))

    preflight(layer, A, "PUT", "/x")
    preflight(layer, EVIL, "GET", "/y")
    preflight(layer, A, "GET", "/z")
    call(layer, "GET", "/w", {"Origin": EVIL})
    call(layer, headers={"Origin": A})

    assert [(environ["PATH_INFO"], decision.reason) for environ, decision in told] == [
        ("/x", Reason.METHOD_NOT_ALLOWED),
        ("/y", Reason.ORIGIN_NOT_ALLOWED),
        ("/w", Reason.ORIGIN_NOT_ALLOWED),
    ]


def test_a_listener_that_raises_changes_no_answer(caplog):
    """The answer does not depend on who listens."""

    def listener(environ, decision):
        raise RuntimeError("listener")

    result = preflight(CorsMiddleware(SpyApp(), LISTED, on_refusal=listener), EVIL)

    assert result.code == 403
    assert "on_refusal raised" in caplog.text


def test_in_debug_the_answer_to_a_refused_preflight_has_the_whole_reason():
    """Outside of debug mode it names no origin of the policy."""
    debug = preflight(CorsMiddleware(SpyApp(), LISTED, debug=True), EVIL)
    plain = preflight(CorsMiddleware(SpyApp(), LISTED), EVIL)

    assert b"is not one of the origins" in debug.body
    assert b"example" not in plain.body
    assert cors_headers(debug.headers) == cors_headers(plain.headers)
