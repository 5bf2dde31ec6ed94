"""Google Cloud Storage: the CORS configuration of a bucket, which has no application behind it.

It has exact origins, and never allows cookies. It has one list for the headers that a page may send and for
those that it may read (https://cloud.google.com/storage/docs/cross-origin).
"""

from __future__ import annotations

from typing import Final

from flask_corsguard.core.fetch_standard import SAFELISTED_METHODS
from flask_corsguard.edge.files import File, Format
from flask_corsguard.edge.limits import Limits
from flask_corsguard.edge.rules import Rules

from .cors_alone import json_and_notes, only_fields, without_empty

#: How long browsers cache a preflight whose answer has no ``Access-Control-Max-Age``, in seconds. Without a
#: number, this service sends an hour.
_UNSAID_AGE: Final = 5

_LIMITS: Final = Limits(
    subdomains=False,
    any_header="never",
    one_list=True,
    credentials="never",
    no_zero_age=True,
)
_COMMAND: Final = "gcloud storage buckets update gs://BUCKET --cors-file=cors.json"


def _spell(rules: Rules, directory: str) -> tuple[File, ...]:  # noqa: ARG001 - nothing reads other files
    fields = only_fields(rules, _LIMITS)
    if fields.allows_nobody:
        return json_and_notes([], "gcloud storage buckets update gs://BUCKET --clear-cors")
    methods = ["*"] if "*" in fields.methods else sorted({*fields.methods, *SAFELISTED_METHODS})
    entry = without_empty(
        origin=["*"] if fields.everyone else list(fields.exact),
        # Browsers send safelisted methods under every list. Here the list also decides who reads answers.
        method=methods,
        responseHeader=list(fields.headers),
        maxAgeSeconds=_UNSAID_AGE if fields.max_age is None else fields.max_age,
    )
    return json_and_notes([entry], _COMMAND)


FORMAT: Final = Format("gcs", "Google Cloud Storage", ".", _spell, limits=_LIMITS)
