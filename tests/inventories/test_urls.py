"""URLs of rules: one below each path rule that has any, and some that are below none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.routing import BaseConverter, Map, Rule

from flask_corsguard.inventories.urls import as_text, as_wsgi, covers, host_of, paths_of

ANY = "corsguard-any"


class Odd(BaseConverter):
    """A converter that takes none of the usual values."""

    regex = "o+d"


def bound(rule: str, **options) -> Rule:
    """Return a rule of a map."""
    made = Rule(rule, endpoint="x", **options)
    Map([made], converters={**Map().converters, "odd": Odd}, host_matching="host" in options)
    return made


@pytest.mark.parametrize(
    ("rule", "prefixes", "paths"),
    [
        ("/a/b", ["/a", "/c"], ["/a/b"]),
        ("/<int:n>", ["/7", "/x"], ["/7919", "/7"]),
        ("/<odd:n>", ["/ood", "/od/x"], [f"/{ANY}", "/ood"]),
        ("/<any(b, a):n>", [], ["/a", "/b"]),
        ("/<int:n>/a", ["/7", "/7/b", "/7/a"], ["/7919/a", "/7/a"]),
        ("/<path:p>/end", ["/a/b"], [f"/{ANY}/end", "/corsguard/end", "/a/b/end"]),
        ("/x-<int:n>-y", ["/x-7-y", "/x-7"], ["/x-7919-y", "/x-7-y"]),
        ("/<int:n>x", ["/7"], ["/7919x"]),
    ],
)
def test_a_rule_has_a_path_below_each_path_rule_that_has_any_of_its_urls(rule, prefixes, paths):
    """A static rule has one path, and no converter is given what it does not take."""
    found = paths_of(bound(rule), prefixes)

    assert [path for path in paths if path not in found] == []
    below = {path: [prefix for prefix in prefixes if covers(prefix, path)] for path in found}
    expected = {path: [prefix for prefix in prefixes if covers(prefix, path)] for path in paths}
    assert {tuple(each) for each in below.values()} == {tuple(each) for each in expected.values()}


@given(
    st.lists(
        st.sampled_from(["<int:v{}>", "<v{}>", "<path:v{}>", "a", "7", "x-<v{}>"]), min_size=1, max_size=4
    ),
    st.lists(st.sampled_from(["a", "7", "x-7", "b"]), min_size=1, max_size=3),
)
def test_every_path_is_one_of_the_rule(parts, prefix):
    """Werkzeug matches it with the rule."""
    rule = bound("/" + "/".join(part.format(index) for index, part in enumerate(parts)))
    adapter = rule.map.bind("localhost")

    for path in paths_of(rule, ["/" + "/".join(prefix)]):
        assert adapter.match(path)[0] == "x"


def test_many_converters_in_one_segment_are_not_tried_for_ever():
    """After some thousand tries there is no path below the prefix."""
    rule = bound("/" + "".join(f"<v{index}>" for index in range(12)) + "!")

    assert [path for path in paths_of(rule, ["/" + "a" * 60]) if covers("/" + "a" * 60, path)] == []


def test_a_host_is_one_of_the_rule():
    """A subdomain goes before the name of the server, where there is one."""
    assert host_of(bound("/", host="<sub>.a.example")) == f"{ANY}.a.example"
    assert host_of(bound("/", subdomain="<int:sub>"), "a.example") == "7919.a.example"
    assert host_of(bound("/", subdomain="b")) == "b"
    assert host_of(bound("/"), "a.example") == "a.example"
    assert host_of(bound("/")) == "localhost"


def test_wsgi_has_a_path_in_latin_1():
    """And text is what was meant."""
    assert as_wsgi("/caf\xe9") == "/caf\xc3\xa9"
    assert as_text(as_wsgi("/caf\xe9")) == "/caf\xe9"
