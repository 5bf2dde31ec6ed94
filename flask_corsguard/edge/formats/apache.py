"""Apache: rewrite rules and headers for a virtual host, and maps of origins.

Rewrite rules run in their order, and what one puts into the environment the next can read. ``Header`` writes
into two tables, and a response has both: what the application sets is removed from each.
"""

from __future__ import annotations

import hashlib
import re
import shlex
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from flask_corsguard.core.origin import MAX_ORIGIN_LENGTH
from flask_corsguard.core.request import MAX_SEARCHED_METHOD_LENGTH
from flask_corsguard.edge.answers import ORIGIN, UNREAD_LENGTH
from flask_corsguard.edge.files import File, Format, Table
from flask_corsguard.edge.guard import (
    ANY_METHOD,
    FORBIDDEN_METHOD,
    OWN,
    SAFE,
    UPGRADE_LENGTH,
    WEBSOCKET,
    own_expression,
)
from flask_corsguard.edge.origins import Origins
from flask_corsguard.edge.paths import Paths, spelled
from flask_corsguard.edge.rules import Rules

from .states import alternatives, cases_of, numbered, owned_in, states_of, tables_of, unmanaged, values_of

_ORIGIN: Final = "%{HTTP:Origin}"
_METHOD: Final = "%{HTTP:Access-Control-Request-Method}"
_NAMES: Final = "%{HTTP:Access-Control-Request-Headers}"
_SITE: Final = "%{HTTP:Sec-Fetch-Site}"
_STATE: Final = "%{ENV:cg_state}"
_PREFLIGHT: Final = ("%{ENV:cg_preflight}", "=p")

#: The commands follow it, as comments.
_DBM: Final = "# For thousands of origins: run these commands after each export; `Define CORSGUARD_DBM` once."

#: What is looked at, and what it is compared with.
_Condition = tuple[str, str]


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _whole(pattern: str) -> str:
    return f"^(?:{pattern})$"


#: The request line: an escaped slash is one to Python, and Apache decodes it or not.
_REQUEST: Final = "%{THE_REQUEST}"


def _either(words: Iterable[str]) -> str:
    return _whole("|".join(map(re.escape, words)))


def _rule(flags: str, *conditions: _Condition) -> Iterator[str]:
    # Between these quotes nothing is escaped; no expression has a quote in it.
    for sample, pattern in conditions:
        yield f'RewriteCond "{sample}" "{pattern}"'
    yield f'RewriteRule "^" - [{flags}]'


def _set(name: str, value: str, *conditions: _Condition) -> Iterator[str]:
    return _rule(f"E=cg_{name}:{value}", *conditions)


def _spell(rules: Rules, directory: str) -> tuple[File, ...]:
    body = "".join(
        f"{line}\n"
        for line in (
            *_of_preflights(),
            *_of_paths(rules.paths),
            *_of_states(rules),
            *_of_kinds(rules),
            *_of_guard(rules),
            *_of_headers(rules),
        )
    )
    digest = hashlib.sha256(body.encode()).hexdigest()[:8]
    sets = numbered(rules)
    maps = _maps([_name(digest, number) for number in sets.values()], directory) if sets else ()
    head = [*_of_empty_headers(), "RewriteEngine On", *maps]
    data = (_list(_name(digest, number), directory, origins) for origins, number in sets.items())
    return File("corsguard.conf", "".join(f"{line}\n" for line in head) + body), *data


def _name(digest: str, number: int) -> str:
    """Return the name of a list, without its ending: other rules have another digest.

    Apache reads a new list before it reads new rules. If the names were the same, the rules in force would
    allow the origins of other rules.
    """
    return f"origins-{digest}-{number}"


def _maps(names: Sequence[str], directory: str) -> Iterator[str]:
    yield _DBM
    for name in names:
        yield f"# {_command(name, directory)}"
    for condition, kind in (("", "dbm"), ("!", "txt")):
        yield f"<IfDefine {condition}CORSGUARD_DBM>"
        for number, name in enumerate(names):
            yield f'RewriteMap cg_origins_{number} "{kind}:{directory}/{name}.{kind}"'
        yield "</IfDefine>"


def _command(name: str, directory: str) -> str:
    """Return the command that makes a table of a list; Apache reads the old one or the new one."""
    text, new, table = (shlex.quote(f"{directory}/{name}.{ending}") for ending in ("txt", "new", "dbm"))
    return f"httxt2dbm -i {text} -o {new} && mv {new} {table}"


def _list(name: str, directory: str, origins: Origins) -> File:
    text = "".join(f"{each} yes\n" for each in origins.exact)
    return File(f"{name}.txt", text, is_data=True, table=Table(f"{name}.dbm", _command(name, directory)))


def _of_empty_headers() -> Iterator[str]:
    # An expression takes a header without a value for none. To Python it is one that is not valid, as "," is.
    for name in ("Origin", "Cookie"):
        yield f'RequestHeader edit {name} "^$" "," early'


def _of_preflights() -> Iterator[str]:
    yield from _set("origin", _ORIGIN)
    # A value that is too long to be searched for a comma counts as one.
    for origin in ("^[^,]+$", f"^.{{{MAX_ORIGIN_LENGTH + 1}}}"):
        for method in ("^[^,]+$", f"^.{{{MAX_SEARCHED_METHOD_LENGTH + 1}}}"):
            conditions = (("%{REQUEST_METHOD}", "=OPTIONS"), (_ORIGIN, origin), (_METHOD, method))
            yield from _set("preflight", "p", *conditions)


