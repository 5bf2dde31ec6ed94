"""What formats for CORS alone cannot do: each loss with its code, and what is left of a rule.

Nothing that is lost grants more than the policy does. A loss that would is refused, and cannot be accepted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from flask_corsguard.core.fetch_standard import CORP, SAFELISTED_RESPONSE_HEADERS, TAO
from flask_corsguard.core.origin_pattern import OriginPattern
from flask_corsguard.core.problems import Problem

from .cors_fields import CorsFields, fields_of
from .losses import loss
from .rules import Rule, Rules

_WEB: Final = ("http", "https")
_AUTHORIZATION: Final = "authorization"


@dataclass(frozen=True, slots=True)
class Limits:
    """What a format can do; the defaults are what most can.

    :ivar paths: whether it has policies by path.
    :ivar web_only: whether it has origins of http and https alone, and no IPv6 addresses.
    :ivar subdomains: whether it has ``https://*.a.example``.
    :ivar any_port: whether it has ``http://localhost:*``; ``"alone"``: not below ``*.``.
    :ivar methods: the methods that it has; ``None``: all.
    :ivar any_method: whether it has ``*`` for methods.
    :ivar any_header: ``"literal"``: it answers a literal ``*``; ``"all"``: its ``*`` includes
        ``Authorization``; ``"never"``: it has none.
    :ivar any_exposed: whether it has ``*`` for exposed headers.
    :ivar one_list: whether request headers and exposed headers are one list.
    :ivar credentials: ``"asked"``: by the policy; ``"never"``; ``"always"``: whenever it lists origins.
    :ivar no_zero_age: whether browsers cache a preflight for at least a second.
    :ivar vary: whether all answers have the ``Vary`` of the policy.
    :ivar most: the most origins, and the most headers, that it can have.
    :ivar longest: the longest configuration, in bytes, which its own check compares.
    """

    paths: bool = False
    web_only: bool = False
    subdomains: bool = True
    any_port: bool | str = False
    methods: frozenset[str] | None = None
    any_method: bool = True
    any_header: str = "all"
    any_exposed: bool = True
    one_list: bool = False
    credentials: str = "asked"
    no_zero_age: bool = False
    vary: bool = False
    most: int | None = None
    longest: int | None = None


def losses_in(rules: Rules, limits: Limits) -> Iterator[Problem]:
    """Yield everything that a format with these *limits* cannot do of *rules*."""
    if not limits.paths and rules.paths.whole is None:
        hint = "Export the policy of one path by itself, as an object: corsguard --app shop:policy export ..."
        yield loss("edge.paths", "paths", len(rules.rules), hint)
        return
    for each in rules.paths.exact:
        if each.by_method:
            hint = "Give the methods of this view one policy, or a path of its own for each."
            yield loss("edge.paths", each.path, [method for method, _ in each.by_method], hint)
    for rule in rules.rules:
        if len(rule.cases) > 1:
            hint = "Export the policy for one audience, and leave the others to the application."
            yield loss("edge.audiences", rule.where, len(rule.cases), hint)
        elif rule.managed:
            yield from _losses_of(rule, fields_of(rule), limits)


def _losses_of(rule: Rule, fields: CorsFields, limits: Limits) -> Iterator[Problem]:
    if rule.enforced or any(case.guard.enforced for case in rule.cases):
        hint = "Leave the guard of the application on, as it is."
        yield loss("edge.no-guard", f"{fields.where}.guard", "enforce", hint)
    if fields.allows_nobody:
        return
    hint = "Browsers come to the same verdict; for the same statuses, answer preflights in the application."
    yield loss("edge.status", fields.where, None, hint)
    if not limits.vary and not fields.everyone:
        hint = "Have the application, which sets Vary, answer everything that a cache may store."
        yield loss("edge.vary", fields.where, None, hint)
    told = {name for name, _ in rule.cases[0].granted.response}
    for code, name in (("edge.timing", TAO), ("edge.resource-policy", CORP)):
        if name in told:
            yield loss(code, fields.where, name, "Leave this header to the application.")
    if rule.cases[0].granted.private is not None:
        hint = "Leave these preflights to the application, or export to an engine in front of it."
        yield loss("edge.private-network", f"{fields.where}.private_network", True, hint)
    for check in _CHECKS:
        yield from check(fields, limits)


def _of_origins(fields: CorsFields, limits: Limits) -> Iterator[Problem]:
    where = f"{fields.where}.origins"
    for origin in fields.exact:
        if not _can_list(origin, limits):
            yield loss("edge.origin-form", where, origin, "Leave pages of this origin to the application.")
    for pattern in fields.patterns:
        if limits.web_only and pattern.scheme not in _WEB:
            yield loss("edge.origin-form", where, _text(pattern), "List origins of http and https.")
        elif pattern.subdomains and not limits.subdomains:
            yield loss("edge.patterns", where, _text(pattern), "List the origins, each by its name.")
        elif not _has_port(pattern, limits):
            yield loss("edge.any-port", where, _text(pattern), "List the origins, each with its port.")
    count = len(fields.exact) + len(fields.patterns)
    if limits.most is not None and count > limits.most:
        yield loss("edge.too-many", where, count, f"List at most {limits.most}, or export to another engine.")


def _of_names(fields: CorsFields, limits: Limits) -> Iterator[Problem]:
    where = f"{fields.where}.methods"
    if limits.methods is not None:
        for method in fields.methods:
            if method not in limits.methods and (method != "*" or not limits.any_method):
                yield loss("edge.method", where, method, "Leave this method to the application.")
    where = f"{fields.where}.allow_headers"
    is_open = _AUTHORIZATION in map(str.lower, fields.headers)
    if "*" in fields.headers and limits.any_header == "all" and not is_open:
        yield loss("edge.any-header", where, "*", 'List the headers, or allow ["*", "Authorization"].')
    if limits.most is not None and len(fields.headers) > limits.most:
        yield loss("edge.too-many", where, len(fields.headers), f"List at most {limits.most}.")
    where = f"{fields.where}.expose_headers"
    if "*" in fields.exposed and not limits.any_exposed:
        yield loss("edge.any-exposed", where, "*", "List the headers.")
    if limits.one_list and set(kept(fields, limits).headers) != {*fields.headers, *fields.exposed}:
        hint = "Allow and expose the same headers."
        yield loss("edge.one-list", where, [*fields.headers, *fields.exposed], hint)


def _of_the_rest(fields: CorsFields, limits: Limits) -> Iterator[Problem]:
    where = f"{fields.where}.credentials"
    if fields.credentials and limits.credentials == "never":
        yield loss("edge.no-credentials", where, True, "Read what needs cookies from the application.")
    if limits.credentials == "always" and not fields.credentials and not fields.everyone:
        hint = 'Write credentials=True, if no cookie means anything here, or origins="*".'
        yield loss("edge.credentials", where, False, hint)
    if fields.max_age == 0 and limits.no_zero_age:
        yield loss("edge.max-age-zero", f"{fields.where}.max_age", 0, "Write max_age=1.")


_CHECKS: Final[tuple[Callable[[CorsFields, Limits], Iterator[Problem]], ...]] = (
    _of_origins,
    _of_names,
    _of_the_rest,
)


def kept(fields: CorsFields, limits: Limits) -> CorsFields:
    """Return *fields* as a format with these *limits* can write them: the same, or less."""
    headers, exposed, methods = fields.headers, fields.exposed, fields.methods
    if limits.methods is not None:
        any_of = () if limits.any_method else sorted(limits.methods)
        methods = (
            tuple(any_of)
            if "*" in methods and any_of
            else tuple(each for each in methods if each in limits.methods or each == "*")
        )
    if not limits.any_exposed:
        exposed = tuple(each for each in exposed if each != "*")
    if limits.one_list:
        headers = exposed = _shared(headers, exposed)
    elif limits.any_header == "all" and "*" in headers:
        headers = ("*",)
    return replace(
        fields,
        exact=tuple(each for each in fields.exact if _can_list(each, limits)),
        patterns=tuple(each for each in fields.patterns if _can_match(each, limits)),
        methods=methods,
        headers=headers,
        exposed=exposed,
        credentials=fields.credentials and limits.credentials != "never",
        max_age=max(1, fields.max_age)
        if limits.no_zero_age and fields.max_age is not None
        else fields.max_age,
    )


def _shared(headers: tuple[str, ...], exposed: tuple[str, ...]) -> tuple[str, ...]:
    allowed, read = ({each.lower() for each in names} - {"*"} for names in (headers, exposed))
    read = read | SAFELISTED_RESPONSE_HEADERS
    names = {each.lower(): each for each in (*headers, *exposed)}
    return tuple(name for lower, name in names.items() if lower in allowed and lower in read)


def _can_list(origin: str, limits: Limits) -> bool:
    return not limits.web_only or (origin.partition("://")[0] in _WEB and "[" not in origin)


def _can_match(pattern: OriginPattern, limits: Limits) -> bool:
    if limits.web_only and pattern.scheme not in _WEB:
        return False
    return (limits.subdomains or not pattern.subdomains) and _has_port(pattern, limits)


def _has_port(pattern: OriginPattern, limits: Limits) -> bool:
    return (
        not pattern.any_port or limits.any_port is True or (bool(limits.any_port) and not pattern.subdomains)
    )


def _text(pattern: OriginPattern) -> str:
    port = ":*" if pattern.any_port else f":{pattern.port}" if pattern.port is not None else ""
    return f"{pattern.scheme}://{'*.' if pattern.subdomains else ''}{pattern.host}{port}"


def codes_of(limits: Limits) -> frozenset[str]:
    """Return the codes of everything that a format with these *limits* cannot do."""
    codes = {
        "edge.paths": True,
        "edge.audiences": True,
        "edge.no-guard": True,
        "edge.status": True,
        "edge.vary": not limits.vary,
        "edge.timing": True,
        "edge.resource-policy": True,
        "edge.private-network": True,
        "edge.origin-form": limits.web_only,
        "edge.patterns": not limits.subdomains,
        "edge.any-port": limits.any_port is not True,
        "edge.too-many": limits.most is not None or limits.longest is not None,
        "edge.method": limits.methods is not None,
        "edge.any-header": limits.any_header == "all",
        "edge.any-exposed": not limits.any_exposed,
        "edge.one-list": limits.one_list,
        "edge.no-credentials": limits.credentials == "never",
        "edge.credentials": limits.credentials == "always",
        "edge.max-age-zero": limits.no_zero_age,
    }
    return frozenset(code for code, is_lost in codes.items() if is_lost)
