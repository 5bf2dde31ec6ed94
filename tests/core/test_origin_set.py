"""The compiled set of origins."""

from __future__ import annotations

import re
from functools import partial

import pytest

from cases import A
from flask_corsguard import Policy, Reason, Request, decide
from flask_corsguard.core.origin import MAX_ORIGIN_LENGTH
from harness import count_calls


def allows(origins, asked):
    """Whether a policy with these *origins* allows the origin *asked*."""
    return decide(Policy(origins=origins), Request(method="GET", origin=asked)).allowed


LONGEST = "s" * 64 + "://" + ".".join(["a" * 63, "b" * 63, "c" * 63, "d" * 61]) + ":65535"


def test_the_longest_origin_can_be_listed_and_asked_for():
    """An origin whose length is the bound is still read."""
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
        ("app://.", "app://.", True),
        ("app://.", "app://-", False),
        ("tauri://localhost", "tauri://LOCALHOST", False),
        ("safari-web-extension://0A1B", "safari-web-extension://0A1B", True),
        ("safari-web-extension://0A1B", "safari-web-extension://0a1b", False),
        ("moz-extension://*", "moz-extension://0a1b-2c", True),
        ("moz-extension://*", "moz-extension://0a1b-2c:1", False),
        ("moz-extension://*", "chrome-extension://0a1b-2c", False),
        ("https://*", "https://A", False),
    ],
)
def test_a_pattern_covers_labels_and_ports(pattern, asked, allowed):
    """A star covers one or more labels, never the domain itself, and any port or none."""
    assert allows([pattern], asked) is allowed


@pytest.mark.parametrize("origin", ["null", "file://"])
def test_a_page_without_an_origin_of_its_own_is_allowed_by_its_own_spelling_alone(origin):
    """No pattern, expression or callable is asked about it, and neither of the two allows the other."""
    asked = []
    others = ["file://" if origin == "null" else "null", "app://*", re.compile(".*"), asked.append]
    policy = Policy(origins=others, dangerously_allow=["null-origin"])

    assert decide(policy, Request(method="GET", origin=origin)).reason is Reason.ORIGIN_NULL
    assert asked == []
    listed = Policy(origins=[origin], dangerously_allow=["null-origin"])
    answer = decide(listed, Request(method="GET", origin=origin))
    assert answer.headers == (("Access-Control-Allow-Origin", origin), ("Vary", "Origin"))


def test_ports_of_one_base_are_one_entry():
    """Patterns with several ports of one domain work together, also beside one with any port."""
    assert allows(["https://*.a.example:1", "https://*.a.example:2"], "https://x.a.example:2")
    assert allows(["https://*.a.example:1", "https://*.a.example:2"], "https://x.a.example:1")
    assert allows(["https://*.a.example:*", "https://*.a.example:2"], "https://x.a.example:3")


@pytest.mark.slow
def test_a_hundred_thousand_origins_are_one_set():
    """A decision takes as many calls with a hundred thousand origins as with one."""
    origins = [f"https://tenant-{number}.example" for number in range(100_000)]
    patterns = [f"https://*.tenant-{number}.example" for number in range(10_000)]
    policy = Policy(origins=origins + patterns, credentials=True)
    few = Policy(origins=[origins[0], patterns[0]], credentials=True)

    assert decide(policy, Request(method="GET", origin=origins[-1])).allowed
    assert decide(policy, Request(method="GET", origin=f"https://a.{patterns[-1][10:]}")).allowed
    assert not decide(policy, Request(method="GET", origin="https://tenant-100000.example")).allowed
    for asked in (origins[0], f"https://a.{patterns[0][10:]}", "https://evil.example", "null"):
        for warmed in (policy, few):
            decide(warmed, Request(method="GET", origin=asked))
        request = Request(method="GET", origin=asked)
        assert count_calls(partial(decide, policy, request)) == count_calls(partial(decide, few, request))


@pytest.mark.parametrize("order", [1, -1])
def test_a_pattern_beneath_another_one_changes_nothing(order):
    """The wider pattern covers what the narrower one covers, in whichever order they are listed."""
    origins = ["https://*.a.example", "https://*.b.a.example"][::order]

    for host in ("x.a.example", "b.a.example", "x.b.a.example"):
        assert allows(origins, f"https://{host}")
    assert not allows(origins, "https://a.example")


@pytest.mark.parametrize("returned", [1, "yes", None, [A]], ids=repr)
def test_a_callable_that_does_not_return_a_boolean_allows_nobody(returned):
    """A value that only counts as true may be a mistake; the exception names its type."""
    decision = decide(Policy(origins=[lambda origin: returned]), Request(method="GET", origin=A))

    assert decision.reason is Reason.ORIGIN_CHECK_FAILED
    assert str(decision.error).endswith(f"returned {type(returned).__name__}, not bool")


def test_another_callable_may_allow_an_origin_after_one_has_raised():
    """The next callable is asked, and the exception is in the decision all the same."""

    def fail(origin):
        raise LookupError("database")

    decision = decide(Policy(origins=[fail, lambda origin: True]), Request(method="GET", origin=A))

    assert decision.allowed
    assert isinstance(decision.error, LookupError)
