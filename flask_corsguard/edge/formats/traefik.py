"""Traefik: routers by path, each with a middleware ``headers``, which answers preflights.

A header with an empty value is removed from what the application answers, before the ones of the policy are
added. See https://doc.traefik.io/traefik/reference/routing-configuration/http/middlewares/headers/.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from flask_corsguard.edge.cors_fields import fields_of
from flask_corsguard.edge.files import File, Format
from flask_corsguard.edge.limits import Limits, kept
from flask_corsguard.edge.origins import shape_of
from flask_corsguard.edge.paths import Paths
from flask_corsguard.edge.rules import Rule, Rules

from .cors_alone import as_json, without_empty

_LIMITS: Final = Limits(paths=True, any_port=True, any_header="literal", vary=True)

#: Traefik compares a path in which all is decoded but what is reserved.
_CLOSED: Final = r"//|\\|\x00|[%#]|/\.\.?(?:/|$)"
_SANITIZE: Final = "# The entry point has to pass paths on as they are: http.sanitizePath = false\n"


def _spell(rules: Rules, directory: str) -> tuple[File, ...]:  # noqa: ARG001 - nothing reads other files
    found = list(_routes(rules.paths))
    routers = {
        f"corsguard-{index}": {
            "rule": match,
            "priority": len(found) - index,
            "service": "application",
            **({"middlewares": [f"corsguard-{number}"]} if rules.rules[number].managed else {}),
        }
        for index, (match, number) in enumerate(found)
    }
    middlewares = {
        f"corsguard-{number}": {"headers": _headers(rule)}
        for number, rule in enumerate(rules.rules)
        if rule.managed
    }
    http = {"routers": routers, **({"middlewares": middlewares} if middlewares else {})}
    text = as_json({"http": http})
    if rules.paths.whole is None:
        text = f"{_SANITIZE}{text}"
    return (File("corsguard.yaml", text, is_data=True),)


def _routes(paths: Paths) -> Iterator[tuple[str, int]]:
    """Yield what is compared with a request, in order, and the number of its rule."""
    if paths.whole is not None:
        yield "PathPrefix(`/`)", paths.whole
        return
    yield f"PathRegexp(`{_CLOSED}`)", paths.closed
    for exact in paths.exact:
        yield f"PathRegexp(`^{_literal(exact.path)}$`)", exact.other
    for prefix, number in paths.prefixes:
        yield f"PathRegexp(`^{_literal(prefix.removesuffix('/'))}(?:/|$)`)", number
    yield "PathPrefix(`/`)", paths.closed


def _literal(path: str) -> str:
    # Between backticks there is no escape.
    return re.escape(path).replace("`", r"\x60")


def _headers(rule: Rule) -> dict[str, Any]:
    fields = kept(fields_of(rule), _LIMITS)
    # Those of a policy are compared as the policy writes them; these only have to be removed.
    headers: dict[str, Any] = {"customResponseHeaders": dict.fromkeys(rule.owned, "")}
    if fields.allows_nobody:
        return {**headers, "addVaryHeader": True}
    return {
        **headers,
        **without_empty(
            accessControlAllowOriginList=["*"] if fields.everyone else list(fields.exact),
            accessControlAllowOriginListRegex=[f"^{shape_of(each).whole}$" for each in fields.patterns],
            accessControlAllowMethods=list(fields.methods),
            accessControlAllowHeaders=list(fields.headers),
            accessControlExposeHeaders=list(fields.exposed),
            accessControlMaxAge=fields.max_age,
        ),
        "accessControlAllowCredentials": fields.credentials,
        "addVaryHeader": not fields.everyone,
    }


FORMAT: Final = Format("traefik", "Traefik 3.6 or newer", ".", _spell, limits=_LIMITS)