def _of_paths(paths: Paths) -> Iterator[str]:
    if paths.whole is not None:
        yield from _set("rule", str(paths.whole))
        return
    yield from _set("rule", str(paths.closed))
    for prefix, rule in reversed(paths.prefixes):
        pattern = "/" if prefix == "/" else rf"{spelled(prefix)}(?:/|%2[fF]|[? ])"
        yield from _set("rule", str(rule), (_REQUEST, rf"^\S+ {pattern}"))
    if paths.exact:
        yield from _set("method", "%{REQUEST_METHOD}")
        yield from _set("method", _METHOD, _PREFLIGHT)
    for (by_method, other), found in tables_of(paths.exact).items():
        for pattern in alternatives(map(spelled, found)):
            here = (_REQUEST, rf"^\S+ (?:{pattern})[? ]")
            yield from _set("rule", str(other), here)
            for method, rule in by_method:
                yield from _set("rule", str(rule), here, ("%{ENV:cg_method}", _whole(method)))
    # What other software may take for another path, whatever it is.
    ambiguous = paths.ambiguous.replace("$", "[? ]")
    yield from _set("rule", str(paths.closed), (_REQUEST, rf"^\S+ [^ ?]*(?:{ambiguous})"))
    yield from _set("rule", str(paths.closed), (_REQUEST, r"!^\S+ /"))


def _of_states(rules: Rules) -> Iterator[str]:
    sets = numbered(rules)
    for number, state, origins in states_of(rules):
        here = ("%{ENV:cg_rule}", f"={number}")
        if origins is None:
            yield from _set("state", state, here)
            continue
        listed = (f"${{cg_origins_{sets[origins]}:{_ORIGIN}|no}}", "=yes")
        yield from _set("state", state, here, listed)
        for shape in origins.shapes:
            never = [(_ORIGIN, f"!{_whole(shape.never)}")] if shape.never else []
            bound = [(_ORIGIN, _whole(shape.bound))] if shape.bound else []
            yield from _set("state", state, here, (_ORIGIN, _whole(shape.whole)), *bound, *never)
    for number in unmanaged(rules):
        yield from _set("preflight", "-", (_STATE, f"={number}"))


def _of_kinds(rules: Rules) -> Iterator[str]:
    yield from _set("kind", "r")
    yield from _set("kind", "p", _PREFLIGHT)
    for state, case in cases_of(rules):
        here = (_STATE, f"={state}")
        if case.granted.unread != case.granted.preflight:
            yield from _set("kind", "u", _PREFLIGHT, here, (_NAMES, f"^.{{{UNREAD_LENGTH + 1}}}"))
        private = case.granted.private
        if private is not None:
            asks = (
                ("%{HTTP:Access-Control-Request-Private-Network}", "=true"),
                (_METHOD, _either(private.methods)),
                (_NAMES, f"!^.{{{private.limit + 1}}}"),
                (_NAMES, _whole(private.names)),
            )
            yield from _set("kind", "n", _PREFLIGHT, here, *asks)
    yield from _set("key", f"{_STATE}%{{ENV:cg_kind}}")
    yield from _set("by", "edge", _PREFLIGHT)
    yield from _rule("R=204,L", _PREFLIGHT, (_STATE, r"\."))
    yield from _rule("F,L", _PREFLIGHT)


def _of_guard(rules: Rules) -> Iterator[str]:
    method = "%{REQUEST_METHOD}"
    upgrade = "%{HTTP:Upgrade}"
    socket = ((upgrade, f"!{_whole(WEBSOCKET)}"), (upgrade, f"!^.{{{UPGRADE_LENGTH + 1}}}"))
    yield from _set("passes", "yes", (method, _either(SAFE)), *socket)
    yield from _set("passes", "yes", (_SITE, _either(OWN)))
    yield from _set("passes", "yes", (_SITE, "^$"), (_ORIGIN, "^$"))
    own = (f"{_ORIGIN}|%{{REQUEST_SCHEME}}|%{{HTTP:Host}}", _whole(own_expression(rules.own)))
    yield from _set("passes", "yes", (_SITE, "^$"), own)
    for number, rule in enumerate(rules.rules):
        if not rule.enforced:
            yield from _set("passes", "yes", (_STATE, f"={number}"))
    for state, case in cases_of(rules):
        here = [(_STATE, f"={state}")]
        if case.guard.enforced:
            here += [] if case.guard.cookies else [("%{HTTP:Cookie}", "^$")]
            if case.guard.methods is None:
                here += [(method, _whole(ANY_METHOD)), (method, f"!{_whole(FORBIDDEN_METHOD)}")]
            else:
                here.append((method, _either(case.guard.methods)))
        yield from _set("passes", "yes", *here)
    refused = ("%{ENV:cg_passes}", "!=yes")
    yield from _set("by", "edge", refused)
    yield from _rule("F,L", refused)


def _of_headers(rules: Rules) -> Iterator[str]:
    for owning, names in owned_in(rules).items():
        where = f"expr=%{{ENV:cg_rule}} in {_set_of(map(str, owning))}"
        for name in names:
            yield f"Header unset {name} {_quoted(where)}"
            yield f"Header always unset {name} {_quoted(where)}"
    for (name, value), keys in values_of(rules).items():
        spelled = '"%{cg_origin}e"' if value == ORIGIN else _quoted(value.replace("%", "%%"))
        where = f"expr=%{{ENV:cg_key}} in {_set_of(keys)}"
        verb = "merge" if name == "Vary" else "set"
        yield f"Header always {verb} {name} {spelled} {_quoted(where)}"
    yield "Header always set X-CorsGuard edge env=cg_by"


def _set_of(words: Iterable[str]) -> str:
    return "{" + ", ".join(f"'{word}'" for word in words) + "}"


FORMAT: Final = Format("apache", "Apache 2.4.10 or newer", "/etc/apache2/corsguard", _spell)
