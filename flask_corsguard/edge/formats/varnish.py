"""Varnish: subroutines of VCL, and lists of origins as conditions.

VCL has no variables, so results are stored in request headers that no client can send and no backend gets.
Varnish does not decode paths. It does not end TLS: ``X-Forwarded-Proto`` shows whether a server in front did.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from flask_corsguard.core.origin import MAX_ORIGIN_LENGTH
from flask_corsguard.core.problems import Problem
from flask_corsguard.core.request import MAX_SEARCHED_METHOD_LENGTH
from flask_corsguard.edge.answers import ORIGIN, UNREAD_LENGTH
from flask_corsguard.edge.files import File, Format
from flask_corsguard.edge.guard import (
    ANY_METHOD,
    FORBIDDEN_METHOD,
    OWN,
    SAFE,
    UPGRADE_LENGTH,
    WEBSOCKET,
    own_expression,
)
from flask_corsguard.edge.losses import loss
from flask_corsguard.edge.origins import Origins
from flask_corsguard.edge.paths import Paths, spelled, spelled_prefix
from flask_corsguard.edge.rules import Rules

from .states import alternatives, cases_of, numbered, owned_in, states_of, tables_of, unmanaged, values_of

#: Origins that one expression lists: each needs code that is compiled, and a long expression is refused.
_GROUP: Final = 100
#: Expressions are tried one after the other, so more origins than these cost too much.
MAX_ORIGINS: Final = 10_000

_YES: Final = '"yes"'

_VARIABLES: Final = (
    *("origin", "preflight", "path", "rule", "method", "listed", "state", "kind", "key", "proto", "own"),
    *("passes", "by"),
)
_ORIGIN: Final = "req.http.cg-origin"
_METHOD: Final = "req.http.Access-Control-Request-Method"
_NAMES: Final = "req.http.Access-Control-Request-Headers"
_SITE: Final = "req.http.Sec-Fetch-Site"
#: Lines that are joined before they are read.
_JOINED: Final = (
    "Origin",
    "Access-Control-Request-Method",
    "Access-Control-Request-Headers",
    "Sec-Fetch-Site",
    "Upgrade",
)
_PREFLIGHT: Final = 'req.http.cg-preflight == "p"'


def _matches(sample: str, pattern: str) -> str:
    return f'{sample} ~ "^(?:{pattern})$"'


def _equals(sample: str, words: Iterable[str]) -> str:
    return _matches(sample, "|".join(map(re.escape, words)))


def _if(statement: str, *conditions: str) -> str:
    return f"if ({' && '.join(conditions)}) {{ {statement} }}" if conditions else statement


def _set(name: str, value: str, *conditions: str) -> str:
    return _if(f"set req.http.cg-{name} = {value};", *conditions)


def _spell(rules: Rules, directory: str) -> tuple[File, ...]:
    sets = numbered(rules)
    recv = [
        *(f"unset req.http.cg-{name};" for name in _VARIABLES),
        *(f"std.collect(req.http.{name});" for name in _JOINED),
        *_of_preflights(),
        *_of_paths(rules.paths),
        *_of_states(rules, directory),
        *_of_kinds(rules),
        *_of_guard(rules),
    ]
    hidden = [f"unset bereq.http.cg-{name};" for name in _VARIABLES]
    headers = [*_of_headers(rules)]
    synth = ["call corsguard_headers;", _if('synthetic(""); return (deliver);', 'req.http.cg-by == "edge"')]
    subroutines = {
        "corsguard_headers": headers,
        "vcl_recv": recv,
        "vcl_backend_fetch": hidden,
        "vcl_pipe": hidden,
        "vcl_deliver": ["call corsguard_headers;"],
        "vcl_synth": synth,
    }
    text = "".join(
        f"\nsub {name} {{\n{''.join(f'    {line}{chr(10)}' for line in lines)}}}\n"
        for name, lines in subroutines.items()
    )
    return (
        File("corsguard.vcl", f"import std;\n{text}"),
        *(File(f"origins-{number}.vcl", _list(origins), is_data=True) for origins, number in sets.items()),
    )


def _list(origins: Origins) -> str:
    groups = (origins.exact[start : start + _GROUP] for start in range(0, len(origins.exact), _GROUP))
    return "".join(f"{_set('listed', _YES, _equals(_ORIGIN, group))}\n" for group in groups)


def _of_preflights() -> Iterator[str]:
    yield _set("origin", "req.http.Origin", "req.http.Origin")
    # A value that is too long to be searched for a comma counts as one.
    origin = f'({_ORIGIN} ~ "^[^,]+$" || {_ORIGIN} ~ "^.{{{MAX_ORIGIN_LENGTH + 1}}}")'
    method = f'({_METHOD} ~ "^[^,]+$" || {_METHOD} ~ "^.{{{MAX_SEARCHED_METHOD_LENGTH + 1}}}")'
    yield _set("preflight", '"p"', 'req.method == "OPTIONS"', origin, method)


def _of_paths(paths: Paths) -> Iterator[str]:
    if paths.whole is not None:
        yield _set("rule", f'"{paths.whole}"')
        return
    path = "req.http.cg-path"
    yield _set("path", r'regsub(req.url, "\?.*$", "")')
    yield _set("rule", f'"{paths.closed}"')
    for prefix, rule in reversed(paths.prefixes):
        yield _set("rule", f'"{rule}"', _matches(path, spelled_prefix(prefix)))
    if paths.exact:
        yield _set("method", "req.method")
        yield _set("method", _METHOD, _PREFLIGHT)
    for (by_method, other), found in tables_of(paths.exact).items():
        for pattern in alternatives(map(spelled, found)):
            here = _matches(path, pattern)
            yield _set("rule", f'"{other}"', here)
            for method, rule in by_method:
                yield _set("rule", f'"{rule}"', here, _matches("req.http.cg-method", method))
    # What other software may take for another path, whatever it is.
    ambiguous = paths.ambiguous_without_fragments
    yield _set("rule", f'"{paths.closed}"', f'({path} !~ "^/" || {path} ~ "{ambiguous}")')
    for pattern in alternatives(paths.fragments):
        yield _set("rule", f'"{paths.closed}"', f'{path} ~ "^(?:{pattern})"')


def _of_states(rules: Rules, directory: str) -> Iterator[str]:
    sets = numbered(rules)
    for number, state, origins in states_of(rules):
        here, value = f'req.http.cg-rule == "{number}"', f'"{state}"'
        if origins is None:
            yield _set("state", value, here)
            continue
        yield "unset req.http.cg-listed;"
        yield f"if ({here}) {{"
        yield f'    include "{directory}/origins-{sets[origins]}.vcl";'
        yield "}"
        yield _set("state", value, here, f"req.http.cg-listed == {_YES}")
        for shape in origins.shapes:
            never = [f'{_ORIGIN} !~ "^(?:{shape.never})$"'] if shape.never else []
            bound = [_matches(_ORIGIN, shape.bound)] if shape.bound else []
            yield _set("state", value, here, _matches(_ORIGIN, shape.whole), *bound, *never)
    for number in unmanaged(rules):
        yield _if("unset req.http.cg-preflight;", f'req.http.cg-state == "{number}"')


def _of_kinds(rules: Rules) -> Iterator[str]:
    yield _set("kind", '"r"')
    yield _set("kind", '"p"', _PREFLIGHT)
    for state, case in cases_of(rules):
        here = f'req.http.cg-state == "{state}"'
        if case.granted.unread != case.granted.preflight:
            yield _set("kind", '"u"', _PREFLIGHT, here, f'{_NAMES} ~ "^.{{{UNREAD_LENGTH + 1}}}"')
        private = case.granted.private
        if private is not None:
            yield _set(
                "kind",
                '"n"',
                *(_PREFLIGHT, here, 'req.http.Access-Control-Request-Private-Network == "true"'),
                *(_equals(_METHOD, private.methods), f'{_NAMES} !~ "^.{{{private.limit + 1}}}"'),
                f"(!{_NAMES} || {_matches(_NAMES, private.names)})",
            )
    yield _set("key", "req.http.cg-state + req.http.cg-kind")
    yield _set("by", '"edge"', _PREFLIGHT)
    yield _if("return (synth(204));", _PREFLIGHT, r'req.http.cg-state ~ "\."')
    yield _if("return (synth(403));", _PREFLIGHT)


def _of_guard(rules: Rules) -> Iterator[str]:
    upgrade = "req.http.Upgrade"
    socket = (f'{upgrade} !~ "^(?:{WEBSOCKET})$"', f'{upgrade} !~ "^.{{{UPGRADE_LENGTH + 1}}}"')
    yield _set("passes", '"yes"', _equals("req.method", SAFE), *socket)
    yield _set("passes", '"yes"', _equals(_SITE, OWN))
    nothing = f'(!{_SITE} || {_SITE} == "")'
    yield _set("passes", '"yes"', nothing, f"!{_ORIGIN}")
    yield _set("proto", '"http"')
    yield _set("proto", '"https"', 'req.http.X-Forwarded-Proto == "https"')
    yield _set("own", f'{_ORIGIN} + "|" + req.http.cg-proto + "|" + req.http.Host')
    yield _set("passes", '"yes"', nothing, _matches("req.http.cg-own", own_expression(rules.own)))
    for number, rule in enumerate(rules.rules):
        if not rule.enforced:
            yield _set("passes", '"yes"', f'req.http.cg-state == "{number}"')
    for state, case in cases_of(rules):
        here = [f'req.http.cg-state == "{state}"']
        if case.guard.enforced:
            here += [] if case.guard.cookies else ["!req.http.Cookie"]
            if case.guard.methods is None:
                here += [_matches("req.method", ANY_METHOD), f'req.method !~ "^{FORBIDDEN_METHOD}$"']
            else:
                here.append(_equals("req.method", case.guard.methods))
        yield _set("passes", '"yes"', *here)
    refused = 'req.http.cg-passes != "yes"'
    yield _set("by", '"edge"', refused)
    yield _if("return (synth(403));", refused)


def _of_headers(rules: Rules) -> Iterator[str]:
    for owning, names in owned_in(rules).items():
        where = _equals("req.http.cg-rule", map(str, owning))
        for name in names:
            yield _if(f"unset resp.http.{name};", where)
    yield "std.collect(resp.http.Vary);"
    for (name, value), keys in values_of(rules).items():
        where = _equals("req.http.cg-key", keys)
        if name != "Vary":
            spelled = _ORIGIN if value == ORIGIN else f'"{value}"'
            yield _if(f"set resp.http.{name} = {spelled};", where)
            continue
        there = r'resp.http.Vary ~ "(?i)(?:^|,)[ \t]*(?:origin|\*)[ \t]*(?:,|$)"'
        yield _if(
            f'set resp.http.Vary = resp.http.Vary + ", {value}";', where, "resp.http.Vary", f"!({there})"
        )
        yield _if(f'set resp.http.Vary = "{value}";', where, "!resp.http.Vary")
    yield _if('set resp.http.X-CorsGuard = "edge";', 'req.http.cg-by == "edge"')


def _check(rules: Rules) -> Iterator[Problem]:
    for origins in numbered(rules):
        if len(origins.exact) > MAX_ORIGINS:
            hint = (
                f"Varnish has expressions, and no lists: list at most {MAX_ORIGINS}, or use HAProxy in front."
            )
            yield loss("edge.too-many", "origins", len(origins.exact), hint)


FORMAT: Final = Format("varnish", "Varnish 7.1 or newer", "/etc/varnish/corsguard", _spell, _check)
