"""The three levels: what an answer grants, and what a browser makes of it."""

from __future__ import annotations

import pytest

from flask_corsguard import Request
from flask_corsguard.edge.differences import DIFFERENCES, UNEQUAL, difference_of, explanation_of
from flask_corsguard.edge.formats import FORMATS
from flask_corsguard.edge.levels import grants, is_level_a, is_level_b, is_level_c, verdict
from flask_corsguard.edge.outcome import outcome
from flask_corsguard.edge.sendable import is_sendable
from flask_corsguard.edge.vectors import Vector

A = "https://app.example"
ALLOWED = ("Access-Control-Allow-Origin", A)
CREDENTIALS = ("Access-Control-Allow-Credentials", "true")
GET = Request(method="GET", origin=A)
PUT = Request(method="OPTIONS", origin=A, requested_method="PUT", requested_headers="x-a")


def granted(*headers):
    """Return an answer to a preflight."""
    return outcome(False, 204, [ALLOWED, *headers])


METHODS = ("Access-Control-Allow-Methods", "PUT")
NAMES = ("Access-Control-Allow-Headers", "X-A")


@pytest.mark.parametrize(
    ("answer", "request_", "expected"),
    [
        (outcome(True, None, []), GET, {"reaches the application"}),
        (outcome(False, 403, []), GET, set()),
        (outcome(False, 403, [("Timing-Allow-Origin", "*")]), GET, {"timing for *"}),
        (
            outcome(True, None, [ALLOWED, CREDENTIALS, ("Access-Control-Expose-Headers", "X-T, ETag")]),
            GET,
            {"reaches the application", f"read by {A}", "credentials", "exposes x-t", "exposes etag"},
        ),
        (outcome(False, 403, [ALLOWED, METHODS]), PUT, set()),
        (granted(METHODS, NAMES), PUT, {f"read by {A}", "method PUT", "header x-a"}),
        (
            granted(("Access-Control-Allow-Private-Network", "true")),
            PUT,
            {f"read by {A}", "private network"},
        ),
        (granted(("Access-Control-Allow-Methods", "GET, POST, *")), PUT, {f"read by {A}", "method *"}),
    ],
)
def test_what_an_answer_grants(answer, request_, expected):
    """Everything that the page gets from it."""
    assert grants(answer, request_) == expected


STAR = ("Access-Control-Allow-Origin", "*")
WILD = [("Access-Control-Allow-Methods", "*"), ("Access-Control-Allow-Headers", "*")]


@pytest.mark.parametrize(
    ("answer", "request_", "expected"),
    [
        (
            outcome(True, None, [ALLOWED, CREDENTIALS]),
            GET,
            {"reaches the application", "read", "read with cookies"},
        ),
        (outcome(True, None, [STAR, CREDENTIALS]), GET, {"reaches the application", "read"}),
        (
            outcome(True, None, [("Access-Control-Allow-Origin", "https://x")]),
            GET,
            {"reaches the application"},
        ),
        (outcome(True, None, [ALLOWED]), Request(method="GET"), {"reaches the application"}),
        (
            outcome(False, 403, [ALLOWED, ("Access-Control-Expose-Headers", "X-T")]),
            GET,
            {"read", "exposes x-t"},
        ),
        (granted(METHODS, NAMES), PUT, {"proceeds"}),
        (granted(METHODS, NAMES, CREDENTIALS), PUT, {"proceeds", "proceeds with cookies"}),
        (granted(NAMES), PUT, set()),
        (granted(METHODS), PUT, set()),
        (outcome(False, 403, [ALLOWED, METHODS, NAMES]), PUT, set()),
        (granted(*WILD), PUT, {"proceeds"}),
        (granted(*WILD, CREDENTIALS), PUT, {"proceeds"}),
        (
            granted(*WILD),
            Request(method="OPTIONS", origin=A, requested_method="PUT", requested_headers="authorization"),
            set(),
        ),
        (
            granted(METHODS),
            Request(method="OPTIONS", origin=A, requested_method="PUT", private_network="true"),
            set(),
        ),
    ],
)
def test_what_a_browser_does_with_an_answer(answer, request_, expected):
    """Whether the page may read it, or send what it has asked for."""
    assert verdict(answer, request_) == expected


def test_a_level_is_lost_by_what_it_is_about():
    """C by any difference, B by another verdict, A by more than the application grants."""
    wanted = granted(METHODS, NAMES)
    same = granted(METHODS, NAMES)
    longer = granted(METHODS, NAMES, ("Access-Control-Max-Age", "5"))
    more = granted(("Access-Control-Allow-Methods", "PUT, DELETE"), NAMES)
    less = granted(METHODS)

    def levels(seen):
        return is_level_a(seen, PUT, [(wanted, PUT)]), is_level_b(seen, wanted, PUT), is_level_c(seen, wanted)

    assert levels(same) == (True, True, True)
    assert levels(longer) == (True, True, False)
    assert levels(more) == (False, True, False)
    assert levels(less) == (True, False, False)


