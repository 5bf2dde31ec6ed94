"""Amazon S3: the CORS rules of a bucket, which has no application behind it.

A rule applies if it has the origin, the method and all requested headers; one star in an origin matches any
characters. If origins are listed, S3 allows credentials
(https://docs.aws.amazon.com/AmazonS3/latest/userguide/ManageCorsUsing.html).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from flask_corsguard.core.fetch_standard import SAFELISTED_METHODS
from flask_corsguard.core.problems import Problem
from flask_corsguard.edge.cors_fields import CorsFields
from flask_corsguard.edge.files import File, Format
from flask_corsguard.edge.limits import Limits
from flask_corsguard.edge.losses import loss
from flask_corsguard.edge.rules import Rules

from .cors_alone import as_json, json_and_notes, only_fields, without_empty

_LIMITS: Final = Limits(
    any_port="alone",
    methods=frozenset({"GET", "PUT", "POST", "DELETE", "HEAD"}),
    any_method=False,
    any_exposed=False,
    credentials="always",
    longest=64 * 1024,
)
_COMMAND: Final = "aws s3api put-bucket-cors --bucket BUCKET --cors-configuration file://cors.json"


def _spell(rules: Rules, directory: str) -> tuple[File, ...]:  # noqa: ARG001 - nothing reads other files
    fields = only_fields(rules, _LIMITS)
    if fields.allows_nobody:
        return json_and_notes({}, "aws s3api delete-bucket-cors --bucket BUCKET")
    return json_and_notes({"CORSRules": [_rule(fields)]}, _COMMAND)


def _rule(fields: CorsFields) -> dict[str, object]:
    return without_empty(
        ID="corsguard",
        AllowedOrigins=["*"] if fields.everyone else _origins(fields),
        # Browsers send safelisted methods under every list. Here the list also decides who reads answers.
        AllowedMethods=sorted({*fields.methods, *SAFELISTED_METHODS}),
        AllowedHeaders=list(fields.headers),
        ExposeHeaders=list(fields.exposed),
        MaxAgeSeconds=fields.max_age,
    )


def _origins(fields: CorsFields) -> list[str]:
    found = list(fields.exact)
    for pattern in fields.patterns:
        start = f"{pattern.scheme}://{'*.' if pattern.subdomains else ''}{pattern.host}"
        if pattern.any_port:
            found += [start, f"{start}:*"]
        else:
            found.append(start if pattern.port is None else f"{start}:{pattern.port}")
    return list(dict.fromkeys(found))


def _check(rules: Rules) -> Iterator[Problem]:
    if rules.paths.whole is not None and len(rules.rules[rules.paths.whole].cases) == 1:
        fields = only_fields(rules, _LIMITS)
        if len(as_json(_rule(fields)).encode()) > (_LIMITS.longest or 0):
            hint = "A configuration has at most 64 kilobytes: use patterns, or several buckets."
            yield loss("edge.too-many", f"{fields.where}.origins", len(fields.exact), hint)


FORMAT: Final = Format("s3", "Amazon S3", ".", _spell, _check, limits=_LIMITS)
