"""Istio: a ``VirtualService`` whose routes have a ``corsPolicy``, which Envoy's filter for CORS applies.

Routes are tried in order, and compare the path as it was sent. The filter adds its headers after the route
has removed those of the application. See https://istio.io/latest/docs/reference/config/networking/virtual-service/.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from flask_corsguard.edge.cors_fields import CorsFields, fields_of
from flask_corsguard.edge.files import File, Format
from flask_corsguard.edge.limits import Limits, kept
from flask_corsguard.edge.origins import shape_of
from flask_corsguard.edge.paths import Paths, spelled, spelled_prefix
from flask_corsguard.edge.rules import Rule, Rules

from .cors_alone import as_json, without_empty

_LIMITS: Final = Limits(paths=True, any_port=True, any_header="literal")
_DESTINATION: Final = {"destination": {"host": "application"}}


def _spell(rules: Rules, directory: str) -> tuple[File, ...]:  # noqa: ARG001 - nothing reads other files
    routes = [
        {**({"match": match} if match else {}), **_route(rules.rules[number])}
        for match, number in _matches(rules.paths)
    ]
    service = {
        "apiVersion": "networking.istio.io/v1",
        "kind": "VirtualService",
        "metadata": {"name": "corsguard"},
        "spec": {"hosts": ["*"], "gateways": ["gateway"], "http": routes},
    }
    return (File("corsguard.yaml", as_json(service), is_data=True),)


def _matches(paths: Paths) -> Iterator[tuple[list[dict[str, Any]], int]]:
    """Yield what is compared with a request, in order, and the number of its rule."""
    if paths.whole is not None:
        yield [], paths.whole
        return
    yield [{"uri": {"regex": each}} for each in ("[^/].*", f".*(?:{paths.ambiguous}).*")], paths.closed
    for exact in paths.exact:
        yield [{"uri": {"regex": spelled(exact.path)}}], exact.other
    for prefix, number in paths.prefixes:
        yield [{"uri": {"regex": spelled_prefix(prefix)}}], number
    yield [], paths.closed


def _route(rule: Rule) -> dict[str, Any]:
    route: dict[str, Any] = {"route": [_DESTINATION]}
    if rule.managed:
        route["headers"] = {"response": {"remove": list(rule.owned)}}
        fields = kept(fields_of(rule), _LIMITS)
        if not fields.allows_nobody:
            route["corsPolicy"] = _policy(fields)
    return route


def _policy(fields: CorsFields) -> dict[str, Any]:
    origins: list[dict[str, str]] = [{"exact": each} for each in fields.exact]
    origins += [{"regex": shape_of(each).whole} for each in fields.patterns]
    return {
        **without_empty(
            allowOrigins=[{"exact": "*"}] if fields.everyone else origins,
            allowMethods=list(fields.methods),
            allowHeaders=list(fields.headers),
            exposeHeaders=list(fields.exposed),
            maxAge=None if fields.max_age is None else f"{fields.max_age}s",
        ),
        "allowCredentials": fields.credentials,
        "unmatchedPreflights": "IGNORE",
    }


FORMAT: Final = Format("istio", "Istio 1.24 or newer", ".", _spell, limits=_LIMITS)
