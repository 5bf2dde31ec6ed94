"""What formats for CORS alone share: files that can have no comment, and the one policy that they take."""

from __future__ import annotations

import json
from typing import Any

from flask_corsguard.edge.cors_fields import CorsFields, fields_of
from flask_corsguard.edge.files import File
from flask_corsguard.edge.limits import Limits, kept
from flask_corsguard.edge.rules import Rules


def only_fields(rules: Rules, limits: Limits) -> CorsFields:
    """Return the fields that a format with these *limits* has for the one rule of *rules*."""
    return kept(fields_of(rules.rules[rules.paths.whole or 0]), limits)


def as_json(value: object) -> str:
    """Return *value* as JSON, which is YAML, too."""
    return f"{json.dumps(value, indent=2)}\n"


def without_empty(**fields: Any) -> dict[str, Any]:
    """Return *fields* without those that are empty."""
    return {name: value for name, value in fields.items() if value not in (None, [], ())}


def json_and_notes(value: object, command: str) -> tuple[File, ...]:
    """Return *value* as a file of JSON, and beside it one that shows what made it and how it is applied.

    JSON has no comments, and the services take no other keys.
    """
    return (
        File("cors.json", as_json(value), is_data=True, comment=None),
        File("cors.txt", f"{command}\n", is_data=True, comment=""),
    )
