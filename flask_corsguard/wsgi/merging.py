"""The headers of a policy put onto those of an application."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from flask_corsguard.core.compiled import Header

#: Names, as applications and frameworks write them, that no policy owns and that are not ``Vary``: of
#: these nothing has to be compared in lower case.
PLAIN_NAMES: Final = frozenset(
    {
        "Accept-Ranges",
        "Age",
        "Allow",
        "Cache-Control",
        "Clear-Site-Data",
        "Connection",
        "Content-Disposition",
        "Content-Encoding",
        "Content-Language",
        "Content-Length",
        "Content-Location",
        "Content-Range",
        "Content-Security-Policy",
        "Content-Type",
        "Cross-Origin-Opener-Policy",
        "Date",
        "ETag",
        "Expires",
        "Last-Modified",
        "Link",
        "Location",
        "Permissions-Policy",
        "Pragma",
        "Referrer-Policy",
        "Retry-After",
        "Server",
        "Server-Timing",
        "Set-Cookie",
        "Strict-Transport-Security",
        "Transfer-Encoding",
        "WWW-Authenticate",
        "X-Content-Type-Options",
        "X-Frame-Options",
        "X-Request-ID",
        "X-XSS-Protection",
    }
)


def merge(
    theirs: Iterable[Header], ours: Iterable[Header], owned: frozenset[str]
) -> tuple[list[Header], list[str]]:
    """Put *ours* onto *theirs* and leave both as they are.

    :param theirs: the headers of the application.
    :param ours: the headers of the policy; ``Vary`` joins the application's.
    :param owned: in lower case, the names that the application does not set.
    :returns: all headers, and the names of the application's that were left out.
    """
    merged: list[Header] = []
    replaced: list[str] = []
    vary: list[str] = []
    for header in theirs:
        if header[0] in PLAIN_NAMES:
            merged.append(header)
            continue
        name = header[0].lower()
        if name in owned:
            replaced.append(header[0])
        elif name == "vary":
            vary.append(header[1])
        else:
            merged.append(header)
    for header in ours:
        if header[0] == "Vary":
            vary.append(header[1])
        else:
            merged.append(header)
    if vary:
        merged.append(("Vary", _merge_vary(tuple(vary))))
    return merged, replaced


# An application has few of them, and sends them again and again.
@lru_cache(maxsize=64)
def _merge_vary(values: tuple[str, ...]) -> str:
    # RFC 9110, section 12.5.5: names in any case, or "*", which says more than any name.
    names: dict[str, str] = {}
    for value in values:
        for element in value.split(","):
            name = element.strip()
            if name:
                names.setdefault(name.lower(), name)
    return "*" if "*" in names else ", ".join(names.values())
