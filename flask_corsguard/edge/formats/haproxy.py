"""HAProxy: a named ``defaults`` section, from which a frontend takes its rules, and lists of origins.

HAProxy runs its rules in the order in which they are written, and variables of the transaction store the
results. So a request first gets its rule, then its state (a rule, or one of the rule's cases), then a kind of
answer. Headers are set when the response goes out, whether HAProxy or a server has made it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from flask_corsguard.core.origin import MAX_ORIGIN_LENGTH
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
from flask_corsguard.edge.paths import LONE_PERCENT, Paths, spelled_prefix
from flask_corsguard.edge.rules import Rules

from .haproxy_origins import conditions_of, lists_of
from .states import cases_of, numbered, owned_in, states_of, tables_of, unmanaged, values_of

_ORIGIN: Final = "var(txn.cg_origin)"
_STATE: Final = "var(txn.cg_state)"
_NAMES: Final = "req.fhdr(access-control-request-headers)"
_METHOD: Final = "req.fhdr(access-control-request-method)"
#: Paths in one line, which has 64 words at most.
_WORDS: Final = 40
_SITE: Final = "req.fhdr(sec-fetch-site)"


def quoted(text: str) -> str:
    """Return *text* as one word, with nothing in it that HAProxy reads."""
    return "'" + text.replace("'", "'\\''") + "'"


def matches(pattern: str, *, anywhere: bool = False) -> str:
    """Return what a sample is compared with: an expression for the whole of it."""
    return f"-m reg -- {quoted(pattern if anywhere else f'^(?:{pattern})$')}"


def equals(words: Iterable[str]) -> str:
    """Return what a sample is compared with: one of *words*."""
    return " ".join(["-m str --", *map(quoted, words)])


def _spell(rules: Rules, directory: str) -> tuple[File, ...]:
    sets = numbered(rules)
    lines = [
        *_of_request(),
        *_of_paths(rules.paths),
        *_of_states(rules, directory),
        *_of_kinds(rules),
        *_of_guard(rules),
        *_of_headers(rules),
    ]
    text = "".join(f"    {line}\n" for line in lines)
    return (
        File("corsguard.cfg", f"defaults corsguard\n    mode http\n{text}"),
        *(file for origins, number in sets.items() for file in lists_of(origins, number)),
    )


def _set(name: str, value: str, *conditions: str) -> str:
    condition = f" if {' '.join(conditions)}" if conditions else ""
    return f"http-request set-var(txn.cg_{name}) {value}{condition}"


def _of_request() -> Iterator[str]:
    yield _set("origin", "req.fhdr(origin)")
    # Two lines are never an origin.
    yield _set("origin", "str(several)", "{ req.fhdr_cnt(origin) gt 1 }")
    one = (
        f"{{ method {equals(['OPTIONS'])} }}",
        "{ req.fhdr_cnt(origin) eq 1 }",
        f"{{ {_ORIGIN},length gt 0 }}",
        "{ req.fhdr_cnt(access-control-request-method) eq 1 }",
        f"{{ {_METHOD},length gt 0 }}",
    )
    # A value that is too long to be searched for a comma counts as one.
    origins = (f"!{{ {_ORIGIN} -m sub -- , }}", f"{{ {_ORIGIN},length gt {MAX_ORIGIN_LENGTH} }}")
    methods = (f"!{{ {_METHOD} -m sub -- , }}", f"{{ {_METHOD},length gt {MAX_SEARCHED_METHOD_LENGTH} }}")
    for origin in origins:
        for method in methods:
            yield _set("preflight", "bool(true)", *one, origin, method)


def _of_paths(paths: Paths) -> Iterator[str]:
    if paths.whole is not None:
        yield _set("rule", f"int({paths.whole})")
        return
    yield _set("path", "path,url_dec")
    yield _set("rule", f"int({paths.closed})")
    for prefix, rule in reversed(paths.prefixes):
        if prefix == "/":
            yield _set("rule", f"int({rule})", "{ var(txn.cg_path) -m beg -- / }")
            continue
        yield _set("rule", f"int({rule})", f"{{ var(txn.cg_path) {equals([prefix])} }}")
        yield _set("rule", f"int({rule})", f"{{ var(txn.cg_path) -m beg -- {quoted(prefix + '/')} }}")
    if paths.exact:
        yield _set("method", "method")
        yield _set("method", _METHOD, "{ var(txn.cg_preflight) -m bool }")
    for (by_method, other), found in tables_of(paths.exact).items():
        for start in range(0, len(found), _WORDS):
            here = f"{{ var(txn.cg_path) {equals(found[start : start + _WORDS])} }}"
            yield _set("rule", f"int({other})", here)
            for method, rule in by_method:
                yield _set("rule", f"int({rule})", here, f"{{ var(txn.cg_method) {matches(method)} }}")
    # HAProxy does not decode a path with a "%" that begins no escape, and has no variable for it then.
    lone = f"{{ path {matches(LONE_PERCENT, anywhere=True)} }}"
    for prefix, rule in reversed(paths.prefixes):
        yield _set("rule", f"int({rule})", lone, f"{{ path {matches(spelled_prefix(prefix))} }}")
    # What other software may take for another path, whatever it is.
    yield _set("rule", f"int({paths.closed})", f"{{ path {matches(paths.ambiguous, anywhere=True)} }}")
    yield _set("rule", f"int({paths.closed})", "!{ path -m beg -- / }")


def _of_states(rules: Rules, directory: str) -> Iterator[str]:
    sets = numbered(rules)
    for number, state, origins in states_of(rules):
        here = f"{{ var(txn.cg_rule) -m int {number} }}"
        each_of: Iterable[tuple[str, ...]] = [()]
        if origins is not None:
            each_of = conditions_of(origins, sets[origins], directory)
        for conditions in each_of:
            yield _set("state", f"str({state})", here, *conditions)


def _of_kinds(rules: Rules) -> Iterator[str]:
    # r for a response, p for a preflight; u for a preflight whose list is too long to be read. n is for one
    # that is granted a private network.
    preflight = "{ var(txn.cg_preflight) -m bool }"
    for number in unmanaged(rules):
        yield f"http-request unset-var(txn.cg_preflight) if {{ {_STATE} {equals([str(number)])} }}"
    yield _set("kind", "str(r)")
    yield _set("kind", "str(p)", preflight)
    for state, case in cases_of(rules):
        here = f"{{ {_STATE} {equals([state])} }}"
        if case.granted.unread != case.granted.preflight:
            yield _set("kind", "str(u)", preflight, here, f"{{ {_NAMES},length gt {UNREAD_LENGTH} }}")
        if case.granted.private is not None:
            private = case.granted.private
            asks = (
                f"{{ req.fhdr(access-control-request-private-network) {equals(['true'])} }}",
                f"{{ {_METHOD} {equals(private.methods)} }}",
                f"!{{ {_NAMES},length gt {private.limit} }}",
            )
            for names in (f"!{{ {_NAMES} -m found }}", f"{{ {_NAMES} {matches(private.names)} }}"):
                yield _set("kind", "str(n)", preflight, here, *asks, names)
    yield 'http-request set-var-fmt(txn.cg_key) "%[var(txn.cg_state)]%[var(txn.cg_kind)]"'
    granted = f"{{ {_STATE} -m sub -- . }}"
    yield f"http-request return status 204 hdr X-CorsGuard edge if {preflight} {granted}"
    yield f"http-request return status 403 hdr X-CorsGuard edge if {preflight}"


def _of_guard(rules: Rules) -> Iterator[str]:
    passes = "bool(true)"
    socket = f"!{{ req.fhdr(upgrade) {matches(WEBSOCKET)} }}"
    short = f"!{{ req.fhdr(upgrade),length gt {UPGRADE_LENGTH} }}"
    yield _set("passes", passes, f"{{ method {equals(SAFE)} }}", socket, short)
    once = "{ req.fhdr_cnt(sec-fetch-site) eq 1 }"
    yield _set("passes", passes, once, f"{{ {_SITE} {equals(OWN)} }}")
    yield 'http-request set-var-fmt(txn.cg_own) "%[var(txn.cg_origin)]|http|%[req.hdr(host)]"'
    yield (
        'http-request set-var-fmt(txn.cg_own) "%[var(txn.cg_origin)]|https|%[req.hdr(host)]" if { ssl_fc }'
    )
    for nothing in (f"!{{ {_SITE} -m found }}", f"{{ {_SITE},length eq 0 }}"):
        yield _set("passes", passes, nothing, f"!{{ {_ORIGIN} -m found }}")
        yield _set("passes", passes, nothing, f"{{ var(txn.cg_own) {matches(own_expression(rules.own))} }}")
    for number, rule in enumerate(rules.rules):
        if not rule.enforced:
            yield _set("passes", passes, f"{{ {_STATE} {equals([str(number)])} }}")
    for state, case in cases_of(rules):
        here = [f"{{ {_STATE} {equals([state])} }}"]
        if case.guard.enforced:
            here += [] if case.guard.cookies else ["!{ req.fhdr(cookie) -m found }"]
            if case.guard.methods is None:
                here += [f"{{ method {matches(ANY_METHOD)} }}", f"!{{ method {matches(FORBIDDEN_METHOD)} }}"]
            else:
                here.append(f"{{ method {equals(case.guard.methods)} }}")
        yield _set("passes", passes, *here)
    yield "http-request return status 403 hdr X-CorsGuard edge if !{ var(txn.cg_passes) -m bool }"


def _of_headers(rules: Rules) -> Iterator[str]:
    for owning, names in owned_in(rules).items():
        where = f" if {{ var(txn.cg_rule) -m int {' '.join(map(str, owning))} }}"
        for name in names:
            yield f"http-after-response del-header {name}{where if len(owning) < len(rules.rules) else ''}"
    for (name, value), keys in values_of(rules).items():
        here = f"{{ var(txn.cg_key) {equals(keys)} }}"
        if name == "Vary":
            # Only a response of the application can have another one.
            there = "" if "," in value else " !{ res.hdr(vary) -i -m str -- origin '*' }"
            yield f"http-after-response add-header Vary {quoted(value)} if {here}{there}"
        else:
            spelled = f'"%[{_ORIGIN}]"' if value == ORIGIN else quoted(value.replace("%", "%%"))
            yield f"http-after-response set-header {name} {spelled} if {here}"


FORMAT: Final = Format("haproxy", "HAProxy 2.6 or newer", "/etc/haproxy/corsguard", _spell)
