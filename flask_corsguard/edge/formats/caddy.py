"""Caddy: a snippet that a ``route`` imports, and lists of origins.

Named matchers are expressions of CEL, whose regular expressions are RE2. The value of a variable is computed
once, while the output of a ``map`` is computed wherever it is mentioned. Deferred operations on the headers
of a response run last to first, so deletions come after additions in the file. A value that looks like a
number becomes one, so states and rules begin with a letter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from flask_corsguard.core.origin import DEFAULT_PORTS, MAX_ORIGIN_LENGTH
from flask_corsguard.core.request import MAX_SEARCHED_METHOD_LENGTH
from flask_corsguard.edge.answers import ORIGIN, UNREAD_LENGTH
from flask_corsguard.edge.files import File, Format
from flask_corsguard.edge.guard import (
    ADDRESS_FORM,
    ANY_METHOD,
    FORBIDDEN_METHOD,
    NUMBER_FORM,
    OWN,
    OWN_FORM,
    SAFE,
    UPGRADE_LENGTH,
    WEBSOCKET,
)
from flask_corsguard.edge.origins import Origins
from flask_corsguard.edge.paths import Paths
from flask_corsguard.edge.rules import Rules

from .states import alternatives, cases_of, numbered, owned_in, states_of, tables_of, unmanaged, values_of

_ORIGIN: Final = "{http.request.header.Origin}"
_METHOD: Final = "{http.request.header.Access-Control-Request-Method}"
_NAMES: Final = "{http.request.header.Access-Control-Request-Headers}"
_SITE: Final = "{http.request.header.Sec-Fetch-Site}"
_UPGRADE: Final = "{http.request.header.Upgrade}"
_STATE: Final = "{vars.cg_state}"
_PATH: Final = "{http.request.uri.path}"


def _cel(text: str) -> str:
    """Return *text* as a string of CEL, within the backticks of an expression of Caddy."""
    return "r'''" + text.replace("`", r"\x60") + "'''"


def _matches(sample: str, pattern: str) -> str:
    return f"{sample}.matches({_cel(f'^(?:{pattern})$')})"


def _equals(sample: str, words: Iterable[str]) -> str:
    return f"{sample} in [{', '.join(map(_cel, words))}]"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


class _Route:
    """The lines of the route, and the matchers that they need."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._matchers: dict[str, str] = {}

    def matcher(self, *conditions: str) -> str:
        """Return the name of the matcher for all of *conditions*."""
        text = " && ".join(conditions)
        name = self._matchers.get(text)
        if name is None:
            name = self._matchers[text] = f"@cg_{len(self._matchers)}"
            self.lines.append(f"{name} expression `{text}`")
        return name

    def set(self, name: str, value: str, *conditions: str) -> None:
        """Add a line that sets a variable."""
        where = f"{self.matcher(*conditions)} " if conditions else ""
        self.lines.append(f"vars {where}cg_{name} {value}")


def _spell(rules: Rules, directory: str) -> tuple[File, ...]:
    route = _Route()
    sets = numbered(rules)
    _add_preflight(route)
    _add_paths(route, rules.paths)
    _add_states(route, rules)
    _add_kinds(route, rules)
    _add_headers(route, rules)
    _add_preflight_answers(route)
    _add_guard(route, rules)
    maps = [line for number in sets.values() for line in _map(number, directory)]
    text = "".join(f"\t{line}\n" for line in [*maps, *route.lines])
    data = [File(f"origins-{number}.caddy", _list(origins), is_data=True) for origins, number in sets.items()]
    return File("corsguard.caddy", f"(corsguard) {{\n{text}}}\n"), *data


def _list(origins: Origins) -> str:
    return "".join(f"{_quoted(each)} listed\n" for each in origins.exact)


def _map(number: int, directory: str) -> Iterator[str]:
    yield f"map {_ORIGIN} {{cg_listed_{number}}} {{"
    yield f"\timport {directory}/origins-{number}.caddy"
    yield '\tdefault ""'
    yield "}"
    yield f"vars cg_in_{number} {{cg_listed_{number}}}"


