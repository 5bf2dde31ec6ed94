"""The origins in a policy: exact ones, and patterns with ``*``.

An exact origin has the grammar of an ``Origin`` header, :meth:`.Origin.parse`: a policy cannot list an origin
that no browser sends.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from .origin import (
    DEFAULT_PORTS,
    MAX_HOST_LENGTH,
    OPAQUE_HOST,
    PORT,
    SCHEME,
    Origin,
    is_address,
    is_domain_or_address,
    is_host_of,
    is_port,
)

#: Schemes whose pages have an opaque origin, which browsers send as ``null``
#: (https://url.spec.whatwg.org/#origin).
OPAQUE_SCHEMES: Final = frozenset({"about", "blob", "data", "file", "javascript"})

#: Schemes of the extensions of browsers. An extension's host is its id, or one that differs in every browser.
EXTENSION_SCHEMES: Final = frozenset({"chrome-extension", "moz-extension", "safari-web-extension"})

# "*." matches at least two bytes: a label and a dot.
_MAX_BASE_LENGTH = MAX_HOST_LENGTH - 2

# A star can match the whole host or its first labels, and another star can match the port.
_PATTERN = re.compile(rf"({SCHEME})://(?:\*|(\*\.)?({OPAQUE_HOST}))(?::(?:({PORT})|(\*)))?")


class OriginPattern(NamedTuple):
    """An origin with a wildcard: ``https://*.a.example``, ``http://localhost:*``, or both at once."""

    scheme: str
    #: With ``subdomains``, the part after ``*.``; empty for ``https://*``.
    host: str
    #: ``None`` means the default port of the scheme.
    port: int | None
    #: Whether the pattern matches one or more labels before ``host``, and never ``host`` itself.
    subdomains: bool
    #: Whether the pattern matches any port, the default one included.
    any_port: bool

    @classmethod
    def parse(cls, text: str) -> OriginPattern | None:
        """Return the pattern that *text* is; ``None`` if it is not a pattern (an exact origin is not one)."""
        match = _PATTERN.fullmatch(text)
        if match is None:
            return None
        scheme, below, host, digits, any_port = match.groups()
        port = None if digits is None else int(digits)
        if port is not None and not is_port(scheme, port):
            return None
        if host is None:
            return cls(scheme, "", port, True, any_port is not None)
        if below is None:
            if any_port is None or not is_host_of(scheme, host):
                return None
        # Only a domain has labels, so below a star an opaque host has to look like one, too.
        elif not is_domain_or_address(host) or len(host) > _MAX_BASE_LENGTH or is_address(host):
            return None
        return cls(scheme, host, port, below is not None, any_port is not None)


def read_origin(text: str) -> Origin | OriginPattern | None:
    """Return the origin or the pattern that *text* is; ``None`` if it is neither, or if no page has it."""
    origin = OriginPattern.parse(text) if "*" in text else Origin.parse(text)
    if origin is None or origin.scheme in OPAQUE_SCHEMES:
        return None
    if origin.scheme in DEFAULT_PORTS and "xn--" in origin.host and not _is_punycode(origin.host):
        return None
    return origin


def _is_punycode(host: str) -> bool:
    for label in host.split("."):
        if label.startswith("xn--"):
            try:
                label[4:].encode("ascii").decode("punycode")
            except UnicodeError:
                return False
    return True
