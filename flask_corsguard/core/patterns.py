"""Origins as a policy writes them: exact ones, and patterns with ``*``.

The grammar of an exact origin is that of the wire: what :meth:`.Origin.parse` reads, so a policy
cannot hold an origin that no browser could send.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from .origins import MAX_HOST_LENGTH, Origin, is_address, split

#: Schemes whose pages have an opaque origin, sent as ``null`` (https://url.spec.whatwg.org/#origin).
OPAQUE_SCHEMES: Final = frozenset({"about", "blob", "data", "file", "javascript"})

#: "*." and at least one byte for it to stand for.
_MAX_BASE_LENGTH = MAX_HOST_LENGTH - 2


@dataclass(frozen=True, slots=True)
class OriginPattern:
    """An origin with a wildcard: ``https://*.a.example``, ``http://localhost:*``, or both at once."""

    scheme: str
    #: With ``subdomains``, what stands right of ``*.``; empty for ``https://*``.
    host: str
    #: ``None`` stands for the default port of the scheme.
    port: int | None
    #: One or more labels to the left of ``host``, never ``host`` itself.
    subdomains: bool
    #: Any port, the default one included.
    any_port: bool

    @classmethod
    def parse(cls, text: str) -> OriginPattern | None:
        """Read *text* as a pattern; ``None`` if it is none (an exact origin is none)."""
        any_port = text.endswith(":*")
        scheme, separator, authority = text.removesuffix(":*").partition("://")
        if not separator:
            return None
        subdomains = authority.startswith("*")
        if not (subdomains or any_port):
            return None
        if authority == "*" or authority.startswith("*:"):
            # Any host. The stand-in only lets the port be read by the one grammar.
            parts = split(f"{scheme}://host{authority[1:]}")
            host = ""
        else:
            parts = split(f"{scheme}://{authority.removeprefix('*.')}")
            host = parts[1] if parts else ""
        if parts is None:
            return None
        _, _, port = parts
        if (any_port and port is not None) or (subdomains and not _can_have_subdomains(host)):
            return None
        return cls(scheme, host, port, subdomains, any_port)


def _can_have_subdomains(host: str) -> bool:
    return host == "" or (len(host) <= _MAX_BASE_LENGTH and not is_address(host))


def read_origin(text: str) -> Origin | OriginPattern | None:
    """Read an origin of a policy, exact or pattern; ``None`` if it is none, or one that no page has."""
    origin = OriginPattern.parse(text) if "*" in text else Origin.parse(text)
    if origin is None or origin.scheme in OPAQUE_SCHEMES:
        return None
    if "xn--" in origin.host and not _is_punycode(origin.host):
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
