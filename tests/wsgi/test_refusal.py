"""What a refused request is answered with, and who is notified of it."""

from __future__ import annotations

import pytest

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


@pytest.mark.parametrize(
    "given",
    [
        {"Content-Security-Policy": "default-src 'none'", "X-Frame-Options": "DENY"},
        [("Content-Security-Policy", "default-src 'none'"), ("X-Frame-Options", "DENY")],
        (pair for pair in [("Content-Security-Policy", "default-src 'none'"), ("X-Frame-Options", "DENY")]),
    ],
    ids=["mapping", "list", "iterator"],
)
def test_a_refusal_carries_the_headers_of_the_application(given):
    """They are on each answer to a refused request, and on nothing else."""
    layer = CorsMiddleware(SpyApp(), OPEN_TO_A, refusal_headers=given)

    for _ in range(2):
        refused = call(layer, "POST", "/", CROSS_SITE)
        assert (refused.get("Content-Security-Policy"), refused.get("X-Frame-Options")) == (
            "default-src 'none'",
            "DENY",
        )
        assert refused.cors == [VARY]
        assert refused.get("Content-Type") == "text/plain; charset=utf-8"
    for passed in (call(layer, "POST", "/", {"Origin": A}), preflight(layer, EVIL)):
        assert passed.get("X-Frame-Options") is None


@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        ("X-A: b", TypeError, "write refusal_headers="),
        (3, TypeError, "write refusal_headers="),
        ([("X-A",)], TypeError, r"\('X-A',\) in refusal_headers has no headers"),
        (["X-A"], TypeError, "has no headers"),
        ({"X-A": 3}, TypeError, "has no headers"),
        ({"X A": "b"}, ValueError, "cannot be sent"),
        ({"X-A": "b\r\nSet-Cookie: c"}, ValueError, "cannot be sent"),
        ({"X-A": "\u2603"}, ValueError, "cannot be sent"),
        ({"access-control-allow-origin": "*"}, ValueError, "leave it out"),
        ({"Vary": "Cookie"}, ValueError, "leave it out"),
        ({"Content-Type": "text/html"}, ValueError, "leave it out"),
        ({"Timing-Allow-Origin": "*"}, ValueError, "leave it out"),
    ],
    ids=str,
)
def test_headers_that_cannot_be_sent_with_a_refusal_are_refused(given, error, words):
    """The message shows what to write."""
    with pytest.raises(error, match=words):
        CorsMiddleware(SpyApp(), OPEN_TO_A, refusal_headers=given)
