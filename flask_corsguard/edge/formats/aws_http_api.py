"""AWS API Gateway, HTTP APIs: the CORS configuration of an API.

The gateway answers preflights itself, adds its headers to all other answers, and ignores those of the
application (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html).
"""

from __future__ import annotations

from typing import Final

from flask_corsguard.edge.files import File, Format
from flask_corsguard.edge.limits import Limits
from flask_corsguard.edge.rules import Rules

from .cors_alone import json_and_notes, only_fields, without_empty

# Its star replaces whole hosts: https://*.
_LIMITS: Final = Limits(web_only=True, subdomains=False)
_COMMAND: Final = "aws apigatewayv2 update-api --api-id ID --cors-configuration file://cors.json"


def _spell(rules: Rules, directory: str) -> tuple[File, ...]:  # noqa: ARG001 - nothing reads other files
    fields = only_fields(rules, _LIMITS)
    if fields.allows_nobody:
        return json_and_notes({}, "aws apigatewayv2 delete-cors-configuration --api-id ID")
    settings = without_empty(
        AllowOrigins=["*"] if fields.everyone else list(fields.exact),
        AllowMethods=list(fields.methods),
        AllowHeaders=list(fields.headers),
        ExposeHeaders=list(fields.exposed),
        MaxAge=fields.max_age,
    )
    return json_and_notes({**settings, "AllowCredentials": fields.credentials}, _COMMAND)


FORMAT: Final = Format("aws-http-api", "AWS API Gateway, HTTP APIs", ".", _spell, limits=_LIMITS)
