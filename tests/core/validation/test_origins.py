"""The checks of the origins of a policy, each alone and together with credentials."""

from __future__ import annotations

import re

import pytest

from flask_corsguard import Policy
from flask_corsguard.core.origin_pattern import EXTENSION_SCHEMES
from flask_corsguard.core.problems import SENTENCES
from flask_corsguard.core.validation.origins import NOBODY, Nobody
from policy_cases import REFUSED_ITEMS, REFUSED_ORIGINS, assert_refused, problems_of, readable


@pytest.mark.parametrize(("written", "code", "hint"), REFUSED_ITEMS, ids=readable)
def test_an_item_that_is_not_an_origin_is_refused(written, code, hint):
    """It has one problem, which names it and whose hint tells what to write."""
    (refusal,) = problems_of(origins=[written])

    assert (refusal.code, refusal.field, refusal.value) == (code, "origins", written)
    assert hint in refusal.hint
    assert refusal.message == SENTENCES[code]


@pytest.mark.parametrize(("fields", "code", "field", "hint"), REFUSED_ORIGINS, ids=str)
def test_origins_that_cannot_be_meant_are_refused(fields, code, field, hint):
    """A policy of them has one problem, whose hint tells what to write."""
    if code is None:
        assert Policy(**fields)
        return

    assert_refused(fields, code, field, hint)


@pytest.mark.parametrize("scheme", ["capacitor", "ionic", "app", "tauri", "ws", "httpapp", "https-app"])
def test_a_scheme_of_a_shell_is_not_a_misspelled_one(scheme):
    """It has its own name."""
    assert Policy(origins=[f"{scheme}://own.example"])


@pytest.mark.parametrize("origin", ["null", "file://"])
def test_the_hint_for_null_works(origin):
    """The value of ``dangerously_allow`` that it names allows `null`, and what web views send instead."""
    (refusal,) = problems_of(origins=[origin])

    assert Policy(origins=[origin], dangerously_allow=re.findall(r'"([^"]+)"', refusal.hint))


@pytest.mark.parametrize(
    "origin",
    [
        "https://app.example",
        "https://app.example:8443",
        "https://*.app.example",
        "https://*.app.example:8443",
        "https://*.app.example:*",
        "http://localhost:*",
        "http://127.0.0.1:*",
        "http://[::1]:*",
        "https://a_b.example",
        "https://app.example.",
        "app://.",
        "app://-",
        "app://obsidian.md",
        "tauri://localhost",
        "capacitor://localhost",
        "capacitor://localhost:*",
        "wails://wails.localhost:34115",
        "vscode-webview://1k5qge60cq",
        "safari-web-extension://0A1B2C3D-0000-0000-0000-0A1B2C3D4E5F",
        "moz-extension://*",
        "chrome-extension://abcdefghijklmnop",
        "moz-extension://0a1b2c3d-0000-0000-0000-0a1b2c3d4e5f",
        "https://1.2.3.4",
        "https://xn--mnchen-3ya.de",
        "https://xn--zzz.de",
        "https://a.xn--99z.de",
        "https://*",
        "https://*.com",
        "https://*." + ".".join(["a" * 61, "a" * 63, "a" * 63, "a" * 61]),
        "https://a.xn--mnchen-3ya.de:65535",
    ],
)
def test_a_legitimate_origin_is_accepted_as_written(origin):
    """An origin that browsers send, or a pattern that matches such origins, needs no other spelling."""
    assert Policy(origins=[origin]).origins == (origin,)


def test_loopback_may_have_credentials_over_http():
    """Nobody can listen between a machine and itself."""
    origins = ["http://localhost:3000", "http://*.localhost:*", "http://127.0.0.1", "http://[::1]:*"]

    assert Policy(origins=origins, credentials=True).credentials


def test_each_dangerous_thing_is_allowed_only_by_its_name():
    """Each dangerous thing is possible, and its name is in the policy."""
    assert Policy(origins=["null"], dangerously_allow=["null-origin"])
    assert Policy(origins=["http://a.example"], credentials=True, dangerously_allow=["insecure-origins"])
    assert Policy(origins=["https://*.github.io"], credentials=True, dangerously_allow=["public-suffixes"])
    for scheme in EXTENSION_SCHEMES:
        extensions = [f"{scheme}://*"]
        assert Policy(origins=extensions, credentials=True, dangerously_allow=["any-extension"])
    anyone = re.compile(".*")
    assert Policy(origins=[anyone], credentials=True, dangerously_allow=["unproven-regexes"])


def test_a_callable_without_a_hash_is_refused():
    """A policy is hashable, and so is all that it consists of."""

    class Check:
        __hash__ = None

        def __call__(self, origin):
            return True

    (refusal,) = problems_of(origins=[Check()])

    assert refusal.code == "origins.type"


def test_there_is_one_list_of_nobody():
    """The closed policy is recognised by it, and an empty list is refused."""
    assert Nobody() is NOBODY
    assert NOBODY == ()


def test_each_null_origin_is_refused_with_credentials_in_the_same_order():
    """However a set has them."""
    problems = problems_of(origins=["null", "file://"], credentials=True, dangerously_allow=["null-origin"])

    assert [each.value for each in problems] == ["file://", "null"]
