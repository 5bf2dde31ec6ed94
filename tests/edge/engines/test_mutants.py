"""One thing after another is broken in what was exported, and the vectors notice each."""

from __future__ import annotations

import re
from functools import cache

import pytest

from edge.engines.envoy_engine import WITHOUT_FILTER
from edge.engines.launch import Engine, running
from edge.engines.table import ENGINES
from flask_corsguard import SAME_ORIGIN, Policy
from flask_corsguard.edge.differences import difference_of
from flask_corsguard.edge.replay import replay
from flask_corsguard.edge.source import source_of
from flask_corsguard.edge.vectors import vectors_of

SOURCE = source_of(
    {
        "/api": Policy(
            origins=["https://app.example", "https://*.partner.example", "http://localhost:*"],
            methods=["GET", "PUT"],
            credentials=True,
            timing=True,
            private_network=True,
        ),
        "/open": Policy(origins="*", resource_policy="same-site"),
        "/closed": SAME_ORIGIN,
        "/": Policy(origins=["https://app.example"]),
    }
)

#: By format: what is broken, and the expression and its replacement that break it.
MUTANTS = {
    "nginx": [
        ("the end of a pattern", r"\)\\\\z\" \$corsguard_host_taken_", r')" $corsguard_host_taken_'),
        ("the beginning of a pattern", r"~\^\(\?:https://\(\?=", "~(?:https://(?="),
        ("a dot between labels", r"\{1,63\}\\\\\.\)\+", "{1,63}.)+"),
        ("always", r" always;", ";"),
        ("the case check", r'    "~\[A-Z\]" "";\n', ""),
        ("the escaped slash", re.escape("%2[fF]"), "%2[x]"),
        ("the escaped NUL and backslash", r"%5\[cC\]", "%5[x]"),
        ("what is hidden", r"proxy_hide_header Access-Control-Allow-Origin;\n", ""),
        ("the methods of the guard", r"\(\?:GET\|HEAD\|OPTIONS\)", "(?:GET|HEAD|OPTIONS|POST|PUT)"),
        ("cookies", r"map \$http_cookie (.*) \{\n    \"\" \"\";\n    default c;", r'map $http_cookie \1 {\n    "" "";\n    default "";'),
        ("own sites", r"same-origin\|none", "same-origin|none|same-site"),
        ("websockets", r'"~\^\(\?:\(\?i:\(\?:\.\*.*websocket.*\n', '"~^never$" 1;\n'),
        ("the default port", r"\(\?!80\\\\z\)", ""),
    ],
    "haproxy": [
        ("the end of a pattern", r"(\[a-z0-9_-\]\{1,63\}\\\.\?)\$'", r"\1'"),
        ("case", r"-m str -f", "-i -m str -f"),
        ("answers of its own", "http-after-response set-header", "http-response set-header"),
        ("the escaped slash", re.escape("%2[fF]"), "%2[x]"),
        ("what is hidden", r"    http-after-response del-header access-control-allow-origin\n", ""),
        ("own sites", r"'same-origin' 'none'", "'same-origin' 'none' 'same-site'"),
        ("cookies", r" !\{ req.fhdr\(cookie\) -m found \}", ""),
    ],
    "caddy": [
        ("the end of a pattern", r"(\)\+partner\\\.example\))\$'''", r"\1'''"),
        ("the beginning of a pattern", r"r'''\^(\(\?:https://\(\?:\[a-z0-9_-\]\{1,63\}\\\.\)\+partner)", r"r'''\1"),
        ("deferring", r"\tdefer\n", ""),
        ("the escaped slash", re.escape("%2[fF]"), "%2[x]"),
        ("own sites", r"r'''same-origin''', r'''none'''", "r'''same-origin''', r'''none''', r'''same-site'''"),
        ("cookies", r" && !header\(\{'Cookie': \['\*'\]\}\)", ""),
    ],
    "envoy": [
        ("a dot of a pattern", r"partner\\\\.example", "partner.example"),
        ("the end of a pattern", r"(partner\\\\.example)\"", r'\1.*"'),
        ("case", r'"regex": "https://app', '"regex": "(?i)https://app'),
        ("the escaped slash", re.escape("%2[fF]"), "%2[x]"),
        ("what is hidden", r'"access-control-allow-origin"', '"x-nothing"'),
        ("own sites", r"same-origin\|none", "same-origin|none|same-site"),
        ("what the filter hides", r'"remove": "access-control-allow-origin"', '"remove": "x-nothing"'),
        ("what the filter adds", r'"ADD_IF_ABSENT"', '"OVERWRITE_IF_EXISTS"'),
        ("the name of the filter", r'"corsguard": \{', '"other": {'),
    ],
    "envoy without the filter": [
        ("what is hidden", r'(response_headers_to_remove": \[[^\]]*)"access-control-allow-origin"', r'\1"x-nothing"'),
        ("what is added", r'"response_headers_to_add"', '"request_headers_to_add"'),
        ("vary", r'"APPEND_IF_EXISTS_OR_ADD"', '"OVERWRITE_IF_EXISTS"'),
    ],
    "apache": [
        ("the end of a pattern", r"(\)\+partner\\\.example\))\$\"", r'\1"'),
        ("always", r"Header always (set|unset)", r"Header \1"),
        ("the escaped slash", re.escape("%2[fF]"), "%2[x]"),
        ("own sites", r"same\\-origin\|none", "same-origin|none|same-site"),
        ("cookies", r'RewriteCond "%\{HTTP:Cookie\}" "\^\$"\n', ""),
        ("an Origin without a value", r"RequestHeader edit Origin .*\n", ""),
        ("a Cookie without a value", r"RequestHeader edit Cookie .*\n", ""),
    ],
    "varnish": [
        ("the end of a pattern", r"(\)\+partner\\\.example\))\$\"", r'\1"'),
        ("case", r'~ "\^\(\?:https://\(\?:\[a-z', r'~ "(?i)^(?:https://(?:[a-z'),
        ("the escaped slash", re.escape("%2[fF]"), "%2[x]"),
        ("what is hidden", r"unset resp.http.access-control-allow-origin;", ""),
        ("own sites", r"same\\-origin\|none", "same-origin|none|same-site"),
        ("cookies", r" && !req.http.Cookie", ""),
    ],
}  # fmt: skip

