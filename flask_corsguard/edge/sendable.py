"""Which requests a browser can send; the rest only a program can."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from flask_corsguard.core.fetch_standard import ACRH, ACRM, ACRPN, is_token
from flask_corsguard.core.origin import NULL_ORIGINS, Origin

#: Names that no browser sends twice, nor without a value, nor outside of CORS.
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_SITES: Final = frozenset({"same-origin", "none", "same-site", "cross-site"})

# What the URL standard leaves in a path: no dot segment, no backslash, nothing that it escapes. It leaves a
# "%" that begins no escape.
_PATH: Final = re.compile(r"/[!$%&'()*+,./:;=@\[\]|~0-9A-Z_a-z^-]*")
_DOTS: Final = re.compile(r"/(?:\.|%2e){1,2}(?:/|$)", re.IGNORECASE)


def is_sendable(method: str, target: str, headers: Iterable[tuple[str, str]], scheme: str) -> bool:
    """Whether a browser can send this request to a URL with *scheme*."""
    pairs = [(name.lower(), value) for name, value in headers]
    values = dict(pairs)
    path = target.partition("?")[0]
    return (
        len(values) == len(pairs)
        and all(values.values())
        and (method in _METHODS or (is_token(method) and method.upper() not in _METHODS))
        and _PATH.fullmatch(path) is not None
        and _DOTS.search(path) is None
        and _has_sendable_origin(method, values, scheme)
        and _has_sendable_preflight(method, values)
        and ("upgrade" not in values or (method == "GET" and values["upgrade"] == "websocket"))
    )


def _has_sendable_origin(method: str, values: dict[str, str], scheme: str) -> bool:
    origin, site = values.get("origin"), values.get("sec-fetch-site")
    if site is not None and site not in _SITES:
        return False
    if origin is None:
        # Only GET and HEAD can be without it (#append-a-request-origin-header).
        return method in {"GET", "HEAD"} and "upgrade" not in values
    if origin not in NULL_ORIGINS and Origin.parse(origin) is None:
        return False
    own = origin == f"{scheme}://{values.get('host')}"
    # A page of a null origin can send to its own server, and then it is same-origin to nobody but a form.
    return site is None or origin in NULL_ORIGINS or ((site == "same-origin") == own and site != "none")


def _has_sendable_preflight(method: str, values: dict[str, str]) -> bool:
    requested, names = values.get(ACRM.lower()), values.get(ACRH.lower())
    if requested is None:
        return names is None and ACRPN.lower() not in values
    if method != "OPTIONS" or not is_token(requested) or "cookie" in values or "origin" not in values:
        return False
    if requested.upper() in _METHODS - {"PATCH"} and requested not in _METHODS:
        return False
    if values.get(ACRPN.lower(), "true") != "true":
        return False
    return names is None or (
        names == names.lower()
        and all(map(is_token, names.split(",")))
        and sorted(set(names.split(","))) == names.split(",")
    )
