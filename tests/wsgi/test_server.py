"""The table over a real socket, from a real server."""

from __future__ import annotations

import pytest

from cases import EVERYONE, LISTED, ROWS, VARY, A, allow
from flask_corsguard import CorsMiddleware
from harness import SpyApp, assert_headers_exactly, raw_exchange, serving

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def port():
    """Serve every row's policy, each under its own path."""
    layers = {f"/{number}": CorsMiddleware(SpyApp(), row.policy) for number, row in enumerate(ROWS)}

    with serving(
        lambda environ, start_response: layers[environ["PATH_INFO"]](environ, start_response)
    ) as port:
        yield port


@pytest.mark.parametrize("number", range(len(ROWS)), ids=[row.id for row in ROWS])
def test_the_server_answers_as_in_the_table(number, port):
    """What arrives at the client is the row, no more and no less."""
    row = ROWS[number]
    lines = "".join(f"{name}: {value}\n" for name, value in row.headers.items())

    status, headers, _ = raw_exchange(
        port, f"{row.method} /{number} HTTP/1.1\nHost: h\n{lines}Connection: close\n\n"
    )

    assert_headers_exactly(headers, row.expected)
    assert status.split()[1] == str(row.status or 200)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (f"Origin: {A}\nOrigin: {A}\n", [VARY]),
        ("Origin:\n", [VARY]),
        (f"Origin: {A}\t\n", [allow(A), VARY]),
        (f"ORIGIN: {A}\n", [allow(A), VARY]),
        (f"X_Origin: {A}\n", [VARY]),
        ("Origin: " + "a" * 8000 + "\n", [VARY]),
    ],
    ids=["two origins", "an empty origin", "a tab after it", "upper case", "another name", "a long origin"],
)
def test_what_a_socket_can_carry_is_read_as_in_the_standard(lines, expected):
    """Repeated, empty and overlong origins are nobody's; white space around one is the protocol's."""
    with serving(CorsMiddleware(SpyApp(), LISTED.replace(expose_headers=[]))) as port:
        status, headers, _ = raw_exchange(port, f"GET / HTTP/1.1\nHost: h\n{lines}Connection: close\n\n")

    assert status == "HTTP/1.1 200 OK"
    assert_headers_exactly(headers, expected)


def test_a_client_of_http_1_0_is_answered_alike():
    """Neither ``Host`` nor a newer protocol is needed."""
    with serving(CorsMiddleware(SpyApp(), EVERYONE.replace(expose_headers=[]))) as port:
        _, headers, body = raw_exchange(port, "GET / HTTP/1.0\n\n")

    assert_headers_exactly(headers, [allow("*")])
    assert body == b"hello"
