"""The guard at the edge: whose a request is, by ``Host`` or by a list of own origins."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.policies import OTHERS
from flask_corsguard import Origin, Request
from flask_corsguard.core.compiled import compiled
from flask_corsguard.core.guard import is_own_origin, is_websocket
from flask_corsguard.edge.files import File, headed
from flask_corsguard.edge.formats import FORMATS
from flask_corsguard.edge.guard import (
    ADDRESS_FORM,
    NUMBER_FORM,
    OWN_FORM,
    asks_for_socket,
    is_any_method,
    is_own_by_host,
)
from flask_corsguard.edge.interpreter import Interpreter
from flask_corsguard.edge.outcome import answered
from flask_corsguard.edge.rules import rules_of
from flask_corsguard.edge.source import source_of
from reach import met, reaching

_HOSTS = [
    "a.example",
    "a",
    "a.",
    "A.example",
    "1.2.3.4",
    "1.2.3",
    "a.1",
    "a.0x",
    "01.2.3.4",
    "256.1.1.1",
    "[::1]",
]
_HOSTS += ["[::2]", "a..b", ".a", "a_b", "x" * 64, "y." * 130 + "z", "", "a|b", "a/b", "0x1.a"]
# Most are as browsers send them, or hardly any origin would be an own one.
_HOSTS += ["a.example", "a", "1.2.3.4", "b.example"] * 8
_PORTS = ["", ":80", ":443", ":8000", ":0", ":65536", ":08", "", "", ":8000"]
HOSTS = st.builds(str.__add__, st.sampled_from(_HOSTS), st.sampled_from(_PORTS))
_ORIGINS = st.builds(
    "{}://{}{}".format, st.sampled_from(["http", "https", "ws"]), HOSTS, st.sampled_from(["", "/"])
)


@st.composite
def origins_and_hosts(draw):
    """Draw an origin, and its host or another one."""
    origin = draw(_ORIGINS)
    own = origin.partition("://")[2].removesuffix("/")
    return origin, draw(st.sampled_from([own, own.upper(), own.partition(":")[0], draw(HOSTS)]))


@reaching
@given(origins_and_hosts(), st.sampled_from(["http", "https"]))
def test_an_own_origin_is_known_by_host(drawn, scheme):
    """As the guard knows it, but that addresses of version 6 are not, except for the machine itself."""
    origin, host = drawn
    own = is_own_origin(Request(method="POST", origin=origin, host=host, scheme=scheme))

    if met(own) and "[::2]" not in origin:
        assert is_own_by_host(origin, scheme, host)
    elif not own:
        assert not is_own_by_host(origin, scheme, host)


@reaching
@given(_ORIGINS)
def test_the_forms_of_own_origins_are_those_of_origins(origin):
    """For an engine without look-ahead, three expressions find whether an origin is valid."""
    bare = re.sub(r"(^http://.*):80$|(^https://.*):443$", r"\1\2", origin.removesuffix("/"))
    is_one = all(re.fullmatch(form, origin) for form in OWN_FORM) and (
        not re.fullmatch(NUMBER_FORM, origin) or re.fullmatch(ADDRESS_FORM, origin)
    )

    if met(bool(is_one)):
        assert Origin.parse(bare) is not None
    elif not origin.startswith("ws") and "[::2]" not in origin:
        assert Origin.parse(bare) is None


OWN = ("https://api.example", "http://localhost:8000", "https://api.example:8443")


@pytest.mark.parametrize(
    ("origin", "scheme", "host", "own"),
    [
        ("https://api.example", "https", "api.example", True),
        ("https://api.example", "http", "API.example", True),
        ("https://api.example", "https", "api.example:443", True),
        ("https://api.example", "https", "api.example:8443", False),
        ("https://api.example:8443", "https", "api.example:8443", True),
        ("http://api.example", "https", "api.example", False),
        ("http://localhost:8000", "http", "localhost:8000", True),
        ("http://localhost:8000", "https", "localhost:8000", False),
        ("https://evil.example", "https", "evil.example", False),
        ("https://evil.example", "https", "api.example", False),
    ],
)
def test_listed_own_origins_are_own_at_their_own_host(origin, scheme, host, own):
    """And no other origin is, under every ``Host``."""
    rules = rules_of(source_of(OTHERS), own=OWN)
    request = Request(method="POST", origin=origin, scheme=scheme, host=host)

    assert Interpreter(rules).outcome("/", request).passes is own
    assert not own or answered(compiled(OTHERS), request).passes


@given(st.text("webSOCKET,h2c \t;-\xa0", max_size=20))
def test_what_asks_for_a_socket_is_seen(text):
    """Every value that the guard takes for one."""
    assert asks_for_socket(text) or not is_websocket(text)


@pytest.mark.parametrize(
    ("upgrade", "asks"),
    [("websocket", True), ("h2c,WebSocket", True), ("a" * 257, True), ("websockets", False), ("h2c", False)],
)
def test_what_asks_for_no_socket_is_left_alone(upgrade, asks):
    """Other protocols are none of the guard's business."""
    assert asks_for_socket(upgrade) is is_websocket(upgrade) is asks


@pytest.mark.parametrize(
    ("method", "is_any"),
    [("PURGE", True), ("purge", True), ("trace", False), ("P" * 35, False), ("A B", False)],
)
def test_any_method_is_a_token_that_pages_may_send(method, is_any):
    """Of bounded length."""
    assert is_any_method(method) is is_any


def test_a_file_without_comments_has_no_head():
    """JSON has none."""
    assert headed(File("a.json", "{}", comment=None), FORMATS["nginx"], "corsguard", "00") == "{}"
