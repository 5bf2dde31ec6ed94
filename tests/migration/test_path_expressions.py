"""The keys of ``resources`` as path rules, compared on the routes of the project."""

from __future__ import annotations

import re

import pytest

from flask_corsguard.migrate.path_expressions import is_everything, order_of, read_path
from flask_corsguard.migrate.routes import Route

ROUTES = [
    Route(path, fixed, None)
    for path, fixed in [
        ("/", "/"),
        ("/api", "/api"),
        ("/api/items", "/api/items"),
        ("/api/items/1", "/api/items/"),
        ("/apix", "/apix"),
        ("/api/v1/x", "/api/v1/x"),
        ("/api/v2/1", "/api/v2/"),
        ("/login", "/login"),
        ("/login/help", "/login/help"),
        ("/1", "/"),
    ]
]


@pytest.mark.parametrize(
    ("key", "rules", "opened"),
    [
        ("/api/*", ["/api", "/apix"], []),
        ("/api*", ["/api", "/apix"], []),
        ("/api/.*", ["/api"], ["/api"]),
        ("^/api/.*$", ["/api"], ["/api"]),
        ("/api(/.*)?$", ["/api"], []),
        (re.compile("/api/items"), ["/api/items"], []),
        ("/api/(items|v1)/*", ["/api/items", "/api/v1"], []),
        ("/api/v[12]/*", ["/api/v1", "/api/v2"], []),
        ("/api/(?>v1)/*", ["/api/v1"], []),
        ("/nothing/*", ["/nothing"], []),
        ("/login", ["/login"], ["/login/help"]),
        ("/api/v1/", ["/api/v1"], ["/api/v1/x"]),
    ],
)
def test_a_key_with_whole_segments_becomes_a_rule(key, rules, opened):
    """Routes that the rule covers besides are named."""
    reading = read_path(key, ROUTES)

    assert (reading.rules, reading.opened, reading.is_clear, reading.never) == (rules, opened, True, False)


@pytest.mark.parametrize("key", ["*", "/*", ".*", "/.*", "^/.*", "^/.*$", re.compile("/.*"), re.compile("")])
def test_a_key_that_matches_every_path_becomes_the_rule_of_every_path(key):
    """It is known without any route."""
    assert is_everything(key)
    assert read_path(key, []).rules == ["/"]


@pytest.mark.parametrize("key", ["/", "/api/*", r"^/(?!admin).*", "/(", 7, re.compile(b"/.*"), "/$"])
def test_a_key_that_does_not_match_every_path_is_not_taken_for_one(key):
    """A literal slash is the one path."""
    assert not is_everything(key)


@pytest.mark.parametrize("key", ["api/*", "api", "/api/<int:n>", "/(", 7])
def test_a_key_that_matches_no_path_has_no_rule(key):
    """It never covered a request."""
    reading = read_path(key, ROUTES)

    assert reading.never
    assert reading.rules == []


@pytest.mark.parametrize(
    ("key", "rules"),
    [
        (r"/api/v\d{2,}/*", []),
        (r"/\w+/items", ["/api/items"]),
        (r".*/api/.*", ["/api/items", "/api/v1/x", "/api/v2"]),
        (r"^/(?!admin).*", ["/api", "/apix", "/login"]),
        ("(/a|/b)" * 6, []),
        (r"/api/(a|b|c|d|e|f)(a|b|c|d|e|f)/*", []),
        (r"/api%2f/*", []),
        ("/with space", []),
        ("/api/./*", ["/api/items", "/api/v1/x", "/api/v2"]),
        ("/(" + "|".join(f"{x}{y}{x}" for x in "abcdef" for y in "ghijkl") + ")/*", []),
        ("/[^/]+/help", ["/login/help"]),
    ],
)
def test_a_key_of_another_kind_has_the_rules_of_its_routes(key, rules):
    """They are asked about, because there may be other routes."""
    reading = read_path(key, ROUTES)

    assert reading.rules == rules
    assert not reading.is_clear


def test_a_route_that_begins_with_a_converter_cannot_have_a_rule():
    """The rule would cover everything."""
    assert read_path(r"/\d+", ROUTES).lost == ["/1"]


def test_keys_are_ordered_as_flask_cors_tried_them():
    """Literals first, then compiled expressions, then the longest."""
    keys = ["/a/*", "/a", "/a/b/*", "*", re.compile("/a/b/c")]

    assert sorted(keys, key=order_of) == ["/a", re.compile("/a/b/c"), "/a/b/*", "/a/*", "*"]