#: One engine for each format, and what is left of Envoy without its filter.
NEWEST = {engine.form: engine for engine in ENGINES} | {"envoy without the filter": WITHOUT_FILTER}


def outcomes(engine: Engine, change=None) -> tuple[int, bool]:
    """Return how many answers are equal, and whether any is wrong in a way that is not known."""
    with running(engine, SOURCE, change=change) as started, started.wire() as wire:
        findings = list(replay(SOURCE, vectors_of(SOURCE, started.site), wire, reached="x-reached"))
    wrong = any(
        not each.a or (not each.b and difference_of(engine.form, each.vector) is None) for each in findings
    )
    return sum(each.c for each in findings), wrong


@cache
def unbroken(form: str) -> tuple[int, bool]:
    """Return the same of what was exported."""
    return outcomes(NEWEST[form])


@pytest.mark.parametrize(
    ("form", "what", "pattern", "replacement"),
    [pytest.param(form, *each, id=f"{form}, {each[0]}") for form, found in MUTANTS.items() for each in found],
)
def test_a_mutant_is_noticed(form, what, pattern, replacement):
    """Some vector has another outcome, and what is exported has none that is wrong."""
    changed = []

    def change(_name: str, text: str) -> str:
        broken = re.sub(pattern, replacement, text)
        changed.append(broken != text)
        return broken

    equal, wrong = outcomes(NEWEST[form], change)

    assert any(changed), "nothing was broken"
    assert unbroken(form)[1] is False
    assert wrong or equal < unbroken(form)[0], what