def _add_preflight(route: _Route) -> None:
    # A value that is too long to be searched for a comma counts as one.
    is_preflight = (
        "{http.request.method} == 'OPTIONS'",
        f"{_ORIGIN} != '' && {_METHOD} != ''",
        f"(!{_ORIGIN}.contains(',') || {_ORIGIN}.size() > {MAX_ORIGIN_LENGTH})",
        f"(!{_METHOD}.contains(',') || {_METHOD}.size() > {MAX_SEARCHED_METHOD_LENGTH})",
    )
    route.set("preflight", '""')
    route.set("preflight", "p", *is_preflight)


def _add_paths(route: _Route, paths: Paths) -> None:
    if paths.whole is not None:
        route.set("rule", f"r{paths.whole}")
        return
    route.set("rule", f"r{paths.closed}")
    for prefix, rule in reversed(paths.prefixes):
        pattern = "/.*" if prefix == "/" else rf"{re.escape(prefix)}(?:/.*)?"
        route.set("rule", f"r{rule}", _matches(_PATH, f"(?s:{pattern})"))
    if paths.exact:
        route.set("method", "{http.request.method}")
        route.set("method", _METHOD, "{vars.cg_preflight} == 'p'")
    for (by_method, other), found in tables_of(paths.exact).items():
        here = _equals(_PATH, found)
        route.set("rule", f"r{other}", here)
        for method, rule in by_method:
            route.set("rule", f"r{rule}", here, _matches("{vars.cg_method}", method))
    # What other software may take for another path, whatever it is; without the query.
    ambiguous = f"[^?]*(?:{paths.ambiguous_without_fragments.replace('$', '(?:[?]|$)')})"
    for pattern in (ambiguous, *alternatives(paths.fragments)):
        route.set("rule", f"r{paths.closed}", f"{{http.request.orig_uri}}.matches({_cel(f'^(?:{pattern})')})")


def _add_states(route: _Route, rules: Rules) -> None:
    sets = numbered(rules)
    for number, state, origins in states_of(rules):
        here = f"{{vars.cg_rule}} == 'r{number}'"
        if origins is None:
            route.set("state", f"s{state}", here)
            continue
        route.set("state", f"s{state}", here, f"{{vars.cg_in_{sets[origins]}}} == 'listed'")
        for shape in origins.shapes:
            conditions = [_matches(_ORIGIN, shape.whole)]
            conditions += [_matches(_ORIGIN, shape.bound)] if shape.bound else []
            conditions += [f"!{_matches(_ORIGIN, shape.never)}"] if shape.never else []
            route.set("state", f"s{state}", here, *conditions)


def _add_kinds(route: _Route, rules: Rules) -> None:
    preflight = "{vars.cg_preflight} == 'p'"
    for number in unmanaged(rules):
        route.set("preflight", '""', f"{_STATE} == 's{number}'")
    route.set("kind", "r")
    route.set("kind", "p", preflight)
    for state, case in cases_of(rules):
        here = f"{_STATE} == 's{state}'"
        if case.granted.unread != case.granted.preflight:
            route.set("kind", "u", preflight, here, f"{_NAMES}.size() > {UNREAD_LENGTH}")
        private = case.granted.private
        if private is not None:
            route.set(
                "kind",
                "n",
                *(preflight, here, "{http.request.header.Access-Control-Request-Private-Network} == 'true'"),
                *(_equals(_METHOD, private.methods), f"{_NAMES}.size() <= {private.limit}"),
                _matches(_NAMES, private.names),
            )
    route.set("key", "{vars.cg_state}{vars.cg_kind}")


