"""The options of Flask-CORS: what each was by default, and what takes its place.

The tool, the function for run time and the page of the documentation read this one table.
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, Final, NamedTuple

#: What the request headers of an application that lists none become: every header, this one included.
EVERY_HEADER: Final = ("*", "Authorization")


class Option(NamedTuple):
    """One option of Flask-CORS.

    :ivar field: the field of a policy that takes its place; ``None`` if there is nothing to write.
    :ivar default: its value if the application has none.
    :ivar here: what to write instead, for the documentation.
    :ivar because: what is different, in a sentence.
    """

    field: str | None
    default: Any
    here: str
    because: str


OPTIONS: Final[Mapping[str, Option]] = {
    "origins": Option(
        "origins",
        "*",
        '`origins="*"` or a list',
        "A string is never read as a regular expression: `https://*.example.com` is a pattern, and an "
        "expression is passed compiled. It matches the whole origin, not only its beginning.",
    ),
    "resources": Option(
        "paths",
        "/*",
        "`paths={...}`, with a policy for each path",
        "`/api` covers `/api` and everything below it, and never `/apix`.",
    ),
    "methods": Option(
        "methods",
        None,
        "`methods=[...]`; leave it out for the methods of each route",
        'The text `"*"` allowed no method in a preflight, and here allows every one. The guard takes a list '
        "at its word.",
    ),
    "allow_headers": Option(
        "allow_headers",
        "*",
        '`allow_headers=[...]`; `["*", "Authorization"]` for every header',
        "The default is `Content-Type` alone. A comma text matched no header, and here becomes a list.",
    ),
    "expose_headers": Option(
        "expose_headers",
        None,
        "`expose_headers=[...]`",
        'With credentials browsers read `"*"` as the name of a header, so it is refused.',
    ),
    "supports_credentials": Option(
        "credentials",
        False,
        "`credentials=True`, with the origins listed",
        "Any origin together with credentials is refused: list the origins, or leave credentials out.",
    ),
    "max_age": Option("max_age", None, "`max_age=600`", "Whole seconds, at most a day; 600 is the default."),
    "allow_private_network": Option(
        "private_network",
        False,
        "`private_network=True`, with the origins listed",
        "It is refused together with any origin.",
    ),
    "send_wildcard": Option(
        None, False, "nothing", '`"*"` without credentials is always sent as `*`, which caches can share.'
    ),
    "vary_header": Option(None, True, "nothing", "`Vary` is sent wherever the answer depends on the origin."),
    "always_send": Option(
        None,
        True,
        "nothing",
        "A response to a request without `Origin` never lists the origins that are allowed.",
    ),
    "automatic_options": Option(
        None, True, "nothing", "Preflights are answered before Flask opens a request; views never see them."
    ),
    "intercept_exceptions": Option(
        None, True, "nothing", "Every response has the headers, that of an error included."
    ),
}

#: The configuration key of each option.
KEYS: Final = {f"CORS_{name.upper()}": name for name in OPTIONS}

#: What people write for an option that Flask-CORS then ignores without an error.
_MISSPELT: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        ("origin", "allow_origin", "allow_origins", "allowed_origins", "allowed_origin", "cors_origins"),
        "origins",
    ),
    **dict.fromkeys(("ressources", "resource", "ressource", "paths", "path", "routes"), "resources"),
    **dict.fromkeys(("method", "allow_methods", "allowed_methods"), "methods"),
    **dict.fromkeys(("headers", "header", "allowed_headers", "allow_header"), "allow_headers"),
    **dict.fromkeys(("expose", "expose_header", "exposed_headers"), "expose_headers"),
    **dict.fromkeys(
        ("credentials", "allow_credentials", "support_credentials", "supports_credential"),
        "supports_credentials",
    ),
    **dict.fromkeys(("maxage", "age"), "max_age"),
}


def meant_by(name: str) -> str | None:
    """Return the option that an ignored option of this *name* was meant to be, if that is clear."""
    known = _MISSPELT.get(name.lower())
    if known is not None:
        return known
    near = get_close_matches(name.lower(), OPTIONS, n=1, cutoff=0.8)
    return near[0] if near else None
