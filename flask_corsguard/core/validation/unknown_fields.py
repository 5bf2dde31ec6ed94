"""What to write instead of a field that does not exist."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from flask_corsguard.core.problems import did_you_mean

#: What to write instead of an argument of Flask-CORS whose name is not similar to that of any field.
_FROM_FLASK_CORS: Final[Mapping[str, str]] = {
    "resources": 'Give policies by path as CorsGuard(app, paths={"/api": Policy(...)}).',
    "supports_credentials": "Write credentials=True.",
    "send_wildcard": 'Leave it out: origins="*" is sent as "*".',
    "always_send": "Leave it out: a policy for everyone is always sent, any other only to allowed origins.",
    "vary_header": "Leave it out: Vary is always complete.",
    "automatic_options": "Leave it out: preflights are always answered.",
    "intercept_exceptions": "Leave it out: every response carries the headers.",
}


def hint_for_unknown(name: str, fields: Sequence[str]) -> str:
    """Return the hint for an unknown field: what replaces it, or the field with the most similar name.

    :param name: the unknown field, perhaps an argument of Flask-CORS.
    :param fields: the names of all fields.
    """
    by_path = "resources" if name.startswith("/") else name
    return _FROM_FLASK_CORS.get(by_path) or did_you_mean(name, fields)
