"""Gateway API of Kubernetes: an ``HTTPRoute`` with the filter ``CORS``.

One policy for all paths: each gateway decides what it does with ``//`` and ``%2f`` before it compares paths.
So the filter cannot find paths that other software reads as other paths. See ``HTTPCORSFilter`` at
https://gateway-api.sigs.k8s.io/reference/spec/.
"""

from __future__ import annotations

from typing import Final

from flask_corsguard.core.origin_pattern import OriginPattern
from flask_corsguard.edge.files import File, Format
from flask_corsguard.edge.limits import Limits
from flask_corsguard.edge.rules import Rules

from .cors_alone import as_json, only_fields, without_empty

_METHODS: Final = ("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH")
_LIMITS: Final = Limits(web_only=True, methods=frozenset(_METHODS), no_zero_age=True, most=64)


def _spell(rules: Rules, directory: str) -> tuple[File, ...]:  # noqa: ARG001 - nothing reads other files
    fields = only_fields(rules, _LIMITS)
    rule: dict[str, object] = {
        "matches": [{"path": {"type": "PathPrefix", "value": "/"}}],
        "backendRefs": [{"name": "application", "port": 80}],
    }
    if not fields.allows_nobody:
        cors = without_empty(
            allowOrigins=["*"] if fields.everyone else [*fields.exact, *map(_text, fields.patterns)],
            allowMethods=["*"] if "*" in fields.methods else list(fields.methods),
            allowHeaders=list(fields.headers),
            exposeHeaders=list(fields.exposed),
            maxAge=fields.max_age,
        )
        if fields.credentials:
            cors["allowCredentials"] = True
        rule["filters"] = [{"type": "CORS", "cors": cors}]
    route = {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": {"name": "corsguard"},
        "spec": {"parentRefs": [{"name": "gateway"}], "rules": [rule]},
    }
    return (File("corsguard.yaml", as_json(route), is_data=True),)


def _text(pattern: OriginPattern) -> str:
    port = "" if pattern.port is None else f":{pattern.port}"
    return f"{pattern.scheme}://{'*.' if pattern.subdomains else ''}{pattern.host}{port}"


FORMAT: Final = Format("gateway-api", "Gateway API 1.5 or newer", ".", _spell, limits=_LIMITS)
