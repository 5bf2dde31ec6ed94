"""nginx: one file of ``map`` blocks for ``http``, one of directives for ``server``, and lists of origins.

A variable of a ``map`` is computed when it is first read, and once per request. Three things decide how they
are written here. Keys of a ``map`` that are not expressions are compared without case, so no value with upper
case is looked up. A named group of an expression is a variable, so each has a name of its own. And ``$``
cannot be escaped in a value.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from flask_corsguard.core import fetch_standard as fetch
from flask_corsguard.core.origin import MAX_ORIGIN_LENGTH
from flask_corsguard.core.problems import Problem
from flask_corsguard.core.request import MAX_SEARCHED_METHOD_LENGTH
from flask_corsguard.edge.answers import ORIGIN, UNREAD_LENGTH
from flask_corsguard.edge.files import File, Format
from flask_corsguard.edge.guard import (
    ANY_METHOD,
    FORBIDDEN_METHOD,
    SAFE,
    UPGRADE_LENGTH,
    WEBSOCKET,
    own_expression,
)
from flask_corsguard.edge.losses import loss
from flask_corsguard.edge.rules import Rules

from .nginx_origins import maps_of_origins
from .nginx_paths import maps_of_paths
from .nginx_text import Map, expression, quoted, text_of
from .states import answers_of, cases_of, numbered, unmanaged

#: The headers that an answer can have beside ``Vary``, and their variables.
_VARIABLES: Final = {
    fetch.ACAO: "allow_origin",
    fetch.ACAC: "allow_credentials",
    fetch.ACAPN: "allow_private_network",
    fetch.ACAM: "allow_methods",
    fetch.ACAH: "allow_headers",
    fetch.ACMA: "max_age",
    fetch.ACEH: "expose_headers",
    fetch.TAO: "timing",
    fetch.CORP: "resource_policy",
}
#: Those that only some policies own.
_SOMETIMES: Final = (fetch.TAO, fetch.CORP)

#: The modules that pass requests on.
_UPSTREAMS: Final = ("proxy", "fastcgi", "uwsgi", "scgi", "grpc")


def _spell(rules: Rules, directory: str) -> tuple[File, ...]:
    maps = [*_of_preflights(), *maps_of_paths(rules.paths)]
    origins, data = maps_of_origins(rules, directory)
    maps += [
        *origins,
        *_of_states(rules),
        *_of_kinds(rules),
        *_of_guard(rules),
        *_of_answers(rules),
        *_of_headers(rules),
    ]
    return (
        File("http.conf", text_of(maps, [file.text for file in data])),
        File("server.conf", _server(rules)),
        *data,
    )


def _of_preflights() -> Iterator[Map]:
    # A value that is too long to be searched for a comma counts as one.
    lines = [('""', '""'), (f'"~^.{{{MAX_ORIGIN_LENGTH + 1}}}"', "1"), ('"~,"', '""')]
    yield Map("$http_origin", "has_origin", lines, "1")
    long = f'"~^.{{{MAX_SEARCHED_METHOD_LENGTH + 1}}}"'
    lines = [('""', '""'), (long, "$corsguard_has_origin"), ('"~,"', '""')]
    yield Map("$http_access_control_request_method", "has_request", lines, "$corsguard_has_origin")
    yield Map("$request_method", "preflight", [('"~^OPTIONS$"', "$corsguard_has_request")], '""')


def _of_states(rules: Rules) -> Iterator[Map]:
    # A state is a rule, or one of its cases: 0 or 0.0.
    sets = numbered(rules)
    for number, rule in enumerate(rules.rules):
        after = f'"{number}"'
        for index, case in reversed(list(enumerate(rule.cases))):
            state, name = f'"{number}.{index}"', f"state_{number}_{index}"
            if case.origins is None:
                after = state
            else:
                yield Map(f"$corsguard_in_{sets[case.origins]}", name, [("1", state)], after)
                after = f"$corsguard_{name}"
        yield Map("$http_origin", f"state_{number}", [], after)
    if rules.paths.whole is not None:
        yield Map("$http_origin", "state", [], f"$corsguard_state_{rules.paths.whole}")
        return
    lines = [(str(number), f"$corsguard_state_{number}") for number in range(len(rules.rules))]
    yield Map("$corsguard_rule", "state", lines, f"$corsguard_state_{rules.paths.closed}")


def _of_kinds(rules: Rules) -> Iterator[Map]:
    # What is answered in a state: r to a request, p to a preflight. u is for a preflight whose list is too
    # long to be read, and n for one that is granted a private network.
    preflight = "p"
    privates = [(state, case.granted.private) for state, case in cases_of(rules) if case.granted.private]
    if privates:
        methods = [
            (expression(f"{re.escape(state)} (?:{_either(private.methods)})"), "n")
            for state, private in privates
        ]
        source = "$corsguard_state $http_access_control_request_method"
        yield Map(f'"{source}"', "private_method", methods, "p")
        names = [
            (
                expression(rf"{re.escape(state)} (?=.{{0,{private.limit}}}$){private.names}"),
                "$corsguard_private_method",
            )
            for state, private in privates
        ]
        source = "$corsguard_state $http_access_control_request_headers"
        yield Map(f'"{source}"', "private_names", names, "p")
        lines = [('"~^true$"', "$corsguard_private_names")]
        yield Map("$http_access_control_request_private_network", "private", lines, "p")
        preflight = "$corsguard_private"
    unread = [
        (f'"{state}"', "u")
        for state, case in cases_of(rules)
        if case.granted.unread != case.granted.preflight
    ]
    if unread:
        yield Map("$corsguard_state", "long", unread, preflight)
        lines = [(f'"~^.{{{UNREAD_LENGTH + 1}}}"', "$corsguard_long")]
        yield Map("$http_access_control_request_headers", "list", lines, preflight)
        preflight = "$corsguard_list"
    yield Map("$corsguard_preflight", "kind", [('""', "r")], preflight)


def _either(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in words)


def _of_guard(rules: Rules) -> Iterator[Map]:
    lines = [('""', '""'), (expression(WEBSOCKET), "1"), (f'"~^.{{{UPGRADE_LENGTH + 1}}}"', "1")]
    yield Map("$http_upgrade", "socket", lines, '""')
    yield Map("$request_method", "unsafe", [(expression(_either(SAFE)), "$corsguard_socket")], "1")
    yield Map(
        '"$http_origin|$scheme|$http_host"',
        "foreign_host",
        [(expression(own_expression(rules.own)), '""')],
        "1",
    )
    yield Map("$http_origin", "foreign_origin", [('""', '""')], "$corsguard_foreign_host")
    lines = [('""', "$corsguard_foreign_origin"), (expression("same-origin|none"), '""')]
    yield Map("$http_sec_fetch_site", "foreign", lines, "1")
    yield Map("$http_cookie", "cookie", [('""', '""')], "c")
    yield Map('"$corsguard_state|$corsguard_cookie|$request_method"', "outside", list(_inside(rules)), "1")
    yield Map("$corsguard_foreign", "forged", [('""', '""')], "$corsguard_outside")
    yield Map("$corsguard_unsafe", "refused", [('""', '""')], "$corsguard_forged")


def _inside(rules: Rules) -> Iterator[tuple[str, str]]:
    for number, rule in enumerate(rules.rules):
        if not rule.enforced:
            yield expression(rf"{number}\|.*"), '""'
    for state, case in cases_of(rules):
        start = rf"{re.escape(state)}\|"
        if not case.guard.enforced:
            yield expression(f"{start}.*"), '""'
            continue
        cookies = "c?" if case.guard.cookies else ""
        methods = f"(?!{FORBIDDEN_METHOD}$){ANY_METHOD}"
        if case.guard.methods is not None:
            methods = f"(?:{_either(case.guard.methods)})"
        yield expression(rf"{start}{cookies}\|{methods}"), '""'


def _of_answers(rules: Rules) -> Iterator[Map]:
    lines = [(r'"~\."', "204"), *((f'"{number}"', '""') for number in unmanaged(rules))]
    yield Map("$corsguard_state", "preflight_status", lines, "403")
    yield Map("$corsguard_refused", "refusal_status", [('""', '""')], "403")
    yield Map(
        "$corsguard_preflight", "status", [('""', "$corsguard_refusal_status")], "$corsguard_preflight_status"
    )
    yield Map("$corsguard_status", "by", [('""', '""')], "edge")


def _of_headers(rules: Rules) -> Iterator[Map]:
    values: dict[str, list[tuple[str, str]]] = {}
    for key, headers in answers_of(rules):
        for name, value in headers:
            spelled = "$http_origin" if value == ORIGIN else quoted(value)
            values.setdefault(name, []).append((f'"{key}"', spelled))
    for name, variable in _VARIABLES.items():
        lines = values.get(name, [])
        if name in _SOMETIMES:
            upstream = f"$upstream_http_{name.lower().replace('-', '_')}"
            owning = [f"{number}" for number, rule in enumerate(rules.rules) if name.lower() in rule.owned]
            if not owning:
                continue
            lines += [(expression(rf"(?:{'|'.join(owning)})(?:\.[0-9]+)?[a-z]"), '""')]
            yield Map('"$corsguard_state$corsguard_kind"', variable, lines, upstream)
        elif lines or unmanaged(rules):
            upstream = f"$upstream_http_{name.lower().replace('-', '_')}"
            lines += [(expression(f"{number}[a-z]"), upstream) for number in unmanaged(rules)]
            yield Map('"$corsguard_state$corsguard_kind"', variable, lines, '""')
    yield Map('"$corsguard_state$corsguard_kind"', "vary_wanted", values.get("Vary", []), '""')
    lines = [(expression(r"(?:.*,)?[ \t]*(?:Origin|\*)[ \t]*(?:,.*)?", flags="*"), "1")]
    yield Map("$upstream_http_vary", "vary_there", lines, '""')
    lines = [('"~^1"', '""'), ('"~^(?<corsguard_vary_kept>.+)$"', "$corsguard_vary_kept")]
    yield Map('"$corsguard_vary_there$corsguard_vary_wanted"', "vary", lines, '""')


def _server(rules: Rules) -> str:
    owned = {name for rule in rules.rules for name in rule.owned}
    names = [name for name in _VARIABLES if name.lower() in owned]
    hidden = "".join(f"{module}_hide_header {name};\n" for module in _UPSTREAMS for name in names)
    present = {name for _, headers in answers_of(rules) for name, _ in headers}
    added = "".join(
        f"add_header {name} $corsguard_{variable} always;\n"
        for name, variable in _VARIABLES.items()
        if name in present or (name in names and (name in _SOMETIMES or unmanaged(rules)))
    )
    return f"""\
# A location with an add_header or a proxy_hide_header of its own does not inherit these: include this file
# there, too.
{hidden}
{added}add_header Vary $corsguard_vary always;
add_header X-CorsGuard $corsguard_by always;

if ($corsguard_status = 204) {{
    return 204;
}}
if ($corsguard_status = 403) {{
    return 403;
}}
"""


def _check(rules: Rules) -> Iterator[Problem]:
    texts = [value for _, headers in answers_of(rules) for _, value in headers]
    texts += [each.path for each in rules.paths.exact]
    for text in dict.fromkeys(texts):
        if "$" in text:
            hint = "Leave the name with $ out, or give the header in the application under another name."
            yield loss("edge.token", "policy", text, hint)


FORMAT: Final = Format("nginx", "nginx 1.22 or newer", "corsguard", _spell, _check)
