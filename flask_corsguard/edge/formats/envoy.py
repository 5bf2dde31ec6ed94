"""Envoy: a route configuration, read from a file, whose routes a tree of matchers chooses.

First by path, then by origin, then by what is asked: each leaf is a route to the application or an answer,
with the headers to remove and to add. A matcher compares one header, whose repeated lines are joined by a
comma, and sees no header that is not there. Its expressions are RE2, and match as a whole.

Each route has the same changes again for a filter of the user's configuration. Two kinds of answer need it.
One is the application's to a handshake, with a status below 400. The other is Envoy's to an unknown upgrade.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from flask_corsguard.core import fetch_standard as fetch
from flask_corsguard.core.answer import Headers
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
    Guard,
)
from flask_corsguard.edge.losses import loss
from flask_corsguard.edge.origins import Origins
from flask_corsguard.edge.paths import Paths, spelled, spelled_prefix
from flask_corsguard.edge.rules import Case, Rule, Rules

from .envoy_matchers import Json, all_of, any_of, exact, longer_than, matches, not_of, present, tree
from .states import alternatives, tables_of

#: The longest expression of origins, in characters. RE2 compiles more, but matches it more slowly.
MAX_EXPRESSION: Final = 100_000

#: The name of the cluster that has the application.
CLUSTER: Final = "application"

#: The name of the filter for headers in the HTTP connection manager.
FILTER: Final = "corsguard"

_NEEDS: Final = f"""\
# The HTTP connection manager needs the header mutation filter, by the name `{FILTER}`, before the router, and
# upgrades to `websocket`. "Scale out" in the documentation shows all of it.
"""

_MUTATION: Final = "type.googleapis.com/envoy.extensions.filters.http.header_mutation.v3."
_TYPE: Final = "type.googleapis.com/envoy.config.route.v3."
_NAMES: Final = fetch.ACRH


def _spell(rules: Rules, directory: str) -> tuple[File, ...]:  # noqa: ARG001 - there is one file, which is data
    actions = [_of_rule(rule, rules) for rule in rules.rules]
    routes = {
        "@type": f"{_TYPE}RouteConfiguration",
        "name": "corsguard",
        "virtual_hosts": [
            {"name": "corsguard", "domains": ["*"], "matcher": _by_path(rules.paths, actions)["matcher"]}
        ],
    }
    # JSON is YAML, which can have comments.
    text = f"{_NEEDS}{json.dumps({'resources': [routes]}, indent=1)}\n"
    return (File("corsguard.yaml", text, is_data=True),)


def _by_path(paths: Paths, actions: Sequence[Json]) -> Json:
    if paths.whole is not None:
        return tree([(matches(":path", ".*"), actions[paths.whole])], actions[paths.whole])
    query = r"(?:\?.*)?"
    # An expression that ends with the path ends before the query, too.
    ambiguous = paths.ambiguous.replace("$", r"(?:\?|$)")
    closed = any_of(not_of(matches(":path", "/.*")), matches(":path", rf"[^?]*(?:{ambiguous}).*"))
    branches = [(closed, actions[paths.closed])]
    # What is done is written once for all paths that have the same rules.
    for (by_method, other), found in tables_of(paths.exact).items():
        patterns = alternatives(map(spelled, found))
        here = any_of(*(matches(":path", f"(?:{pattern}){query}") for pattern in patterns))
        cases = [(_has_method(method), actions[rule]) for method, rule in by_method]
        branches.append((here, tree(cases, actions[other]) if cases else actions[other]))
    for prefix, rule in paths.prefixes:
        pattern = ".*" if prefix == "/" else rf"(?:{spelled_prefix(prefix)}){query}"
        branches.append((matches(":path", pattern), actions[rule]))
    return tree(branches, actions[paths.closed])


def _has_method(method: str) -> Json:
    return any_of(
        all_of(_is_preflight(), matches(fetch.ACRM, method)),
        all_of(not_of(_is_preflight()), matches(":method", method)),
    )


def _is_preflight() -> Json:
    # A value that is too long to be searched for a comma counts as one.
    return all_of(
        exact(":method", "OPTIONS"),
        any_of(matches("origin", "[^,]+"), longer_than("origin", MAX_ORIGIN_LENGTH)),
        any_of(matches(fetch.ACRM, "[^,]+"), longer_than(fetch.ACRM, MAX_SEARCHED_METHOD_LENGTH)),
    )


def _of_rule(rule: Rule, rules: Rules) -> Json:
    if not rule.managed:
        return _route((), (), {"route": {"cluster": CLUSTER}})
    withheld = rule.withheld
    after = tree(
        [
            (_is_preflight(), _answer(403, withheld.preflight, rule.owned)),
            (
                _passes(rules, None if rule.enforced else matches(":method", ".*")),
                _forward(withheld.response, rule),
            ),
        ],
        _answer(403, withheld.response, rule.owned),
    )
    for case in reversed(rule.cases):
        inner = _of_case(case, rule, rules)
        after = inner if case.origins is None else tree([(_is_one_of(case.origins), inner)], after)
    return after


def _of_case(case: Case, rule: Rule, rules: Rules) -> Json:
    granted = case.granted
    preflights: list[tuple[Json, Json]] = []
    if granted.unread != granted.preflight:
        preflights.append((longer_than(_NAMES, UNREAD_LENGTH), _answer(204, granted.unread, rule.owned)))
    private = granted.private
    if private is not None:
        asks = all_of(
            exact(fetch.ACRPN, "true"),
            matches(fetch.ACRM, "|".join(map(re.escape, private.methods))),
            not_of(longer_than(_NAMES, private.limit)),
            any_of(not_of(present(_NAMES)), matches(_NAMES, private.names)),
        )
        preflights.append((asks, _answer(204, private.headers, rule.owned)))
    preflight = _answer(204, granted.preflight, rule.owned)
    return tree(
        [
            (_is_preflight(), tree(preflights, preflight) if preflights else preflight),
            (_passes(rules, _is_inside(case.guard)), _forward(granted.response, rule)),
        ],
        _answer(403, granted.response, rule.owned),
    )


def _is_one_of(origins: Origins) -> Json:
    listed = alternatives(map(re.escape, origins.exact), MAX_EXPRESSION)
    found = [matches("origin", expression) for expression in listed]
    for shape in origins.shapes:
        tests = [matches("origin", shape.whole)]
        tests += [matches("origin", shape.bound)] if shape.bound else []
        tests += [not_of(matches("origin", shape.never))] if shape.never else []
        found.append(all_of(*tests))
    return any_of(*found)


def _passes(rules: Rules, inside: Json | None) -> Json:
    socket = any_of(matches("upgrade", WEBSOCKET), longer_than("upgrade", UPGRADE_LENGTH))
    site = "sec-fetch-site"
    nothing = not_of(matches(site, ".+"))
    own = [
        all_of(
            # As core.guard reads it, an origin may end with a slash here.
            matches("origin", f"{re.escape(each.origin)}/?"),
            matches(":authority", f"(?i:{'|'.join(map(re.escape, each.hosts))})"),
            matches(":scheme", each.schemes),
        )
        for each in rules.own
    ]
    return any_of(
        all_of(matches(":method", "|".join(SAFE)), not_of(socket)),
        matches(site, "|".join(OWN)),
        all_of(nothing, any_of(not_of(present("origin")), *own)),
        *([] if inside is None else [inside]),
    )


def _is_inside(guard: Guard) -> Json:
    if not guard.enforced:
        return matches(":method", ".*")
    method = all_of(matches(":method", ANY_METHOD), not_of(matches(":method", FORBIDDEN_METHOD)))
    if guard.methods is not None:
        method = matches(":method", "|".join(map(re.escape, guard.methods)))
    return method if guard.cookies else all_of(method, not_of(present("cookie")))


def _forward(headers: Headers, rule: Rule) -> Json:
    return _route(headers, rule.owned, {"route": {"cluster": CLUSTER}})


def _answer(status: int, headers: Headers, owned: Iterable[str]) -> Json:
    return _route((*headers, ("X-CorsGuard", "edge")), owned, {"direct_response": {"status": status}})


def _route(headers: Headers, owned: Iterable[str], action: dict[str, Any]) -> Json:
    added = [_added(name, value) for name, value in headers]
    route = {
        "@type": f"{_TYPE}Route",
        "match": {"prefix": "/"},
        **action,
        **({"response_headers_to_remove": list(owned)} if owned else {}),
        **({"response_headers_to_add": added} if added else {}),
        **_again(owned, added),
    }
    return {"action": {"name": "route", "typed_config": route}}


def _again(owned: Iterable[str], added: Iterable[Json]) -> Json:
    # Envoy adds the headers of the application after those of the route, where it fails a handshake.
    absent = {"append_action": "ADD_IF_ABSENT"}
    mutations = [
        *({"remove": name} for name in owned),
        *({"append": each | absent if each["header"]["key"] == "Vary" else each} for each in added),
    ]
    if not mutations:
        return {}
    found = {"@type": f"{_MUTATION}HeaderMutationPerRoute", "mutations": {"response_mutations": mutations}}
    return {"typed_per_filter_config": {FILTER: found}}


def _added(name: str, value: str) -> Json:
    spelled = "%REQ(ORIGIN)%" if value == ORIGIN else value.replace("%", "%%")
    action = "APPEND_IF_EXISTS_OR_ADD" if name == "Vary" else "OVERWRITE_IF_EXISTS_OR_ADD"
    return {"header": {"key": name, "value": spelled}, "append_action": action}


def _check(rules: Rules) -> Iterator[Problem]:
    if not rules.own and any(rule.enforced for rule in rules.rules):
        hint = "Name each origin that the engine is reached by: --own https://api.example"
        yield loss("edge.own", "own", None, hint)


FORMAT: Final = Format("envoy", "Envoy 1.40 or newer", "/etc/envoy/corsguard", _spell, _check)