def test_one_reading_of_a_request_is_enough():
    """A server may read one of two lines."""
    seen = outcome(True, None, [ALLOWED])
    joined = Request(method="GET", origin=f"{A},{A}")

    assert is_level_a(seen, joined, [(outcome(True, None, []), joined), (seen, GET)])
    assert not is_level_a(seen, joined, [(outcome(True, None, []), joined)])


def test_every_difference_is_one_of_a_format_that_is_there():
    """Each has a reason, and covers what it is about."""
    for difference in DIFFERENCES:
        assert difference.reason.endswith(".")
    assert set().union(*(each.formats for each in DIFFERENCES)) <= set(FORMATS)

    for unequal in UNEQUAL:
        assert unequal.reason.endswith(".")
        assert unequal.formats <= set(FORMATS)

    hashed = Vector("paths", "GET", "/a#b", (), "http")
    assert "#" in explanation_of("nginx", hashed).reason
    assert explanation_of("haproxy", hashed) is None
    handshake = Vector("guard", "GET", "/a", (("Upgrade", "websocket"),), "http")
    assert "opens a WebSocket" in explanation_of("apache", handshake, 101).reason
    assert explanation_of("apache", handshake, 200) is None
    assert explanation_of("nginx", handshake, 101) is None
    vector = Vector("paths", "GET", "/a%00", (), "http")
    assert "NUL" in difference_of("nginx", vector).reason
    assert difference_of("nginx", Vector("paths", "GET", "/a", (), "http")) is None


@pytest.mark.parametrize(
    ("method", "target", "headers", "sendable"),
    [
        ("GET", "/a?b", [], True),
        ("get", "/", [], False),
        ("PATCH", "/", [("Origin", A)], True),
        ("foo", "/", [("Origin", A)], True),
        ("F O", "/", [("Origin", A)], False),
        ("POST", "/", [], False),
        ("GET", "/a/../b", [], False),
        ("GET", "/a/%2e/b", [], False),
        ("GET", "/a%2fb%", [], True),
        ("GET", "/a\\b", [], False),
        ("GET", "/", [("Origin", A), ("Origin", A)], False),
        ("GET", "/", [("Origin", f"{A}/")], False),
        ("GET", "/", [("Origin", "null")], True),
        ("GET", "/", [("Origin", A), ("Sec-Fetch-Site", "cross-site")], True),
        ("GET", "/", [("Origin", A), ("Sec-Fetch-Site", "SAME-SITE")], False),
        ("GET", "/", [("Origin", A), ("Sec-Fetch-Site", "same-origin")], False),
        ("POST", "/", [("Host", "h"), ("Origin", "http://h"), ("Sec-Fetch-Site", "same-origin")], True),
        ("POST", "/", [("Origin", A), ("Sec-Fetch-Site", "none")], False),
        ("POST", "/", [("Origin", A), ("Cookie", "a=1")], True),
        ("POST", "/", [("Origin", A), ("Cookie", "")], False),
        ("GET", "/", [("Upgrade", "websocket")], False),
        ("GET", "/", [("Origin", A), ("Upgrade", "websocket")], True),
        ("GET", "/", [("Origin", A), ("Upgrade", "h2c")], False),
        ("OPTIONS", "/", [("Origin", A), ("Access-Control-Request-Method", "PUT")], True),
        ("OPTIONS", "/", [("Origin", A), ("Access-Control-Request-Method", "put")], False),
        ("OPTIONS", "/", [("Origin", A), ("Access-Control-Request-Method", "patch")], True),
        ("OPTIONS", "/", [("Origin", A), ("Access-Control-Request-Method", "P T")], False),
        ("GET", "/", [("Origin", A), ("Access-Control-Request-Method", "PUT")], False),
        ("GET", "/", [("Origin", A), ("Access-Control-Request-Headers", "x-a")], False),
    ],
)
def test_what_a_browser_can_send(method, target, headers, sendable):
    """By the standard's own steps."""
    assert is_sendable(method, target, headers, "http") is sendable


@pytest.mark.parametrize(
    ("name", "value", "sendable"),
    [
        ("Access-Control-Request-Headers", "a,b", True),
        ("Access-Control-Request-Headers", "b,a", False),
        ("Access-Control-Request-Headers", "A", False),
        ("Access-Control-Request-Headers", "a, b", False),
        ("Access-Control-Request-Headers", "", False),
        ("Access-Control-Request-Private-Network", "true", True),
        ("Access-Control-Request-Private-Network", "false", False),
        ("Cookie", "a=1", False),
    ],
)
def test_what_a_preflight_of_a_browser_has(name, value, sendable):
    """Names in lower case and in order, and never a cookie."""
    headers = [("Origin", A), ("Access-Control-Request-Method", "PUT"), (name, value)]

    assert is_sendable("OPTIONS", "/", headers, "http") is sendable
