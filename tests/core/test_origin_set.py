"""The compiled set of origins, at its edges."""

from __future__ import annotations

import pytest

from flask_corsguard import Policy, Request, decide
from flask_corsguard.core.origin import DEFAULT_PORTS, MAX_ORIGIN_LENGTH, Origin


def allows(origins, asked):
    """Whether a policy of these origins allows the one that asks."""
    return decide(Policy(origins=origins), Request(method="GET", origin=asked)).allowed


LONGEST = "s" * 64 + "://" + ".".join(["a" * 63, "b" * 63, "c" * 63, "d" * 61]) + ":65535"


def test_the_longest_origin_can_be_listed_and_asked_for():
    """The bound is the last length that is read, not the first that is not."""
    assert len(LONGEST) == MAX_ORIGIN_LENGTH
    assert allows([LONGEST], LONGEST)


@pytest.mark.parametrize(
    ("pattern", "asked", "allowed"),
    [
        ("https://*.a.example:*", "https://x.a.example", True),
        ("https://*.a.example:*", "https://x.y.a.example:8443", True),
        ("https://*.a.example:*", "https://a.example:8443", False),
        ("https://*.a.example:8443", "https://x.a.example:8443", True),
        ("https://*.a.example:8443", "https://x.a.example", False),
        ("https://*.a.example", "https://x.a.example:8443", False),
        ("https://*.example", "https://a.b.c.d.e.example", True),
        ("https://*.b.c.d.e.example", "https://a.b.c.d.e.example", True),
        ("https://*.a.example.", "https://x.a.example.", True),
        ("https://*.a.example", "https://x.a.example.", False),
        ("https://*", "https://a.example", True),
        ("https://*", "https://[::1]", True),
        ("https://*", "https://localhost", True),
        ("https://*", "https://a.example:8443", False),
        ("https://*:8443", "https://a.example:8443", True),
        ("https://*:*", "https://a.example:1", True),
        ("https://*", "http://a.example", False),
        ("http://127.0.0.1:*", "http://127.0.0.1", True),
        ("http://[::1]:*", "http://[::1]:3000", True),
        ("capacitor://*.a.example", "capacitor://x.a.example", True),
    ],
)
def test_a_pattern_covers_labels_and_ports(pattern, asked, allowed):
    """One or more labels, never the domain itself; any port or none; the scheme as it stands."""
    assert allows([pattern], asked) is allowed


def test_ports_of_one_base_are_one_entry():
    """Several ports of one pattern are allowed together, and any port absorbs them."""
    assert allows(["https://*.a.example:1", "https://*.a.example:2"], "https://x.a.example:2")
    assert allows(["https://*.a.example:1", "https://*.a.example:2"], "https://x.a.example:1")
    assert allows(["https://*.a.example:*", "https://*.a.example:2"], "https://x.a.example:3")


@pytest.mark.parametrize(
    ("scheme", "port"), [("ftp", 21), ("http", 80), ("https", 443), ("ws", 80), ("wss", 443)]
)
def test_a_default_port_is_left_out_of_a_serialization(scheme, port):
    """Those of the special schemes are, and no other."""
    assert DEFAULT_PORTS[scheme] == port
    assert Origin.parse(f"{scheme}://a.example:{port}") is None
    assert Origin.parse(f"{scheme}://a.example:{port + 1}") is not None
    assert Origin.parse(f"other://a.example:{port}") is not None