def _add_headers(route: _Route, rules: Rules) -> None:
    for (name, value), keys in values_of(rules).items():
        where = route.matcher(_equals("{vars.cg_key}", [f"s{key}" for key in keys]))
        spelled = _ORIGIN if value == ORIGIN else _quoted(value)
        sign = "+" if name == "Vary" else ""
        route.lines += [f"header {where} {{", f"\t{sign}{name} {spelled}", "\tdefer", "}"]
    for owning, names in owned_in(rules).items():
        where = route.matcher(_equals("{vars.cg_rule}", [f"r{number}" for number in owning]))
        route.lines += [f"header {where} {{", *(f"\t-{name}" for name in names), "\tdefer", "}"]


def _add_preflight_answers(route: _Route) -> None:
    preflight = "{vars.cg_preflight} == 'p'"
    granted = route.matcher(preflight, f"{_STATE}.contains('.')")
    refused = route.matcher(preflight, f"!{_STATE}.contains('.')")
    for where, status in ((granted, 204), (refused, 403)):
        route.lines += [f"header {where} X-CorsGuard edge", f"respond {where} {status}"]


def _add_guard(route: _Route, rules: Rules) -> None:
    route.set("passes", '""')
    socket = f"!{_matches(_UPGRADE, f'(?s:{WEBSOCKET})')}"
    safe = _equals("{http.request.method}", SAFE)
    route.set("passes", "yes", safe, socket, f"{_UPGRADE}.size() <= {UPGRADE_LENGTH}")
    route.set("passes", "yes", _equals(_SITE, OWN))
    route.set("passes", "yes", f"{_SITE} == ''", "!header({'Origin': ['*']})")
    for conditions in _own(rules):
        route.set("passes", "yes", f"{_SITE} == ''", *conditions)
    for number, rule in enumerate(rules.rules):
        if not rule.enforced:
            route.set("passes", "yes", f"{_STATE} == 's{number}'")
    for state, case in cases_of(rules):
        here = [f"{_STATE} == 's{state}'"]
        if case.guard.enforced:
            here += [] if case.guard.cookies else ["!header({'Cookie': ['*']})"]
            if case.guard.methods is None:
                here.append(_matches("{http.request.method}", ANY_METHOD))
                here.append(f"!{_matches('{http.request.method}', FORBIDDEN_METHOD)}")
            else:
                here.append(_equals("{http.request.method}", case.guard.methods))
        route.set("passes", "yes", *here)
    refused = route.matcher("{vars.cg_passes} != 'yes'")
    route.lines += [f"header {refused} X-CorsGuard edge", f"respond {refused} 403"]


def _own(rules: Rules) -> Iterator[list[str]]:
    """Yield conditions, each of which several tests make; one has to be met by an own origin."""
    host, scheme = "{http.request.hostport}.lowerAscii()", "{http.request.scheme}"
    if rules.own:
        for site in rules.own:
            schemes = ["http", "https"] if site.schemes == "https?" else ["http"]
            yield [_equals(_ORIGIN, [site.origin]), _equals(host, site.hosts), _equals(scheme, schemes)]
        return
    form = [_matches(_ORIGIN, each) for each in OWN_FORM]
    form.append(f"(!{_matches(_ORIGIN, NUMBER_FORM)} || {_matches(_ORIGIN, ADDRESS_FORM)})")
    for start in ("http", "https"):
        default = f":{DEFAULT_PORTS[start]}"
        schemes = ["http"] if start == "http" else ["http", "https"]
        same = [
            f"{_ORIGIN} in ['{start}://' + {host}, '{start}://' + {host} + '/']",
            # The default port is written in one of the two.
            f"{_ORIGIN} + '{default}' == '{start}://' + {host}",
        ]
        written = f"{_ORIGIN} in ['{start}://' + {host} + '{default}', '{start}://' + {host} + '{default}/']"
        for each in (*same, f"!{host}.matches(':[0-9]+$') && {written}"):
            yield [*form, _equals(scheme, schemes), each]


FORMAT: Final = Format("caddy", "Caddy 2.11 or newer", "/etc/caddy/corsguard", _spell)
